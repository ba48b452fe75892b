"""Many files change as one, wherever the process is killed."""

import doctest
import shutil
from pathlib import Path

import pytest
from tests.core.upgrades.conftest import tree

from pilotkit import DataError
from pilotkit.figures import TargetError
from pilotkit.upgrades import file_state as states
from pilotkit.upgrades import journal
from pilotkit.upgrades.file_state import FileState
from pilotkit.upgrades.journal import change, locked, recover, take_back

BEFORE = {"a.txt": (b"old a", 0o644), "b/run": (b"old run", 0o755), "b/c/gone.txt": (b"gone", 0o600)}
AFTER = {"a.txt": (b"new a", 0o640), "b/run": (b"new run", 0o755), "new/deep/n.txt": (b"new", 0o700)}
WANTED = {**{name: FileState(*state) for name, state in AFTER.items()}, "b/c/gone.txt": None}


class KilledError(BaseException):
    """As if the process were gone: nothing after it gets through to the disk either."""


@pytest.fixture
def folder(tmp_path):
    return made(tmp_path / "deployment")


def made(folder):
    for name, (data, mode) in BEFORE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        (folder / name).chmod(mode)
    return folder


def files(folder):
    return tree(folder, without=(".pilot",))


def deadly(monkeypatch, steps):
    """Let the process die at the ``steps``-th thing that it does to the disk; returns how many it did."""
    done = [0]

    def wrap(real, *, torn=False):
        def step(*arguments, **options):
            done[0] += 1
            if done[0] == steps and torn:
                Path(arguments[0]).write_bytes(arguments[1][: len(arguments[1]) // 2])
            if done[0] >= steps:
                raise KilledError
            return real(*arguments, **options)

        return step

    for owner, name in (
        (Path, "replace"), (Path, "unlink"), (Path, "rmdir"), (Path, "mkdir"), (shutil, "rmtree"), (states, "sync"),
        (journal, "sync"),
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, wrap(getattr(owner, name)))
    monkeypatch.setattr(states, "write", wrap(states.write, torn=True))
    return done


def test_killed_at_any_step_the_next_run_finds_all_of_it_or_nothing(tmp_path, monkeypatch):
    outcomes = set()
    for steps in range(1, 200):
        folder = made(tmp_path / str(steps))
        with monkeypatch.context() as patched:
            deadly(patched, steps)
            try:
                change(folder, WANTED, "test")
            except KilledError:
                is_over = False
            else:
                is_over = True
        if is_over:
            break
        outcomes.add(recover(folder))
        assert files(folder) in (BEFORE, AFTER)
        assert change(folder, WANTED, "test") in {0, 4}
        assert AFTER == files(folder)
        assert not list(folder.rglob("*.pilotkit-partial"))
    assert (True, {None, "undone", "finished"}) == (is_over, outcomes)


def test_a_recovery_that_is_killed_itself_is_recovered(tmp_path, monkeypatch):
    for steps in range(1, 100):
        folder = made(tmp_path / str(steps))
        with monkeypatch.context() as patched:
            deadly(patched, 22)
            with pytest.raises(KilledError):
                change(folder, WANTED, "test")
        with monkeypatch.context() as patched:
            deadly(patched, steps)
            try:
                recover(folder)
            except KilledError:
                pass
            else:
                break
        recover(folder)
        assert files(folder) in (BEFORE, AFTER)
    assert steps > 3


def test_what_was_changed_is_taken_back_byte_for_byte_and_again(folder):
    change(folder, WANTED, "test")
    take_back(folder)
    assert BEFORE == files(folder)
    take_back(folder)
    assert AFTER == files(folder)


def test_what_was_edited_since_is_not_taken_back_unasked(folder):
    change(folder, WANTED, "test")
    (folder / "a.txt").write_bytes(b"edited")
    with pytest.raises(DataError, match="was edited since"):
        take_back(folder)
    take_back(folder, also_edited=True)
    assert BEFORE == files(folder)
    take_back(folder)
    assert b"edited" == (folder / "a.txt").read_bytes()


def test_nothing_to_change_leaves_the_last_change_to_be_taken_back(folder):
    change(folder, WANTED, "test")
    assert 0 == change(folder, WANTED, "test")
    take_back(folder)
    assert BEFORE == files(folder)


def test_there_is_nothing_to_take_back_at_first(folder):
    with pytest.raises(DataError, match="no change to take back"):
        take_back(folder)


def test_a_full_disk_before_the_journal_counts_changes_nothing(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(states, "write", full)
    with pytest.raises(TargetError, match="No space left on device. Nothing was changed"):
        change(folder, WANTED, "test")
    assert (BEFORE, False) == (files(folder), (folder / ".pilot/journal").exists())


def test_a_file_that_becomes_a_folder_and_a_folder_that_becomes_a_file(tmp_path):
    (tmp_path / "one").write_bytes(b"file")
    (tmp_path / "two").mkdir()
    (tmp_path / "two/x").write_bytes(b"x")
    change(tmp_path, {"one": None, "one/y": FileState(b"y"), "two/x": None, "two": FileState(b"file")}, "test")
    assert {"one/y": (b"y", 0o644), "two": (b"file", 0o644)} == files(tmp_path)


def test_a_symbolic_link_is_not_written_through(folder, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="symbolic link"):
        change(folder, WANTED, "test")
    assert b"mine" == (tmp_path / "elsewhere").read_bytes()


def test_two_at_once_are_not_let_in(folder):
    with locked(folder), pytest.raises(TargetError, match="by another command"), locked(folder):
        pass


def test_a_journal_that_was_tampered_with_is_refused(folder, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(journal, "_finish", lambda _: None)
        change(folder, WANTED, "test")
    for path in (folder / ".pilot/journal").iterdir():
        if path.suffix != ".json":
            path.write_bytes(b"altered")
    with pytest.raises(DataError, match="missing or altered"):
        recover(folder)


def test_an_edit_made_since_the_change_was_interrupted_is_not_overwritten(folder, monkeypatch):
    with monkeypatch.context() as patched:
        deadly(patched, 22)
        with pytest.raises(KilledError):
            change(folder, WANTED, "test")
    (folder / "a.txt").write_bytes(b"urgent")
    with pytest.raises(DataError, match=r"a\.txt: was edited after a change of it was interrupted"):
        recover(folder)
    assert b"urgent" == (folder / "a.txt").read_bytes()
    (folder / "a.txt").rename(folder.parent / "a.txt")
    assert "finished" == recover(folder)
    assert AFTER["a.txt"][0] == (folder / "a.txt").read_bytes()


def test_the_example_of_the_journal_runs() -> None:
    outcome = doctest.testmod(journal)
    assert (0, True) == (outcome.failed, outcome.attempted > 0)
