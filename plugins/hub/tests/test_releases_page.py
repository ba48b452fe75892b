"""What waits for signatures is named: which release, which revocation and why, line by line as an officer sees it."""

import pytest

from pilotkit.cli.app import run
from pilotkit.registry.drafts import publish, revoke
from pilotkit.registry.layout import TARGETS, save
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.trust import PackageArchive

REASON = "A deadline of the birth procedure is <b>wrong</b>."


@pytest.fixture
def registry(tmp_path, packages):
    made = ThrowawayRegistry.make(tmp_path / "registry", ["city"])
    made.release("city", *packages)
    return made


@pytest.fixture
def page(registry, make_ministry):
    made = make_ministry({"hub.toml": f'registry = "{registry.folder.folder}"\n'})
    return lambda language="en": made.get(f"/{language}/hub/releases")


def named(package):
    info = PackageArchive.open(package).info
    return info.name, info.version


def sign(registry, officer):
    draft = registry.folder.draft(TARGETS)
    draft.sign(registry.officers[officer], append=True)
    save(registry.folder.pending / f"{TARGETS}.json", draft)


def test_a_revocation_waits_with_its_reason_until_two_have_signed_and_then_is_shown_as_revoked(
    registry, packages, page
):
    name, version = named(packages[0])
    revoke(registry.folder, name, version, REASON, instead="0.2.0")
    waiting = page()
    assert f"To be revoked: {name} {version} : {REASON} To take instead: 0.2.0" in waiting.words
    assert "Signatures: 0 of 2. Keys that have not signed:" in waiting.words
    assert "Revoked on" not in waiting.words
    assert "<b>wrong</b>" not in waiting.html
    assert f"Sẽ thu hồi: {name} {version}" in page("vi").words

    sign(registry, 0)
    assert "Signatures: 1 of 2. Keys that have not signed:" in page().words
    sign(registry, 1)
    signed = page().words
    assert "Signatures: 2 of 2. Enough have signed." in signed
    assert "Keys that have not signed" not in signed
    assert "pilotkit registry refresh" in signed

    registry.settle()
    done = page().words
    assert "Nothing waits." in done
    assert REASON in done[done.index("Revoked on") :]


def test_a_release_that_waits_is_named_and_what_is_published_is_not_named_again(tmp_path, packages, make_ministry):
    registry = ThrowawayRegistry.make(tmp_path / "registry", ["city"])
    registry.release("city", packages[0])
    publish(registry.folder, "city", [packages[1]], [registry.publishers["city"]])
    page = make_ministry({"hub.toml": f'registry = "{registry.folder.folder}"\n'}).get("/en/hub/releases").words
    name, version = named(packages[1])
    assert f"To be published: The Port Amber model, {name} {version} . Published by city" in page
    assert 1 == page.count("To be published:")


def test_what_waits_is_told_in_the_very_lines_that_an_officer_sees_when_signing(registry, packages, page, tmp_path):
    from pilotkit.registry.signing_summary import describe

    revoke(registry.folder, *named(packages[0]), REASON)
    shown = page().words
    lines = describe(registry.folder.pending / f"{TARGETS}.json")
    assert any(line.startswith("revoked: ") for line in lines)
    assert [] == [line for line in lines if line not in shown]


def test_a_registry_whose_waiting_lists_were_changed_is_told_and_not_shown(registry, packages, page, capsys):
    revoke(registry.folder, *named(packages[0]), REASON)
    (registry.folder.pending / "revocations.json").write_text("{}")
    assert 503 == page().status
    assert 3 == run(["registry", "status", str(registry.folder.folder)])
    assert "is not the one that the metadata names" in " ".join(capsys.readouterr().err.split())
