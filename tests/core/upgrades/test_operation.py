"""How an upgrade is run: versions skipped, sources gone, no git, killed, repeated, backwards, tampered with."""

import json
import shutil
import subprocess
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.core.upgrades.conftest import OPS, OWNERSHIP, tree
from tests.core.upgrades.test_journal import KilledError, deadly
from tests.drill import size

from pilotkit import DataError, Deployment, PilotkitError, Severity, UnknownError
from pilotkit.checks.run import run_checks
from pilotkit.packages.manifest import verify_model
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.trust import PackageError
from pilotkit.upgrades.diff import adopt, local_changes
from pilotkit.upgrades.override import override, reset
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import plan_upgrade as plan
from pilotkit.upgrades.upgrade import recover, roll_back
from pilotkit.upgrades.upgrade import upgrade as carry_out

NOTES, PROCEDURE = "ops/notes.txt", "model/procedures/ZZ-101.yaml"
TEMPLATE = "model/template/{{cookiecutter._folder}}"
VOLATILE = (".pilot/journal", ".pilot/previous", ".pilot/lock", "var/")
TIMED = (*VOLATILE, ".pilot/trust/")
"""The statement of trust says when a package was taken."""


def plan_upgrade(folder, package=None, version=None, **given):
    """As the real one; the packages of these tests are signed by nobody."""
    return plan(folder, PackageSource(package, version, allow_unsigned=True), **given)


def upgrade(folder, package=None, version=None, **given):
    """As the real one; the packages of these tests are signed by nobody."""
    return carry_out(folder, PackageSource(package, version, allow_unsigned=True), **given)


@pytest.fixture
def second(publisher, province) -> Path:
    """Version 1.1.0: something of everything."""
    text = publisher.read(PROCEDURE).replace("decision: Ordinance 7", "decision: Ordinance 12")
    return publisher.publish(
        "1.1.0", {NOTES: OPS[NOTES].replace("two", "TWO"), PROCEDURE: text, "ops/new.txt": "new\n"}
    )


def test_versions_are_skipped_and_every_rename_on_the_way_counts(publisher, province):
    override(province, "procedures/ZZ-101.yaml#decision", "Ours")
    (province / NOTES).write_text(OPS[NOTES].replace("one", "eins"))
    first = {"since": "1.1.0", "old": NOTES, "new": "ops/guide.txt"}
    publisher.publish("1.1.0", {NOTES: None, "ops/guide.txt": OPS[NOTES]}, renames=[first])
    last = {"since": "1.2.0", "old": "ops/guide.txt", "new": "ops/manual.txt"}
    files = {"ops/guide.txt": None, "ops/manual.txt": OPS[NOTES].replace("six", "SIX")}
    upgrade(province, publisher.publish("1.2.0", files, renames=[first, last]))
    assert OPS[NOTES].replace("one", "eins").replace("six", "SIX") == (province / "ops/manual.txt").read_text()
    assert "Ours" == Deployment(province).catalog.procedures["ZZ-101"].decision


def test_the_folder_s_newest_version_is_taken_or_the_one_named(publisher, province, second):
    publisher.publish("1.10.0", {})
    assert ("1.10.0", "1.1.0") == (
        plan_upgrade(province, second.parent).offered,
        plan_upgrade(province, second.parent, "1.1.0").offered,
    )
    with pytest.raises(UnknownError, match=r"holds no port-amber-model 3.0.0. There are: 1.0.0, 1.1.0, 1.10.0"):
        plan_upgrade(province, second.parent, "3.0.0")


def test_no_source_no_git_and_no_old_package_are_needed(province, second, tmp_path):
    moved = tmp_path / "elsewhere.zip"
    shutil.move(second, moved)
    shutil.rmtree(tmp_path / "packages")
    shutil.rmtree(tmp_path / "donor")
    assert not (province / ".git").exists()
    assert ("1.1.0", ()) == ((plan := upgrade(province, moved)).offered, plan.unresolved)


def test_a_deployment_older_than_the_kept_base_is_upgraded_from_its_own_model(province, second):
    shutil.rmtree(province / ".pilot")
    (province / NOTES).write_text(OPS[NOTES].replace("six", "sechs"))
    assert () == upgrade(province, second).unresolved
    assert OPS[NOTES].replace("six", "sechs").replace("two", "TWO") == (province / NOTES).read_text()


def test_a_dirty_working_tree_is_merged_as_it_is_and_git_is_left_alone(province, second):
    run = ["git", "-C", str(province)]
    subprocess.run([*run, "init", "-q"], check=True)
    subprocess.run([*run, "add", "-A"], check=True)
    (province / NOTES).write_text(OPS[NOTES].replace("six", "uncommitted"))
    before = tree(province / ".git")
    upgrade(province, second)
    assert before == tree(province / ".git")
    assert OPS[NOTES].replace("six", "uncommitted").replace("two", "TWO") == (province / NOTES).read_text()


@pytest.mark.drill
def test_killed_at_any_step_the_same_command_ends_where_it_would_have(province, second, tmp_path, monkeypatch):
    whole = shutil.copytree(province, tmp_path / "whole")
    with monkeypatch.context() as patched:
        done = deadly(patched, 10**9)
        upgrade(whole, second)
    expected = tree(whole, without=TIMED)
    for share in size((0.3, 0.7, 0.97), (0.1, 0.3, 0.5, 0.7, 0.85, 0.97)):
        folder = shutil.copytree(province, tmp_path / "killed" / "province")
        with monkeypatch.context() as patched:
            deadly(patched, int(done[0] * share))
            with pytest.raises(KilledError):
                upgrade(folder, second)
        recover(folder)
        assert tree(folder, without=TIMED) in (expected, tree(province, without=TIMED))
        upgrade(folder, second)
        assert expected == tree(folder, without=TIMED)
        assert [folder] == list(folder.parent.iterdir())
        shutil.rmtree(folder)


def test_upgrading_twice_changes_nothing_the_second_time(province, second):
    upgrade(province, second)
    before = tree(province)
    assert (True, before) == (upgrade(province, second).changes_nothing, tree(province))


def test_a_run_that_left_something_to_decide_says_so_again_until_it_is_decided(province, second):
    (province / NOTES).write_text(OPS[NOTES].replace("two", "zwei"))
    assert [1, 1] == [len(upgrade(province, second).unresolved) for _ in range(2)]
    (province / f"{NOTES}.package-new").unlink()
    assert 0 == len(upgrade(province, second).unresolved)
    assert OPS[NOTES].replace("two", "zwei") == (province / NOTES).read_text()


def test_what_was_not_decided_is_merged_from_its_old_base_by_the_version_after(publisher, province, second):
    (province / NOTES).write_text(OPS[NOTES].replace("two", "zwei"))
    upgrade(province, second)
    upgrade(province, publisher.publish("1.2.0", {NOTES: OPS[NOTES]}))
    assert OPS[NOTES].replace("two", "zwei") == (province / NOTES).read_text()


def test_an_older_package_is_refused_unless_one_insists(province, first, second):
    upgrade(province, second)
    with pytest.raises(PackageError, match="runs 1.1.0, which is newer"):
        upgrade(province, first)
    upgrade(province, first, allow_downgrade=True)
    assert (OPS[NOTES], False) == ((province / NOTES).read_text(), (province / "ops/new.txt").exists())


def test_another_package_under_a_version_that_runs_is_refused(publisher, province, first):
    first.unlink()
    package = publisher.publish("1.0.0", {NOTES: "other\n"})
    with pytest.raises(PackageError, match="but it is another package"):
        upgrade(province, package)


def test_a_package_of_another_name_is_refused(publisher, province):
    with pytest.raises(PackageError, match="the deployment runs 'port-amber-model'"):
        upgrade(province, publisher.publish("1.1.0", {}, name="another-model"))


def test_a_tampered_package_is_refused_with_nothing_written(province, second):
    with zipfile.ZipFile(second) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["procedures/ZZ-101.yaml"] += b"# a line more\n"
    with zipfile.ZipFile(second, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    before = tree(province, without=(".pilot/lock",))
    with pytest.raises(PackageError, match="is changed"):
        upgrade(province, second)
    assert before == tree(province, without=(".pilot/lock",))


def test_a_package_that_would_break_the_deployment_is_refused_with_nothing_written(publisher, province):
    override(province, "procedures/ZZ-101.yaml#steps.decide.role", "receiving-officer")
    before = tree(province, without=(".pilot/lock",))
    text = publisher.read(PROCEDURE).replace("id: decide", "id: judge").replace("to: decide", "to: judge")
    renames = [{"since": "1.1.0", "old": f"{PROCEDURE}#steps.decide.role", "new": f"{PROCEDURE}#steps.judge.rank"}]
    package = publisher.publish("1.1.0", {PROCEDURE: text}, renames=renames)
    with pytest.raises(DataError, match="is refused.*rank"):
        upgrade(province, package)
    assert before == tree(province, without=(".pilot/lock", ".pilot/refused.json"))


def test_rollback_restores_every_byte(province, second):
    (province / NOTES).write_bytes(OPS[NOTES].replace("\n", "\r\n").encode())
    (province / NOTES).chmod(0o755)
    override(province, "procedures/ZZ-101.yaml#decision", "Ours")
    before = tree(province, without=VOLATILE)
    upgrade(province, second)
    assert before != tree(province, without=VOLATILE)
    roll_back(province)
    assert before == tree(province, without=VOLATILE)


def test_a_plan_writes_nothing_and_says_what_the_upgrade_then_does(province, second):
    before = tree(province)
    planned = plan_upgrade(province, second)
    assert before == tree(province)
    assert planned == upgrade(province, second)


def test_a_plan_tells_procedures_deadlines_cases_and_values(publisher, province):
    deployment = Deployment(province)
    store = Store.of(deployment)
    simulate(deployment, store, days=20, seed=3, last=date(2025, 7, 28))
    counted = store.open_by_procedure()
    store.close()
    text = publisher.read(PROCEDURE)
    held = yaml.safe_load(text)
    channel = next(iter(held["offers"]))
    held["offers"][channel]["deadline"] = {"amount": 77, "unit": "calendar_days"}
    plan = plan_upgrade(province, publisher.publish("1.1.0", {PROCEDURE: yaml.safe_dump(held)}))
    change = next(each for each in plan.procedures if each.code == "ZZ-101")
    assert ("changed", counted.get("ZZ-101", 0), "pinned") == (change.kind, change.open_cases, change.on_change)
    assert 77 in [each.after for each in change.deadlines if each.key.endswith("amount")]
    assert {PROCEDURE} == {each.file for each in plan.effective}


def test_a_stale_override_holds_and_is_told_until_somebody_compares(province, second):
    override(province, "procedures/ZZ-101.yaml#decision", "Ours")
    plan = upgrade(province, second)
    assert [("decision", "Ordinance 7", "Ours", "Ordinance 12")] == [
        (each.key, each.base, each.ours, each.package) for each in plan.notices
    ]
    assert ("Ours", ()) == (Deployment(province).catalog.procedures["ZZ-101"].decision, plan.unresolved)
    assert 1 == len(upgrade(province, second).notices)
    override(province, "procedures/ZZ-101.yaml#decision", "Ours")
    assert () == upgrade(province, second).notices


def test_a_setting_that_both_sides_set_is_the_province_s_and_both_values_are_told(publisher, province):
    path = province / "pilot.toml"
    path.write_text(path.read_text().replace('accent = "#0b5d57"', 'accent = "#114743"'))
    new = publisher.read("pilot.toml").replace('accent = "#0b5d57"', 'accent = "#0b3d91"')
    package = publisher.publish("1.1.0", {"pilot.toml": new.replace("[theme]", "[theme] # how it looks")})
    plan = upgrade(province, package)
    assert ([("pilot.toml", "theme.accent", "#0b5d57", "#114743", "#0b3d91")], ()) == (
        [(each.file, each.key, each.base, each.ours, each.package) for each in plan.notices],
        plan.unresolved,
    )
    assert ("#114743", True) == (Deployment(province).settings.theme.accent, "# how it looks" in path.read_text())
    assert not (province / "pilot.toml.package-new").exists()
    assert 1 == len(upgrade(province, package).notices)
    told = {each.key: (each.before, each.after) for each in local_changes(province).seeded[0].values}
    assert {"theme.accent": ("#0b3d91", "#114743")} == told


def test_a_setting_that_the_package_takes_away_while_ours_was_set_needs_a_person(publisher, province):
    path = province / "pilot.toml"
    path.write_text(path.read_text().replace('accent = "#0b5d57"', 'accent = "#114743"'))
    lines = publisher.read("pilot.toml").splitlines(keepends=True)
    new = "".join(line for line in lines if not line.startswith("accent = "))
    plan = plan_upgrade(province, publisher.publish("1.1.0", {"pilot.toml": new}))
    assert ((), ["theme.accent"]) == (plan.notices, [each.key for each in plan.unresolved])


def test_an_override_whose_package_says_the_same_now_is_taken_out(province, second):
    override(province, "procedures/ZZ-101.yaml#decision", "Ordinance 12")
    plan = upgrade(province, second)
    assert (["settled"], False) == (
        [each.state for each in plan.overrides],
        (province / "local/overrides/procedures/ZZ-101.yaml").exists(),
    )


def test_an_override_that_comes_to_where_another_stands_is_set_aside_and_told(publisher, province):
    override(province, "procedures/ZZ-101.yaml#documents.hospital-note.kind", "copy")
    override(province, "procedures/ZZ-101.yaml#documents.parents-identity.kind", "form")
    held = yaml.safe_load(publisher.read("model/procedures/ZZ-101.yaml"))
    held["documents"] = [each for each in held["documents"] if each["id"] != "hospital-note"]
    file = "model/procedures/ZZ-101.yaml"
    rename = {"since": "1.1.0", "old": f"{file}#documents.hospital-note", "new": f"{file}#documents.parents-identity"}
    package = publisher.publish("1.1.0", {file: yaml.safe_dump(held, sort_keys=False)}, renames=[rename])
    plan = upgrade(province, package)
    assert ["another override stands where its place has moved to"] == [
        each.why.partition(";")[0] for each in plan.unresolved
    ]
    assert "copy" in (province / "local/set-aside/1.1.0/procedures/ZZ-101.yaml").read_text()
    assert "form" in (province / "local/overrides/procedures/ZZ-101.yaml").read_text()


def test_a_file_that_the_package_hands_over_stays_as_it_stands(publisher, province):
    before = (province / "ops/notes.txt").read_bytes()
    package = publisher.publish(
        "1.1.0", {"ops/notes.txt": "other\n"}, ownership={"ops/notes.txt": "local", **OWNERSHIP}
    )
    plan = upgrade(province, package)
    assert (before, ()) == ((province / "ops/notes.txt").read_bytes(), plan.unresolved)
    assert [("kept", "local")] == [(each.action, each.owner) for each in plan.files if each.path == "ops/notes.txt"]


def test_an_override_of_what_is_gone_is_set_aside_and_the_deployment_runs(publisher, province):
    override(province, "procedures/ZZ-101.yaml#documents.hospital-note.kind", "copy")
    held = yaml.safe_load(publisher.read("model/procedures/ZZ-101.yaml"))
    held["documents"] = [each for each in held["documents"] if each["id"] != "hospital-note"]
    text = yaml.safe_dump(held, sort_keys=False)
    plan = upgrade(province, publisher.publish("1.1.0", {"model/procedures/ZZ-101.yaml": text}))
    assert (["set_aside"], 1, ()) == ([each.state for each in plan.overrides], len(plan.unresolved), plan.notices)
    aside = province / "local/set-aside/1.1.0/procedures/ZZ-101.yaml"
    assert {"documents": {"hospital-note": {"kind": {"is": "copy", "was": "original"}}}} == yaml.safe_load(
        aside.read_text()
    )
    assert "ZZ-101" in Deployment(province).catalog.procedures
    told = [each.where.file for each in run_checks(Deployment(province)) if each.check == "upgrading"]
    assert [["local/set-aside/1.1.0/procedures/ZZ-101.yaml"]] * 2 == [told, list(local_changes(province).set_aside)]


def test_an_override_is_written_with_what_it_replaced_and_comments_stay(province):
    path = province / "local/overrides/procedures/ZZ-101.yaml"
    override(province, "procedures/ZZ-101.yaml#decision", "Ours")
    path.write_text(f"# why: the council decided\n{path.read_text()}")
    changed = override(province, "model/procedures/ZZ-101.yaml#summary.en", "Ours too")
    assert {"is": "Ours", "was": "Ordinance 7"} == yaml.safe_load(path.read_text())["decision"]
    assert ("Ours too", True) == (changed.after, path.read_text().startswith("# why"))
    reset(province, "procedures/ZZ-101.yaml#decision")
    assert ["summary"] == list(yaml.safe_load(path.read_text()))
    reset(province, "procedures/ZZ-101.yaml#summary")
    assert not path.exists()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("procedures/ZZ-101.yaml#offers.online.deadline.amount", 9, "is locked by the package"),
        ("procedures/ZZ-101.yaml#offers", "none", "offers"),
        ("procedures/ZZ-101.yaml#domain", "nowhere", "nowhere"),
        ("procedures/ZZ-999.yaml#decision", 1, "names no key"),
        ("package.toml#name", "mine", "names no key"),
        ("procedures/ZZ-101.yaml", 1, "names no key"),
        ("procedures/ZZ-101.yaml#no.such.place", 1, "no"),
    ],
)
def test_an_override_that_cannot_be_is_refused_with_nothing_written(province, key, value, words):
    before = tree(province, without=(".pilot/lock",))
    with pytest.raises(PilotkitError, match=words):
        override(province, key, value)
    assert before == tree(province, without=(".pilot/lock",))


def test_a_hand_edit_below_model_is_found_refused_and_adopted(province, second):
    path = province / PROCEDURE
    path.write_text(path.read_text().replace("decision: Ordinance 7", "decision: Ours"))
    found = local_changes(province).drift
    assert [(PROCEDURE, "changed")] == [(each.path, each.kind) for each in found]
    assert [("decision", "Ordinance 7", "Ours")] == [(each.key, each.before, each.after) for each in found[0].values]
    with pytest.raises(DataError, match="--adopt"):
        upgrade(province, second)
    adopted = adopt(province)
    assert [("local/overrides/procedures/ZZ-101.yaml", True)] == [
        (each.to, "decision" in each.keys) for each in adopted
    ]
    assert ([], "Ours") == (
        list(verify_model(Deployment(province))),
        Deployment(province).catalog.procedures["ZZ-101"].decision,
    )
    assert "Ordinance 7" == yaml.safe_load((province / adopted[0].to).read_text())["decision"]["was"]


def test_what_no_override_can_say_is_set_aside_and_the_package_s_file_put_back(province):
    (province / "model/evidence/notes.md").write_text("ours\n")
    (province / "model/kpis/goals.yaml").unlink()
    adopt(province)
    assert [] == list(verify_model(Deployment(province)))
    aside = province / "local/set-aside/1.0.0/model/evidence"
    assert "ours\n" == (aside / "notes.md").read_text()
    (province / "model/evidence/notes.md").write_text("ours again\n")
    adopt(province)
    assert ["ours\n", "ours again\n"] == [(aside / name).read_text() for name in ("notes.md", "notes.md.2")]


def test_no_markers_and_nothing_unreadable_are_ever_left(province, second):
    for name in ("ops/run.yaml", "ops/run.toml", "ops/run.json"):
        (province / name).write_text((province / name).read_text().replace("2", "3"))
    upgrade(province, second)
    yaml.safe_load((province / "ops/run.yaml").read_text())
    tomllib.loads((province / "ops/run.toml").read_text())
    json.loads((province / "ops/run.json").read_text())
    assert [] == [path for path in province.rglob("*") if path.is_file() and b"<<<<<<<" in path.read_bytes()]
    assert [] == [each for each in run_checks(Deployment(province)) if each.severity is Severity.ERROR]
