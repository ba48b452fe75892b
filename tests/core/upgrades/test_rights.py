"""A file that its owner closed to others stays closed: in place, moved, offered beside, kept, and taken back."""

import json
import os
from pathlib import Path

import pytest
import yaml
from tests.core.upgrades.conftest import OPS, tree
from tests.core.upgrades.test_journal import KilledError

from pilotkit import DataError
from pilotkit.upgrades import file_state as states
from pilotkit.upgrades import plan as planning
from pilotkit.upgrades.override import override, reset
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import recover, roll_back
from pilotkit.upgrades.upgrade import upgrade as carry_out

NOTES, RUN = "ops/notes.txt", "ops/run.yaml"
PROCEDURE = "procedures/ZZ-101.yaml"
VOLATILE = (".pilot/journal", ".pilot/previous", ".pilot/lock", "var/")
NEW = OPS[NOTES].replace("two", "TWO")


def upgrade(folder, package):
    return carry_out(folder, PackageSource(package, allow_unsigned=True))


def rights(path):
    return path.stat().st_mode & 0o777


def as_format_1(journal):
    """Journals once told of the rights only whether a file may be executed."""
    held = json.loads(journal.read_text())
    for version in (each[side] for each in held["entries"] for side in ("old", "new") if each[side]):
        version["executable"] = bool(version.pop("mode") & 0o100)
    journal.write_text(json.dumps({**held, "format": 1}))


@pytest.fixture
def interrupted(monkeypatch):
    """An upgrade that is killed before it writes a file."""

    def killed(folder, package, at):
        def put(folder, name, state, real=states.put):
            if name == at:
                raise KilledError
            real(folder, name, state)

        with monkeypatch.context() as patched:
            patched.setattr(states, "put", put)
            with pytest.raises(KilledError):
                upgrade(folder, package)

    return killed


def test_what_is_kept_to_be_taken_back_is_the_owner_s_alone(publisher, province, interrupted):
    (province / NOTES).chmod(0o600)
    package = publisher.publish("1.1.0", {NOTES: NEW})
    interrupted(province, package, NOTES)
    journal, previous = province / ".pilot/journal", province / ".pilot/previous"
    assert (0o700, {0o600}) == (rights(journal), {rights(path) for path in journal.iterdir()})
    upgrade(province, package)
    assert (0o700, {0o600}) == (rights(previous), {rights(path) for path in previous.iterdir()})


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755, 0o444])
def test_new_contents_leave_a_file_the_rights_that_it_has(publisher, province, mode):
    (province / NOTES).chmod(mode)
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    assert (NEW, mode) == ((province / NOTES).read_text(), rights(province / NOTES))


def test_a_file_that_the_package_renames_takes_its_rights_along_and_back(publisher, province):
    (province / NOTES).chmod(0o600)
    before = tree(province, without=VOLATILE)
    upgrade(province, publisher.publish("1.1.0", {NOTES: None, "ops/guide.txt": NEW}))
    assert (NEW, 0o600) == ((province / "ops/guide.txt").read_text(), rights(province / "ops/guide.txt"))
    roll_back(province)
    assert before == tree(province, without=VOLATILE)


def test_a_file_that_the_package_drops_comes_back_with_its_rights(publisher, province):
    (province / NOTES).chmod(0o600)
    (province / RUN).chmod(0o750)
    before = tree(province, without=VOLATILE)
    upgrade(province, publisher.publish("1.1.0", {NOTES: None, RUN: None}))
    assert not (province / NOTES).exists()
    roll_back(province)
    assert before == tree(province, without=VOLATILE)


def test_what_is_offered_beside_a_closed_file_is_closed_too(publisher, province):
    (province / NOTES).write_text(OPS[NOTES].replace("two", "zwei"))
    (province / NOTES).chmod(0o700)
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    assert 0o600 == rights(province / f"{NOTES}.package-new")


def test_what_the_package_makes_of_a_closed_file_is_closed_wherever_it_is_kept(publisher, province):
    (province / RUN).write_text(OPS[RUN].replace("8000", "8100"))
    (province / RUN).chmod(0o600)
    offered = OPS[RUN].replace("8000", "8200")
    upgrade(province, publisher.publish("1.1.0", {RUN: offered, NOTES: NEW}))
    kept = {
        path.read_text(): rights(path)
        for path in (province / ".pilot/base").iterdir()
        if path.suffix == "" and not path.read_bytes().startswith(b"PK")
    }
    assert (0o600, 0o600, 0o644) == (kept[OPS[RUN]], kept[offered], kept[NEW])


def test_nobody_looks_into_the_copy_that_an_upgrade_is_tried_on(publisher, province, monkeypatch):
    seen = []

    def try_out(copy, before, real=planning.try_out):
        seen.append(rights(copy))
        return real(copy, before)

    monkeypatch.setattr(planning, "try_out", try_out)
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    assert [0o700] == seen


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_a_file_stays_its_owner_s_and_its_group_s(publisher, province):
    (province / NOTES).chmod(0o640)
    os.chown(province / NOTES, 0, 1234)
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    held = (province / NOTES).stat()
    assert (NEW, 0, 1234, 0o640) == ((province / NOTES).read_text(), held.st_uid, held.st_gid, rights(province / NOTES))


def test_an_override_that_moves_or_is_set_aside_takes_its_rights_along(publisher, province):
    override(province, f"{PROCEDURE}#documents.hospital-note.kind", "copy")
    (province / "local/overrides" / PROCEDURE).chmod(0o600)
    override(province, "procedures/ZZ-102.yaml#decision", "Ours")
    (province / "local/overrides/procedures/ZZ-102.yaml").chmod(0o640)
    held = yaml.safe_load(publisher.read(f"model/{PROCEDURE}"))
    held["documents"] = [each for each in held["documents"] if each["id"] != "hospital-note"]
    old, mix = publisher.read("model/procedures/ZZ-102.yaml"), publisher.read("model/evidence/simulation.yaml")
    files = {
        f"model/{PROCEDURE}": yaml.safe_dump(held, sort_keys=False),
        "model/procedures/ZZ-102.yaml": None,
        "model/procedures/ZZ-109.yaml": old.replace("ZZ-102", "ZZ-109"),
        "model/evidence/simulation.yaml": mix.replace("ZZ-102", "ZZ-109"),
    }
    rename = {"since": "1.1.0", "old": "model/procedures/ZZ-102.yaml", "new": "model/procedures/ZZ-109.yaml"}
    upgrade(province, publisher.publish("1.1.0", files, renames=[rename]))
    assert (0o600, 0o640) == (
        rights(province / "local/set-aside/1.1.0" / PROCEDURE),
        rights(province / "local/overrides/procedures/ZZ-109.yaml"),
    )


def test_a_value_that_is_overridden_leaves_the_file_its_rights(province):
    override(province, f"{PROCEDURE}#decision", "Ours")
    path = province / "local/overrides" / PROCEDURE
    path.chmod(0o600)
    override(province, f"{PROCEDURE}#summary.en", "Ours too")
    assert 0o600 == rights(path)
    reset(province, f"{PROCEDURE}#decision")
    assert 0o600 == rights(path)


def test_a_file_is_closed_from_the_moment_that_it_is_opened(publisher, province, monkeypatch):
    opened = {}

    def opening(path, *how, real=os.open, **given):
        handle = real(path, *how, **given)
        opened[Path(path).name] = os.fstat(handle).st_mode & 0o777
        return handle

    (province / NOTES).chmod(0o600)
    package = publisher.publish("1.1.0", {NOTES: NEW})
    before = os.umask(0)
    try:
        monkeypatch.setattr(os, "open", opening)
        upgrade(province, package)
    finally:
        os.umask(before)
    assert {0o600} == {mode for name, mode in opened.items() if name.startswith((".notes.txt", "journal.json"))}


def test_a_half_written_file_that_was_left_behind_lets_nobody_read_on(publisher, province):
    left = province / "ops/.notes.txt.pilotkit-partial"
    left.write_text("left behind")
    (province / NOTES).chmod(0o600)
    with left.open() as reader:
        upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
        assert ("left behind", 0o600) == (reader.read(), rights(province / NOTES))


def test_rights_that_the_owner_changed_since_are_no_edit_and_stay(publisher, province):
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    (province / NOTES).chmod(0o700)
    roll_back(province)
    assert (OPS[NOTES], 0o700) == ((province / NOTES).read_text(), rights(province / NOTES))


def test_rights_that_the_owner_changed_since_it_was_interrupted_stay(publisher, province, interrupted):
    interrupted(province, publisher.publish("1.1.0", {NOTES: NEW}), NOTES)
    (province / NOTES).chmod(0o600)
    assert "finished" == recover(province)
    assert (NEW, 0o600) == ((province / NOTES).read_text(), rights(province / NOTES))


def test_a_file_that_was_deleted_since_is_not_brought_back_open(publisher, province):
    (province / NOTES).chmod(0o600)
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    (province / NOTES).unlink()
    with pytest.raises(DataError, match=f"{NOTES}: was edited since"):
        roll_back(province)
    roll_back(province, also_edited=True)
    assert (OPS[NOTES], 0o600) == ((province / NOTES).read_text(), rights(province / NOTES))


def test_a_change_that_an_earlier_version_made_is_taken_back_as_far_as_it_told(publisher, province):
    (province / NOTES).chmod(0o600)
    (province / RUN).chmod(0o750)
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW, RUN: None, "ops/logo.txt": None}))
    as_format_1(province / ".pilot/previous/journal.json")
    roll_back(province)
    assert (OPS[NOTES], 0o600) == ((province / NOTES).read_text(), rights(province / NOTES))
    assert (0o755, 0o644) == (rights(province / RUN), rights(province / "ops/logo.txt"))


def test_a_change_that_an_earlier_version_began_is_finished(publisher, province, interrupted):
    (province / NOTES).chmod(0o600)
    interrupted(province, publisher.publish("1.1.0", {NOTES: NEW, "ops/x.txt": "x"}), NOTES)
    as_format_1(province / ".pilot/journal/journal.json")
    assert "finished" == recover(province)
    assert (NEW, 0o600) == ((province / NOTES).read_text(), rights(province / NOTES))


def test_a_journal_of_a_later_format_is_refused(publisher, province):
    upgrade(province, publisher.publish("1.1.0", {NOTES: NEW}))
    path = province / ".pilot/previous/journal.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 3}))
    with pytest.raises(DataError, match=r"journal\.json: is not as pilotkit wrote it"):
        roll_back(province)
