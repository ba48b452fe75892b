"""What a person saves while an upgrade is being worked out: it is refused, nothing is lost, the next run merges it."""

import shutil

import pytest
from tests.core.upgrades.conftest import OPS, tree

from pilotkit import DataError, Deployment
from pilotkit.upgrades import diff, file_state, installed, plan, setting_conflicts
from pilotkit.upgrades import override as override_module
from pilotkit.upgrades.diff import adopt, local_changes
from pilotkit.upgrades.file_state import FileState
from pilotkit.upgrades.journal import change
from pilotkit.upgrades.override import override, reset
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import upgrade as carry_out

NOTES, PROCEDURE = "ops/notes.txt", "procedures/ZZ-101.yaml"
OVERRIDE = f"local/overrides/{PROCEDURE}"
VOLATILE = (".pilot/lock",)
TRIED, MOVED = "Trying it on a copy", "Moving it into place"


def upgrade(folder, package, edit=None, at=TRIED):
    """As the real one, with an edit of the deployment at a step of it."""

    def progress(step):
        if edit is not None and step == at:
            edit()

    return carry_out(folder, PackageSource(package, allow_unsigned=True), progress=progress)


def refused(folder, package, path, edit, at=TRIED):
    """The upgrade is refused because of what was done to a path, and that stands as the only change."""
    before = tree(folder, without=(*VOLATILE, path))
    with pytest.raises(DataError, match=f"{path}: was edited while the change was being worked out"):
        upgrade(folder, package, lambda: edit(folder / path), at)
    assert before == tree(folder, without=(*VOLATILE, path))


def written(text):
    return lambda path: path.write_text(text)


def with_a_line_more(path):
    path.write_text(f"{path.read_text() if path.exists() else ''}# urgent\n")


@pytest.fixture
def second(publisher, province):
    """Version 1.1.0: a file changed, one new, one begun that is the deployment's own, and an overridden value."""
    text = publisher.read(f"model/{PROCEDURE}").replace("decision: Ordinance 7", "decision: Ordinance 12")
    files = {
        NOTES: OPS[NOTES].replace("two", "TWO"), f"model/{PROCEDURE}": text, "ops/new.txt": "new\n",
        "local/own.txt": "begun\n",
    }  # fmt: skip
    override(province, f"{PROCEDURE}#decision", "Ordinance 12")
    return publisher.publish("1.1.0", files)


@pytest.mark.parametrize("at", [TRIED, MOVED])
def test_an_edit_of_a_file_that_is_merged_stays_and_the_next_run_merges_it(province, second, at):
    refused(province, second, NOTES, written(OPS[NOTES].replace("six", "urgent")), at)
    assert OPS[NOTES].replace("six", "urgent") == (province / NOTES).read_text()
    upgrade(province, second)
    assert OPS[NOTES].replace("six", "urgent").replace("two", "TWO") == (province / NOTES).read_text()


@pytest.mark.parametrize("path", ["ops/new.txt", "local/own.txt"])
def test_a_file_that_appears_where_the_upgrade_adds_one_stays(province, second, path):
    refused(province, second, path, written("ours\n"))
    upgrade(province, second)
    assert "ours\n" == (province / path).read_text()


def test_an_edit_of_an_override_that_is_carried_over_stays(province, second):
    refused(province, second, OVERRIDE, written("decision: {is: Urgent, was: Ordinance 7}\n"))
    assert [("decision", "Urgent")] == [(each.key, each.ours) for each in upgrade(province, second).notices]


@pytest.mark.parametrize("path", ["answers.json", f"model/{PROCEDURE}", f"{NOTES}.package-new"])
def test_an_edit_of_any_other_file_that_is_written_stays(province, second, path):
    (province / NOTES).write_text(OPS[NOTES].replace("two", "zwei"))
    refused(province, second, path, with_a_line_more)
    assert (province / path).read_text().endswith("# urgent\n")


def test_a_file_that_is_deleted_meanwhile_is_not_brought_back(province, second):
    refused(province, second, NOTES, lambda path: path.unlink())
    upgrade(province, second)
    assert not (province / NOTES).exists()


def test_a_file_that_is_edited_while_its_name_changes_stays_where_it_is(publisher, province):
    package = publisher.publish("1.1.0", {NOTES: None, "ops/guide.txt": OPS[NOTES]})
    refused(province, package, NOTES, written("urgent\n"))
    refused(province, package, NOTES, lambda path: path.chmod(0o600))
    assert "urgent\n" == (province / NOTES).read_text()


@pytest.fixture
def meanwhile(monkeypatch):
    """Lets something happen when a function is called, whose arguments were read by then."""

    def before(module, name, edit):
        real = getattr(module, name)

        def called(*arguments):
            edit()
            return real(*arguments)

        monkeypatch.setattr(module, name, called)

    return before


@pytest.mark.parametrize(
    ("module", "name", "path"),
    [
        (plan, "rendering", "answers.json"),
        (plan, "carry_over", OVERRIDE),
        (installed, "rendering", f"model/{PROCEDURE}"),
    ],
    ids=["answers", "override", "base that was not kept"],
)
def test_an_edit_while_something_else_is_merged_stays(province, second, meanwhile, module, name, path):
    shutil.rmtree(province / ".pilot/base")
    meanwhile(module, name, lambda: with_a_line_more(province / path))
    with pytest.raises(DataError, match=f"{path}: was edited while the change was being worked out"):
        upgrade(province, second)
    assert (province / path).read_text().endswith("# urgent\n")


def test_an_edit_of_what_the_upgrade_does_not_write_is_no_matter(province, second):
    def edit():
        (province / "local/contacts.toml").write_text("")
        (province / "ops/logo.txt").write_text("ours\n")

    upgrade(province, second, edit)
    assert ("", "ours\n") == ((province / "local/contacts.toml").read_text(), (province / "ops/logo.txt").read_text())


def test_an_edit_before_the_files_are_read_is_merged(province, second):
    upgrade(province, second, lambda: written(OPS[NOTES].replace("six", "urgent"))(province / NOTES), "Merging")
    assert OPS[NOTES].replace("six", "urgent").replace("two", "TWO") == (province / NOTES).read_text()


def test_an_edit_while_the_change_is_written_down_stays(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("old")

    def write(path, data, mode, real=file_state.write):
        (tmp_path / "a.txt").write_text("urgent")
        real(path, data, mode)

    monkeypatch.setattr(file_state, "write", write)
    with pytest.raises(DataError, match=r"a\.txt: was edited while the change was being worked out"):
        change(tmp_path, {"a.txt": FileState(b"new"), "b.txt": FileState(b"new")}, "test")
    assert {"a.txt": (b"urgent", 0o644)} == tree(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        lambda folder: override(folder, f"{PROCEDURE}#decision", "Other"),
        lambda folder: reset(folder, f"{PROCEDURE}#decision"),
        lambda folder: override(folder, "procedures/ZZ-102.yaml#decision", "Other"),
    ],
    ids=["set", "reset", "first"],
)
def test_an_override_that_is_edited_while_another_is_tried_stays(province, meanwhile, command):
    override(province, f"{PROCEDURE}#decision", "Ours")

    def edit():
        for name in (OVERRIDE, "local/overrides/procedures/ZZ-102.yaml"):
            with_a_line_more(province / name)

    meanwhile(override_module, "refuse_unsound", edit)
    with pytest.raises(DataError, match=r"ZZ-10.\.yaml: was edited while the change was being worked out"):
        command(province)
    assert ("Ours", "# urgent\n") == (
        Deployment(province).catalog.procedures["ZZ-101"].decision,
        (province / "local/overrides/procedures/ZZ-102.yaml").read_text(),
    )


def test_an_override_that_is_edited_while_a_hand_edit_is_adopted_stays(province, meanwhile):
    path = province / f"model/{PROCEDURE}"
    path.write_text(path.read_text().replace("decision: Ordinance 7", "decision: Ours"))
    (province / OVERRIDE).parent.mkdir(parents=True)
    meanwhile(diff, "write_changes", lambda: with_a_line_more(province / OVERRIDE))
    with pytest.raises(DataError, match=r"ZZ-101\.yaml: was edited while the change was being worked out"):
        adopt(province)
    assert ("# urgent\n", True) == ((province / OVERRIDE).read_text(), "decision: Ours" in path.read_text())


def test_settings_that_are_edited_while_one_is_decided_stay(publisher, province, meanwhile):
    path = province / "pilot.toml"
    path.write_text(path.read_text().replace('"#0b5d57"', '"#114743"'))
    new = publisher.read("pilot.toml").replace('"#0b5d57"', '"#0b3d91"')
    upgrade(province, publisher.publish("1.1.0", {"pilot.toml": new}))
    edited = f"# urgent\n{path.read_text()}"
    meanwhile(setting_conflicts, "refuse_unsound", lambda: path.write_text(edited))
    with pytest.raises(DataError, match=r"pilot\.toml: was edited while the change was being worked out"):
        reset(province, "pilot.toml#theme.accent")
    assert (edited, 1) == (path.read_text(), len(local_changes(province).settings))
