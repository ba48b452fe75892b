"""The twenty ways in which two sides change one file, and what an upgrade makes of each."""

import json
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.core.upgrades.conftest import OPS, tree

from pilotkit import DataError, Deployment, PilotkitError
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import upgrade as carry_out


def upgrade(folder, package=None, version=None, **given):
    """As the real one; the packages of these tests are signed by nobody."""
    return carry_out(folder, PackageSource(package, version, allow_unsigned=True), **given)


def changed(text, *replacements):
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def ours(folder, name, *replacements):
    path = folder / name
    path.write_text(changed(path.read_text(), *replacements))


def offered(folder, name):
    path = folder / f"{name}.package-new"
    return path.read_text() if path.exists() else None


def kept(plan):
    return [(each.file, each.key) for each in plan.unresolved]


NOTES = "ops/notes.txt"


def test_an_untouched_file_takes_the_package_s_change(publisher, province):
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("two", "TWO"))}))
    assert (changed(OPS[NOTES], ("two", "TWO")), []) == ((province / NOTES).read_text(), kept(plan))


def test_the_same_line_changed_by_both_stays_ours_and_theirs_lies_beside_it(publisher, province):
    ours(province, NOTES, ("two", "zwei"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("two", "deux"))}))
    assert changed(OPS[NOTES], ("two", "zwei")) == (province / NOTES).read_text()
    assert changed(OPS[NOTES], ("two", "deux")) == offered(province, NOTES)
    assert [(NOTES, "")] == kept(plan)


def test_neighbouring_lines_are_two_lines(publisher, province):
    ours(province, NOTES, ("two", "zwei"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("three", "trois"))}))
    assert changed(OPS[NOTES], ("two", "zwei"), ("three", "trois")) == (province / NOTES).read_text()
    assert [] == kept(plan)


def test_lines_that_both_put_in_at_one_place_of_a_text_need_a_person(publisher, province):
    ours(province, NOTES, ("two\n", "two\nours\n"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("two\n", "two\ntheirs\n"))}))
    assert changed(OPS[NOTES], ("two\n", "two\nours\n")) == (province / NOTES).read_text()
    assert [(NOTES, "")] == kept(plan)


def test_neighbouring_lines_of_a_structured_file_are_two_keys(publisher, province):
    ours(province, "ops/run.yaml", ("port: 8000", "port: 9000"))
    new = changed(OPS["ops/run.yaml"], ("workers: 2", "workers: 4"))
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.yaml": new}))
    assert (changed(new, ("port: 8000", "port: 9000")), []) == ((province / "ops/run.yaml").read_text(), kept(plan))


def test_distant_lines_are_merged(publisher, province):
    ours(province, NOTES, ("one", "eins"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("six", "SIX"))}))
    assert changed(OPS[NOTES], ("one", "eins"), ("six", "SIX")) == (province / NOTES).read_text()
    assert [] == kept(plan)


def test_the_identical_change_is_no_conflict(publisher, province):
    ours(province, NOTES, ("two", "TWO"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("two", "TWO"))}))
    assert (changed(OPS[NOTES], ("two", "TWO")), []) == ((province / NOTES).read_text(), kept(plan))


def test_deleted_here_and_changed_there_stays_deleted_and_is_offered(publisher, province):
    (province / NOTES).unlink()
    new = changed(OPS[NOTES], ("two", "TWO"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: new}))
    assert (False, new, [(NOTES, "")]) == ((province / NOTES).exists(), offered(province, NOTES), kept(plan))


def test_deleted_here_and_untouched_there_stays_deleted(publisher, province):
    (province / NOTES).unlink()
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/logo.txt": "new\n"}))
    assert (False, None, []) == ((province / NOTES).exists(), offered(province, NOTES), kept(plan))


def test_renamed_here_and_changed_there_is_merged_under_our_name(publisher, province):
    (province / NOTES).rename(province / "ops/handbook.txt")
    ours(province, "ops/handbook.txt", ("one", "eins"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("six", "SIX"))}))
    assert changed(OPS[NOTES], ("one", "eins"), ("six", "SIX")) == (province / "ops/handbook.txt").read_text()
    assert (False, []) == ((province / NOTES).exists(), kept(plan))


def test_a_path_that_both_add_stays_ours_and_theirs_lies_beside_it(publisher, province):
    (province / "ops/extra.txt").write_text("ours\n")
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/extra.txt": "theirs\n"}))
    assert "ours\n" == (province / "ops/extra.txt").read_text()
    assert ("theirs\n", [("ops/extra.txt", "")]) == (offered(province, "ops/extra.txt"), kept(plan))


def test_a_path_that_both_add_alike_is_no_conflict(publisher, province):
    (province / "ops/extra.txt").write_text("same\n")
    assert [] == kept(upgrade(province, publisher.publish("1.1.0", {"ops/extra.txt": "same\n"})))


def test_a_file_edited_here_and_deleted_there_is_kept_and_told(publisher, province):
    ours(province, NOTES, ("two", "zwei"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: None}))
    assert changed(OPS[NOTES], ("two", "zwei")) == (province / NOTES).read_text()
    assert [(NOTES, "")] == kept(plan)


def test_a_file_untouched_here_and_deleted_there_goes(publisher, province):
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: None}))
    assert (False, []) == ((province / NOTES).exists(), kept(plan))


@pytest.mark.parametrize("declared", [True, False])
def test_a_file_edited_here_and_renamed_there_moves_with_our_edit(publisher, province, declared):
    ours(province, NOTES, ("one", "eins"))
    renames = [{"since": "1.1.0", "old": NOTES, "new": "ops/guide.txt"}] if declared else []
    text = changed(OPS[NOTES], ("six", "SIX"))
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: None, "ops/guide.txt": text}, renames=renames))
    assert changed(text, ("one", "eins")) == (province / "ops/guide.txt").read_text()
    assert (False, []) == ((province / NOTES).exists(), kept(plan))


def test_a_value_changed_here_and_a_neighbouring_key_added_there_are_both_had(publisher, province):
    ours(province, "ops/run.yaml", ("workers: 2", "workers: 8 # we are many"))
    new = changed(OPS["ops/run.yaml"], ("workers: 2\n", "workers: 2\nthreads: 3 # new\n"))
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.yaml": new}))
    text = (province / "ops/run.yaml").read_text()
    assert {"port": 8000, "workers": 8, "threads": 3, "hosts": ["alpha", "beta"]} == yaml.safe_load(text)
    assert ([], True, True) == (kept(plan), "# we are many" in text, "# how it runs" in text)


def test_last_keys_that_both_add_to_json_are_both_had(publisher, province):
    ours(province, "ops/run.json", ('"b": 2\n', '"b": 2,\n  "ours": 3\n'))
    new = changed(OPS["ops/run.json"], ('"b": 2\n', '"b": 2,\n  "theirs": 4\n'))
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.json": new}))
    assert {"a": 1, "b": 2, "ours": 3, "theirs": 4} == json.loads((province / "ops/run.json").read_text())
    assert [] == kept(plan)


def test_items_that_both_add_to_a_toml_list_are_both_had(publisher, province):
    ours(province, "ops/run.toml", ('"two"]', '"two", "ours"]'))
    new = changed(OPS["ops/run.toml"], ('"two"]', '"two", "theirs"]'))
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.toml": new}))
    text = (province / "ops/run.toml").read_text()
    assert ["one", "two", "ours", "theirs"] == tomllib.loads(text)["names"]["plugins"]
    assert ([], True) == (kept(plan), "# limits" in text)


def test_yaml_that_the_package_writes_otherwise_keeps_our_value(publisher, province):
    ours(province, "ops/run.yaml", ("port: 8000", "port: 9000"))
    new = '# how it runs\n"port":   8000\n"workers":   2\n"hosts": [alpha, beta]\n'
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.yaml": new}))
    assert {"port": 9000, "workers": 2, "hosts": ["alpha", "beta"]} == yaml.safe_load(
        (province / "ops/run.yaml").read_text()
    )
    assert [] == kept(plan)


def test_one_key_that_both_change_stays_ours_without_markers_and_the_rest_is_merged(publisher, province):
    ours(province, "ops/run.yaml", ("port: 8000", "port: 9000"))
    new = changed(OPS["ops/run.yaml"], ("port: 8000", "port: 8080"), ("workers: 2", "workers: 4"))
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.yaml": new}))
    text = (province / "ops/run.yaml").read_text()
    assert (9000, 4) == (yaml.safe_load(text)["port"], yaml.safe_load(text)["workers"])
    assert (new, False) == (offered(province, "ops/run.yaml"), "<<<<" in text or ">>>>" in text)
    assert [("ops/run.yaml", "port", 8000, 9000, 8080)] == [
        (each.file, each.key, each.base, each.ours, each.package) for each in plan.unresolved
    ]


def test_a_keyed_list_takes_their_insert_our_edit_and_our_own_item(publisher, province):
    override = province / "local/overrides/procedures/ZZ-101.yaml"
    override.parent.mkdir(parents=True)
    override.write_text(
        "# our own papers\n"
        "documents:\n"
        "  hospital-note:\n"
        "    kind: {is: copy, was: original}\n"
        "  lease:\n"
        "    is: {name: {en: Lease}, kind: copy}\n"
    )
    old = publisher.read("model/procedures/ZZ-101.yaml")
    new = changed(
        old, ("  - id: hospital-note\n", "  - id: photo\n    name: {en: Photograph}\n  - id: hospital-note\n")
    )
    plan = upgrade(province, publisher.publish("1.1.0", {"model/procedures/ZZ-101.yaml": new}))
    found = {each.id: each.kind for each in Deployment(province).catalog.procedures["ZZ-101"].documents}
    assert {"photo", "lease", "hospital-note"} <= found.keys()
    assert ("copy", [], True) == (found["hospital-note"], kept(plan), "# our own papers" in override.read_text())


def test_a_binary_that_both_change_stays_ours_and_theirs_lies_beside_it(publisher, settle):
    province = settle(publisher.publish("1.0.0", {**OPS, "ops/logo.bin": b"\0old"}))
    (province / "ops/logo.bin").write_bytes(b"\0ours")
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/logo.bin": b"\0theirs"}))
    assert b"\0ours" == (province / "ops/logo.bin").read_bytes()
    assert b"\0theirs" == (province / "ops/logo.bin.package-new").read_bytes()
    assert [("ops/logo.bin", "")] == kept(plan)


def test_a_copy_with_other_line_ends_and_rights_keeps_both(publisher, province):
    path = province / NOTES
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o755)
    plan = upgrade(province, publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("two", "TWO"))}))
    assert changed(OPS[NOTES], ("two", "TWO")).replace("\n", "\r\n").encode() == path.read_bytes()
    assert (0o755, []) == (path.stat().st_mode & 0o777, kept(plan))


def test_a_new_question_is_asked_and_its_answer_used(publisher, province):
    publisher.ask("mirror", "none", "Where is the mirror?")
    asked = []

    def ask(question):
        asked.append((question.id, question.prompt))
        return "here.example"

    package = publisher.publish("1.1.0", {"ops/mirror.txt": "{{ cookiecutter.mirror }}\n"})
    upgrade(province, package, ask=ask)
    assert ("here.example\n", [("mirror", "Where is the mirror?")]) == (
        (province / "ops/mirror.txt").read_text(),
        asked,
    )
    assert "here.example" == json.loads((province / "answers.json").read_text())["answers"]["mirror"]


def test_a_new_question_without_anybody_to_ask_takes_its_own_answer(publisher, province):
    publisher.ask("mirror", "none")
    upgrade(province, publisher.publish("1.1.0", {"ops/mirror.txt": "{{ cookiecutter.mirror }}\n"}))
    assert "none\n" == (province / "ops/mirror.txt").read_text()


def test_a_changed_answer_is_written_where_the_template_uses_it(province):
    ours(province, "pilot.toml", ('accent = "#0b5d57"', 'accent = "#114743"'))
    plan = upgrade(province, answers={"database": "sqlite:///var/other.db"})
    settings = tomllib.loads((province / "pilot.toml").read_text())
    assert ("sqlite:///var/other.db", "#114743") == (settings["storage"]["url"], settings["theme"]["accent"])
    assert [("database", "sqlite:///var/pilot.db", "sqlite:///var/other.db")] == [
        (each.question, each.before, each.after) for each in plan.answers
    ]


def test_a_changed_answer_that_only_our_own_files_hold_is_told(province):
    before = (province / "local/contacts.toml").read_text()
    plan = upgrade(province, answers={"hotline": "777-0300"})
    assert before == (province / "local/contacts.toml").read_text()
    assert [True] == [note.startswith("local/contacts.toml is yours") for note in plan.notes]


def test_an_overridden_key_that_is_renamed_takes_our_value_along(publisher, province):
    override = province / "local/overrides/procedures/ZZ-102.yaml"
    override.parent.mkdir(parents=True)
    override.write_text("decision: {is: Our ordinance, was: Ordinance 7}\n")
    old, mix = publisher.read("model/procedures/ZZ-102.yaml"), publisher.read("model/evidence/simulation.yaml")
    package = publisher.publish(
        "1.1.0",
        {
            "model/procedures/ZZ-102.yaml": None,
            "model/procedures/ZZ-109.yaml": changed(old, ("ZZ-102", "ZZ-109")),
            "model/evidence/simulation.yaml": changed(mix, ("ZZ-102", "ZZ-109")),
        },
        renames=[
            {"since": "1.1.0", "old": "model/procedures/ZZ-102.yaml", "new": "model/procedures/ZZ-109.yaml"},
        ],
    )
    plan = upgrade(province, package)
    assert "Our ordinance" == Deployment(province).catalog.procedures["ZZ-109"].decision
    assert (False, []) == (override.exists(), kept(plan))
    assert [("ZZ-109", "renamed", "ZZ-102")] == [(each.code, each.kind, each.formerly) for each in plan.procedures]


def test_a_key_of_a_list_that_is_renamed_takes_our_value_along(publisher, province):
    override = province / "local/overrides/kpis/kpis.yaml"
    override.parent.mkdir(parents=True)
    override.write_text("# ours\non_time:\n  # until 2027\n  minimum: {is: 7, was: 5}\n")
    files = {
        name: publisher.read(name).replace("id: on_time", "id: punctual").replace("kpi: on_time", "kpi: punctual")
        for name in ("model/kpis/kpis.yaml", "model/kpis/goals.yaml")
    }
    rename = {"since": "1.1.0", "old": "model/kpis/kpis.yaml#on_time", "new": "model/kpis/kpis.yaml#punctual"}
    (province / "local/targets.csv").write_text("kpi,unit,head,goal\n")
    plan = upgrade(province, publisher.publish("1.1.0", files, renames=[rename]))
    assert 7 == Deployment(province).catalog.kpis["punctual"].minimum
    assert [("punctual", "renamed", "on_time")] == [(each.id, each.kind, each.formerly) for each in plan.kpis]
    text = override.read_text()
    assert ([True, True], []) == ([comment in text for comment in ("# ours\n", "# until 2027\n")], kept(plan))


def test_a_key_that_the_package_locks_stops_the_upgrade_with_nothing_written(publisher, province):
    override = province / "local/overrides/procedures/ZZ-102.yaml"
    override.parent.mkdir(parents=True)
    override.write_text("decision: {is: Our ordinance, was: Ordinance 7}\n")
    before = tree(province)
    package = publisher.publish("1.1.0", {}, locked=["model/procedures/*.yaml#decision"])
    with pytest.raises(PilotkitError, match="locked by the package") as refused:
        upgrade(province, package)
    assert "override DEPLOYMENT procedures/ZZ-102.yaml#decision --reset" in str(refused.value)
    assert before == tree(province, without=(".pilot/lock", ".pilot/refused.json"))


def test_nothing_but_the_two_trees_is_needed(publisher, province, tmp_path: Path):
    """The old package is gone, and so is the folder of the publisher."""
    package = publisher.publish("1.1.0", {NOTES: changed(OPS[NOTES], ("two", "TWO"))})
    (tmp_path / "packages/port-amber-model-1.0.0.zip").unlink()
    ours(province, NOTES, ("six", "sechs"))
    upgrade(province, package)
    assert changed(OPS[NOTES], ("two", "TWO"), ("six", "sechs")) == (province / NOTES).read_text()


def test_a_folder_that_stands_in_the_way_is_named_with_nothing_written(publisher, province):
    (province / "ops/backup").mkdir()
    (province / "ops/backup/ours.txt").write_text("ours")
    before = tree(province)
    with pytest.raises(DataError, match="ops/backup: cannot be written: a folder of the deployment stands there"):
        upgrade(province, publisher.publish("1.1.0", {"ops/backup": "theirs"}))
    assert before == tree(province, without=(".pilot/lock",))
