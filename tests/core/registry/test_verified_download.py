"""A package is taken by name, by version or as a file, and whoever takes it knows why."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilotkit import Deployment, Severity, UnknownError
from pilotkit.checks.run import run_checks
from pilotkit.errors import TrustError
from pilotkit.model.registry import Voucher
from pilotkit.packages.archive import PackageArchive
from pilotkit.registry.deployment_trust import follow, registry_of, trust_of
from pilotkit.registry.drafts import revoke
from pilotkit.registry.http_server import served
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import download_verified
from pilotkit.registry.version_selection import precedence
from pilotkit.scaffold.new_deployment import new
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import upgrade
from pilotkit.web.health import health_of

NAME = "port-amber-model"


def test_a_name_is_enough(trusted: TrustedRegistry, packages: dict[str, Path]) -> None:
    found = download_verified(NAME, registry=trusted)
    said = found.statement
    assert packages["0.1.0"].read_bytes() == found.path.read_bytes()
    assert (Voucher.REGISTRY, "amber", "0.1.0", trusted.fingerprint, 1) == (
        said.voucher, said.publisher, said.version, said.root, said.root_version,
    )  # fmt: skip
    assert PackageArchive.open(packages["0.1.0"]).identity == said.identity
    assert (True, True) == (said.has_provenance, said.has_sbom)


def test_the_newest_that_is_not_revoked_is_taken(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    registry.release("amber", packages["1.0.0"], packages["0.2.0"])
    assert "1.0.0" == download_verified(NAME, registry=trusted).statement.version
    revoke(registry.folder, NAME, "1.0.0", "Wrong deadline of births.", instead="0.2.0")
    registry.settle()
    assert "0.2.0" == download_verified(NAME, registry=trusted).statement.version
    with pytest.raises(TrustError, match=r"revoked on .*: Wrong deadline of births\. Take port-amber-model==0\.2\.0"):
        download_verified(f"{NAME}==1.0.0", registry=trusted)


def test_a_version_can_be_named(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    registry.release("amber", packages["1.0.0"])
    assert "0.1.0" == download_verified(f"{NAME}==0.1.0", registry=trusted).statement.version


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("nobody-knows", "no package 'nobody-knows'. It has: port-amber-model"),
        (f"{NAME}==7.0.0", "no port-amber-model 7.0.0. It has 0.1.0"),
        ("Two Words", "'Two Words' names no package"),
        (f"{NAME}>=1", "names no package"),
    ],
)
def test_what_is_not_there_is_said(trusted: TrustedRegistry, spec: str, what: str) -> None:
    with pytest.raises(UnknownError, match=what):
        download_verified(spec, registry=trusted)


def test_a_file_that_came_another_way_is_recognised_by_its_hash(
    trusted: TrustedRegistry, packages: dict[str, Path], tmp_path: Path
) -> None:
    came = tmp_path / "from-a-friend.zip"
    came.write_bytes(packages["0.1.0"].read_bytes())
    found = download_verified(came, registry=trusted)
    assert (came, Voucher.REGISTRY, "amber") == (found.path, found.statement.voucher, found.statement.publisher)


def test_a_file_that_nobody_vouches_for_needs_a_word(trusted: TrustedRegistry, packages: dict[str, Path]) -> None:
    with pytest.raises(TrustError, match=r"nobody vouches for .*no registry was named\. .*--allow-unsigned"):
        download_verified(packages["0.2.0"])
    with pytest.raises(TrustError, match="the registry at .* does not know it"):
        download_verified(packages["0.2.0"], registry=trusted)
    assert Voucher.NOBODY is download_verified(packages["0.2.0"], allow_unsigned=True).statement.voucher


def test_a_revoked_file_is_refused_whatever_is_said(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    revoke(registry.folder, NAME, "0.1.0", "Names a hotline that is wrong.")
    registry.settle()
    with pytest.raises(TrustError, match="no version to take instead yet"):
        download_verified(packages["0.1.0"], registry=trusted, allow_unsigned=True)


def test_a_file_that_changes_after_it_was_verified_is_noticed(
    trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    found = download_verified(NAME, registry=trusted)
    found.path.write_bytes(packages["1.0.0"].read_bytes())
    with pytest.raises(TrustError, match="changed after it was verified"):
        found.open()


def test_a_stick_and_an_address_are_read_alike(registry: ThrowawayRegistry, tmp_path: Path) -> None:
    with served(registry.folder) as address:
        online = download_verified(NAME, registry=registry.trusted(tmp_path / "online", address))
    offline = download_verified(NAME, registry=registry.trusted(tmp_path / "offline"))
    assert online.path.read_bytes() == offline.path.read_bytes()


def test_a_deployment_keeps_why_its_package_was_taken(
    trusted: TrustedRegistry, units: dict[str, str], tmp_path: Path
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units)
    found = trust_of(made.folder)
    assert found is not None
    assert (made.trust, None, None) == (found.statement, found.stale_since, found.revocation)
    assert trusted.root == registry_of(made.folder).root
    assert [] == [each for each in run_checks(Deployment(made.folder)) if each.check == "trust"]


def test_a_revoked_package_that_is_installed_is_an_error_once_it_is_heard_of(
    registry: ThrowawayRegistry,
    trusted: TrustedRegistry,
    units: dict[str, str],
    packages: dict[str, Path],
    tmp_path: Path,
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units)
    registry.release("amber", packages["0.2.0"])
    revoke(registry.folder, NAME, "0.1.0", "A fee is wrong.", instead="0.2.0")
    registry.settle()
    assert None is trust_of(made.folder).revocation
    assert "A fee is wrong." == follow(made.folder).revocation.reason
    (found,) = (each for each in run_checks(Deployment(made.folder)) if each.check == "trust")
    assert Severity.ERROR is found.severity
    assert "0.1.0 was revoked" in found.message
    assert f"Take {NAME}==0.2.0 instead." == found.remedy


def test_an_older_mirror_of_the_same_registry_does_not_make_a_deployment_forget(
    registry: ThrowawayRegistry,
    trusted: TrustedRegistry,
    units: dict[str, str],
    packages: dict[str, Path],
    tmp_path: Path,
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units).folder
    registry.release("amber", packages["0.2.0"])
    registry.settle()
    mirror = shutil.copytree(registry.folder.folder, tmp_path / "mirror")
    revoke(registry.folder, NAME, "0.2.0", "A fee is wrong.")
    registry.settle()
    follow(made)
    heard = (made / ".pilot/trust/metadata/timestamp.json").read_bytes()
    stale = registry.trusted(tmp_path / "fresh", str(mirror))
    with pytest.raises(TrustError):
        upgrade(made, PackageSource(version="0.2.0", registry=stale))
    assert heard == (made / ".pilot/trust/metadata/timestamp.json").read_bytes()
    assert "0.2.0" in (made / ".pilot/trust/files/revocations.json").read_text()


def test_an_expired_word_leaves_the_installed_running_and_refuses_the_new(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, units: dict[str, str], tmp_path: Path
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units)
    later = datetime.now(UTC) + timedelta(days=8)
    assert later - timedelta(days=2) < trust_of(made.folder, now=later).stale_since < later
    metadata = made.folder / ".pilot/trust/metadata/timestamp.json"
    text = json.loads(metadata.read_text())
    text["signed"]["expires"] = "2025-01-02T03:04:05Z"
    metadata.write_text(json.dumps(text))
    (found,) = (each for each in run_checks(Deployment(made.folder)) if each.check == "trust")
    assert (Severity.WARNING, True) == (found.severity, "expired on 2025-01-02 03:04 UTC" in found.message)
    assert "pilotkit registry follow" in found.remedy


def test_a_clock_that_was_set_back_makes_no_expired_word_hold_again(
    trusted: TrustedRegistry, units: dict[str, str], tmp_path: Path
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units).folder
    heard = datetime.now(UTC) + timedelta(days=8)
    expired = follow(made, now=heard).stale_since
    for shown in (heard, heard - timedelta(days=400)):
        assert expired == trust_of(made, now=shown).stale_since
    assert [None, heard] == [
        trust_of(made, now=shown).set_back_from for shown in (heard - timedelta(minutes=9), heard - timedelta(days=400))
    ]
    found = [each for each in run_checks(Deployment(made)) if each.check == "trust"]
    assert [Severity.WARNING, Severity.WARNING] == [each.severity for each in found]
    told = " ".join(each.message for each in found)
    assert f"expired on {expired:%Y-%m-%d %H:%M} UTC" in told
    assert f"the clock was set back: it has been {heard:%Y-%m-%d %H:%M} UTC already" in told
    trust = health_of(Deployment(made), heard - timedelta(days=400))["trust"]
    assert (expired.isoformat(), True) == (trust["stale_since"], trust["clock_set_back"])


def test_a_clock_that_was_set_back_is_told_although_the_last_word_held_when_it_was_heard(
    trusted: TrustedRegistry, units: dict[str, str], tmp_path: Path
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units).folder
    heard = datetime.now(UTC) + timedelta(days=1)
    assert None is follow(made, now=heard).set_back_from
    (found,) = (each for each in run_checks(Deployment(made)) if each.check == "trust")
    assert (Severity.WARNING, True) == (found.severity, found.message.startswith("the clock was set back"))


def test_a_memory_of_time_that_cannot_be_read_is_told_and_the_pages_run_on(
    trusted: TrustedRegistry, units: dict[str, str], tmp_path: Path
) -> None:
    made = new(download_verified(NAME, registry=trusted), "SP", tmp_path / "made", units).folder
    (made / ".pilot/trust/metadata/latest-instant").write_text("yesterday")
    with pytest.raises(TrustError, match="nobody knows whether the clock was set back"):
        trust_of(made)
    told = health_of(Deployment(made), datetime.now(UTC))
    assert (True, True) == (told["ok"], "nobody knows whether the clock was set back" in told["trust"]["problem"])


def test_a_package_taken_unsigned_is_remembered_as_such(
    packages: dict[str, Path], units: dict[str, str], tmp_path: Path
) -> None:
    made = new(download_verified(packages["0.1.0"], allow_unsigned=True), "SP", tmp_path / "made", units)
    (found,) = (each for each in made.findings if each.check == "trust")
    assert (Severity.NOTICE, True) == (found.severity, "nobody vouches for" in found.message)


def test_versions_are_sorted_as_the_standard_says() -> None:
    in_order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
                "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "2.0.0"]  # fmt: skip
    assert in_order == sorted(in_order[5:] + in_order[:5], key=precedence)
