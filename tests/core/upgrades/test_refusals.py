"""An upgrade that was refused is remembered for the next receipt: which version, since when and why, never a value."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.core.upgrades.conftest import OPS, tree

from pilotkit import DataError, Deployment, PilotkitError
from pilotkit.adoption.receipt import receipt_of
from pilotkit.upgrades.override import reset
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import plan_upgrade, roll_back
from pilotkit.upgrades.upgrade import upgrade as carry_out

NOW = datetime(2025, 7, 29, 3, 0, tzinfo=UTC)
NOTES, REFUSED = "ops/notes.txt", ".pilot/refused.json"
PROCEDURE = "model/procedures/ZZ-101.yaml"
TEMPLATE = "model/template/{{cookiecutter._folder}}"
OVERRIDE = "local/overrides/procedures/ZZ-101.yaml"
SECRET = "Ordinance of Ms Birch, telephone 777-0911"


def source(package):
    return PackageSource(package, allow_unsigned=True)


def upgrade(folder, package):
    return carry_out(folder, source(package))


def places(folder):
    told = receipt_of(Deployment(folder), NOW).left_open
    assert told.count == len(told.places)
    return [(each.kind, each.file, each.key) for each in told.places]


def refused(folder):
    return receipt_of(Deployment(folder), NOW).refused


def reasons(folder):
    return [(each.kind, each.file, each.key, each.check) for each in refused(folder).reasons]


@pytest.fixture
def overridden(province) -> Path:
    (province / OVERRIDE).parent.mkdir(parents=True)
    (province / OVERRIDE).write_text(f"decision: {{is: '{SECRET}', was: Ordinance 7}}\n")
    return province


@pytest.fixture
def locking(publisher) -> Path:
    """The next version locks what the province overrides."""
    return publisher.publish("1.1.0", {}, locked=["model/procedures/*.yaml#decision"])


def attempt(folder, package):
    with pytest.raises(DataError, match="is refused"):
        upgrade(folder, package)


def test_a_locked_key_that_refused_an_upgrade_is_told_with_version_and_instant(overridden, locking):
    before = datetime.now(UTC)
    attempt(overridden, locking)
    told = refused(overridden)
    assert ("1.1.0", 1, True) == (told.version, told.count, before <= told.since <= datetime.now(UTC))
    assert [("locked", OVERRIDE, "decision", None)] == reasons(overridden)


def test_neither_what_is_remembered_nor_the_receipt_holds_a_value(overridden, locking):
    attempt(overridden, locking)
    said = (overridden / REFUSED).read_text() + receipt_of(Deployment(overridden), NOW).model_dump_json()
    assert [] == [value for value in (SECRET, "Birch", "777-0911", "Ordinance") if value in said]


def test_an_edit_below_the_model_that_refused_an_upgrade_is_told_with_its_file(publisher, province):
    (province / PROCEDURE).write_text((province / PROCEDURE).read_text() + "# ours\n")
    attempt(province, publisher.publish("1.1.0"))
    assert [("edited", PROCEDURE, "", None)] == reasons(province)


def test_a_check_that_would_fail_is_told_without_what_it_found(publisher, province):
    attempt(province, publisher.publish("1.1.0", {"model/procedures/ZZ-102.yaml": None}))
    assert ("check", "model/evidence/simulation.yaml", "mix", "references") in reasons(province)
    assert "ZZ-102" not in (province / REFUSED).read_text()


def test_no_more_than_twenty_reasons_are_named_and_all_are_counted(publisher, province):
    for number in range(25):
        (province / f"model/evidence/{number:02}.txt").write_text("ours\n")
    attempt(province, publisher.publish("1.1.0"))
    assert (25, 20) == (refused(province).count, len(refused(province).reasons))


def test_a_plan_only_shows_and_remembers_nothing(overridden, locking):
    assert plan_upgrade(overridden, source(locking)).blocked
    assert not (overridden / REFUSED).exists()
    assert refused(overridden) is None


def test_the_plan_says_what_stands_in_the_way_in_words_on_the_screen_and_on_its_page(
    overridden, locking, call, tmp_path
):
    page = tmp_path / "plan.html"
    given = ("upgrade", overridden, locking, "--plan", "--allow-unsigned", "--html", page, "--language", "en")
    code, out, _ = call(*given)
    said = f"{OVERRIDE}: decision is locked by the package."
    assert (1, True, True) == (code, said in " ".join(out.split()), said in page.read_text())


def test_the_same_refusal_again_keeps_the_day_on_which_it_began(overridden, locking):
    attempt(overridden, locking)
    first = refused(overridden)
    attempt(overridden, locking)
    assert first == refused(overridden)


def test_the_upgrade_that_succeeds_takes_the_refusal_away_and_a_rollback_does_not_bring_it_back(overridden, locking):
    attempt(overridden, locking)
    reset(overridden, "procedures/ZZ-101.yaml#decision")
    assert "1.1.0" == refused(overridden).version
    upgrade(overridden, locking)
    assert (None, False) == (refused(overridden), (overridden / REFUSED).exists())
    roll_back(overridden)
    assert refused(overridden) is None


def test_an_upgrade_to_a_later_version_takes_it_away_too(publisher, overridden, locking):
    attempt(overridden, locking)
    upgrade(overridden, publisher.publish("1.2.0", locked=[]))
    assert refused(overridden) is None


def test_an_upgrade_to_an_earlier_version_leaves_the_refusal_of_the_later_one(publisher, overridden):
    between = publisher.publish("1.1.0")
    attempt(overridden, publisher.publish("1.2.0", locked=["model/procedures/*.yaml#decision"]))
    upgrade(overridden, between)
    assert "1.2.0" == refused(overridden).version


def test_a_rollback_leaves_a_refusal_that_came_after_the_upgrade(publisher, overridden):
    upgrade(overridden, publisher.publish("1.1.0"))
    attempt(overridden, publisher.publish("1.2.0", locked=["model/procedures/*.yaml#decision"]))
    roll_back(overridden)
    assert "1.2.0" == refused(overridden).version


def test_a_memory_that_somebody_broke_stops_the_receipt_and_is_written_anew_by_the_next_refusal(overridden, locking):
    (overridden / REFUSED).write_text("{")
    with pytest.raises(DataError, match="Delete it"):
        refused(overridden)
    attempt(overridden, locking)
    assert "1.1.0" == refused(overridden).version


def test_what_an_upgrade_left_for_a_person_is_told_by_place_and_never_by_value(publisher, overridden):
    assert [] == places(overridden)
    (overridden / NOTES).write_text(OPS[NOTES].replace("two", "Ms Birch"))
    text = publisher.read(PROCEDURE).replace("decision: Ordinance 7", "decision: Ordinance 8")
    files = {NOTES: OPS[NOTES].replace("two", "zwei"), PROCEDURE: text}
    upgrade(overridden, publisher.publish("1.1.0", files))
    assert [("file", NOTES, ""), ("override", OVERRIDE, "decision")] == places(overridden)
    assert "Birch" not in receipt_of(Deployment(overridden), NOW).model_dump_json()
    (overridden / f"{NOTES}.package-new").unlink()
    reset(overridden, "procedures/ZZ-101.yaml#decision")
    assert [] == places(overridden)


def test_a_setting_that_both_set_and_an_override_that_lost_its_place_wait_too(publisher, overridden):
    (overridden / OVERRIDE).write_text("documents: {hospital-note: {kind: {is: copy, was: original}}}\n")
    settings = (overridden / "pilot.toml").read_text()
    (overridden / "pilot.toml").write_text(re.sub(r"opens = \S+", "opens = 06:50:00", settings))
    text = publisher.read("pilot.toml").replace("opens = {{ days.opens }}", "opens = 07:40:00")
    without = re.sub(r"  - id: hospital-note\n.*\n.*\n", "", publisher.read(PROCEDURE))
    upgrade(overridden, publisher.publish("1.1.0", {"pilot.toml": text, PROCEDURE: without}))
    aside = "local/set-aside/1.1.0/procedures/ZZ-101.yaml"
    assert [("set_aside", aside, ""), ("setting", "pilot.toml", "calendar.opens")] == places(overridden)


def test_no_more_than_a_hundred_places_are_named_and_all_are_counted(province):
    for number in range(105):
        (province / f"ops/{number:03}.txt.package-new").write_text("theirs")
    told = receipt_of(Deployment(province), NOW).left_open
    assert (105, 100) == (told.count, len(told.places))


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({f"{TEMPLATE}/x": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}, "tried|may not|unsafe|cannot"),
        ({"model/template/cookiecutter.json": '{"province": "{{ 1 + 1 }}"}'}, "holds an expression"),
        ({"model/template/hooks/pre_gen_project.py": "open('/tmp/escaped', 'w')"}, "hooks are programs"),
    ],
    ids=["template", "cookiecutter.json", "hook"],
)
def test_a_hostile_template_is_refused_with_nothing_written(publisher, province, files, what):
    before = tree(province, without=(".pilot/lock",))
    with pytest.raises(PilotkitError, match=what):
        upgrade(province, publisher.publish("1.1.0", files))
    assert before == tree(province, without=(".pilot/lock",))
