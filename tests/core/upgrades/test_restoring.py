"""A deployment that was restored from a copy: whole, half, or without what was kept for the next upgrade."""

import shutil

import pytest
from tests.core.upgrades.conftest import OPS, tree
from tests.core.upgrades.test_journal import KilledError

from pilotkit import DataError, Deployment
from pilotkit.checks.run import run_checks
from pilotkit.upgrades import file_state as states
from pilotkit.upgrades.diff import adopt, local_changes
from pilotkit.upgrades.override import override, reset
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import plan_upgrade
from pilotkit.upgrades.upgrade import upgrade as carry_out

NOTES, ACCENT = "ops/notes.txt", "pilot.toml#theme.accent"
HALF = r"\.pilot/base/index\.json: is of another package than model/manifest\.json.* from the same backup"


def from_file(package):
    return PackageSource(package, allow_unsigned=True)


def upgrade(folder, package):
    return carry_out(folder, from_file(package))


@pytest.fixture
def second(publisher, province):
    """Version 1.1.0, which changes a file of the model, one that is merged, and a setting that the province changed."""
    path = province / "pilot.toml"
    path.write_text(path.read_text().replace('"#0b5d57"', '"#114743"'))
    files = {
        NOTES: OPS[NOTES].replace("two", "TWO"),
        "pilot.toml": publisher.read("pilot.toml").replace('"#0b5d57"', '"#0b3d91"'),
        "model/kpis/kpis.yaml": publisher.read("model/kpis/kpis.yaml") + "# new\n",
    }
    return publisher.publish("1.1.0", files)


COMMANDS = {
    "upgrade": upgrade,
    "plan": lambda folder, package: plan_upgrade(folder, from_file(package)),
    "another answer": lambda folder, _: carry_out(folder, answers={"hotline": "777-0300"}),
    "diff": lambda folder, _: local_changes(folder),
    "adopt": lambda folder, _: adopt(folder),
    "decide": lambda folder, _: reset(folder, ACCENT),
}


@pytest.mark.parametrize("half", ["model", ".pilot"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_half_a_deployment_is_refused_with_nothing_written(province, second, tmp_path, half, command):
    shutil.copytree(province / half, tmp_path / "copy")
    upgrade(province, second)
    shutil.rmtree(province / half)
    shutil.copytree(tmp_path / "copy", province / half)
    before = tree(province, without=(".pilot/lock",))
    with pytest.raises(DataError, match=HALF):
        command(province, second)
    assert before == tree(province, without=(".pilot/lock",))


def test_both_halves_of_one_copy_are_upgraded_again(province, second, tmp_path):
    shutil.copytree(province, tmp_path / "copy")
    upgrade(province, second)
    for half in ("model", ".pilot"):
        shutil.rmtree(province / half)
        shutil.copytree(tmp_path / "copy" / half, province / half)
    assert ("1.0.0", "1.1.0") == ((plan := upgrade(province, second)).installed, plan.offered)
    assert 1 == len(local_changes(province).settings)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_change_that_waits_is_finished_before_the_halves_are_compared(province, second, monkeypatch, command):
    def put(folder, name, state, real=states.put):
        if name == "model/manifest.json":
            raise KilledError
        real(folder, name, state)

    with monkeypatch.context() as patched:
        patched.setattr(states, "put", put)
        with pytest.raises(KilledError):
            upgrade(province, second)
    assert ["An upgrade was interrupted, so some files may be new and some old."] == [
        each.message for each in run_checks(Deployment(province)) if each.where.file == ".pilot/journal"
    ]
    command(province, second)
    assert ("1.1.0", False) == (local_changes(province).version, (province / ".pilot/journal").exists())


def test_a_deployment_without_its_base_is_told_and_upgraded(province, second):
    shutil.rmtree(province / ".pilot")
    notes = upgrade(province, second).notes
    assert [True] == [each.startswith(".pilot/base/ is not there") for each in notes]
    assert () == upgrade(province, second).notes


def test_an_override_needs_nothing_of_what_was_kept(province):
    shutil.rmtree(province / ".pilot")
    override(province, "procedures/ZZ-101.yaml#decision", "Ours")
    assert "Ours" == Deployment(province).catalog.procedures["ZZ-101"].decision
