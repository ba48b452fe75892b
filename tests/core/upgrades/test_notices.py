"""Values that both sides changed where ours holds by declaration: told with both, until somebody has compared them."""

import json
import tomllib
from datetime import time

import pytest
from tests.core.upgrades.conftest import OPS

from pilotkit import DataError, Deployment, PilotkitError, Severity, UnknownError
from pilotkit.checks.run import run_checks
from pilotkit.upgrades.diff import local_changes
from pilotkit.upgrades.override import override, reset, value_of
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import plan_upgrade, roll_back
from pilotkit.upgrades.upgrade import upgrade as carry_out

SETTINGS, OPENS = "pilot.toml", "pilot.toml#calendar.opens"
PROCEDURE = "model/procedures/ZZ-101.yaml"


def upgrade(folder, package=None):
    return carry_out(folder, PackageSource(package, allow_unsigned=True))


def changed(text, old, new):
    assert old in text, old
    return text.replace(old, new)


def told(notices):
    return [(each.file, each.key, str(each.base), str(each.ours), str(each.package)) for each in notices]


@pytest.fixture
def template(publisher):
    """The line that says when the province's offices open, whatever the package writes there."""
    text = publisher.read(SETTINGS)

    def opening_at(moment, text=text):
        return changed(text, "opens = {{ days.opens }}", f"opens = {moment}")

    return opening_at


@pytest.fixture
def was(province):
    return str(tomllib.loads((province / SETTINGS).read_text())["calendar"]["opens"])


@pytest.fixture
def both(publisher, province, template, was):
    """The province opens at 06:50, the next version at 07:40."""
    path = province / SETTINGS
    path.write_text(changed(path.read_text(), f"opens = {was}", "opens = 06:50:00"))
    return publisher.publish("1.1.0", {SETTINGS: template("07:40:00")})


def test_a_setting_that_both_changed_stays_ours_and_needs_nobody(province, both, was):
    plan = upgrade(province, both)
    assert [(SETTINGS, "calendar.opens", was, "06:50:00", "07:40:00")] == told(plan.notices)
    assert ((), False) == (plan.unresolved, (province / f"{SETTINGS}.package-new").exists())
    assert time(6, 50) == tomllib.loads((province / SETTINGS).read_text())["calendar"]["opens"]


def test_it_is_told_again_by_every_command_until_it_is_decided(province, both, was):
    expected = [(SETTINGS, "calendar.opens", was, "06:50:00", "07:40:00")]
    upgrade(province, both)
    assert (expected, expected) == (told(upgrade(province, both).notices), told(local_changes(province).settings))
    warned = [each for each in run_checks(Deployment(province)) if each.where.key == "calendar.opens"]
    assert [(Severity.WARNING, True)] == [
        (each.severity, {"06:50:00", "07:40:00"} <= set(each.message.replace('"', " ").split())) for each in warned
    ]


@pytest.mark.parametrize("holds", [time(6, 50), time(7, 40), time(7)])
def test_it_is_decided_by_saying_the_value_that_should_hold(province, both, holds):
    upgrade(province, both)
    override(province, OPENS, value_of(OPENS, holds.isoformat()))
    assert holds == tomllib.loads((province / SETTINGS).read_text())["calendar"]["opens"]
    assert ((), ()) == (upgrade(province, both).notices, local_changes(province).settings)


def test_it_is_decided_by_taking_the_package_s_value_and_that_can_be_taken_back(province, both):
    upgrade(province, both)
    changed_ = reset(province, OPENS)
    assert (time(6, 50), time(7, 40)) == (changed_.before, changed_.after)
    assert () == upgrade(province, both).notices
    roll_back(province)
    assert 1 == len(local_changes(province).settings)


def test_it_is_decided_by_writing_the_package_s_value_by_hand(province, both):
    upgrade(province, both)
    path = province / SETTINGS
    path.write_text(changed(path.read_text(), "06:50:00", "07:40:00"))
    assert ((), ()) == (local_changes(province).settings, upgrade(province, both).notices)


def test_what_was_decided_is_told_again_only_when_the_package_changes_it_again(publisher, province, both, template):
    upgrade(province, both)
    override(province, OPENS, time(6, 50))
    assert () == upgrade(province, publisher.publish("1.2.0", {})).notices
    plan = upgrade(province, publisher.publish("1.3.0", {SETTINGS: template("07:45:00")}))
    assert [(SETTINGS, "calendar.opens", "07:40:00", "06:50:00", "07:45:00")] == told(plan.notices)


def test_what_nobody_decided_is_still_told_two_versions_later_with_what_it_replaced_first(
    publisher, province, both, template, was
):
    upgrade(province, both)
    upgrade(province, publisher.publish("1.2.0", {"ops/notes.txt": "one\n"}))
    plan = upgrade(province, publisher.publish("1.3.0", {SETTINGS: template("07:45:00")}))
    assert [(SETTINGS, "calendar.opens", was, "06:50:00", "07:45:00")] == told(plan.notices)


def test_a_package_that_goes_back_to_what_it_said_leaves_nothing_to_compare(publisher, province, both, template, was):
    upgrade(province, both)
    assert () == upgrade(province, publisher.publish("1.2.0", {SETTINGS: template(was)})).notices


def test_the_package_s_other_changes_to_the_settings_are_taken(publisher, province, template, both):
    text = changed(template("07:40:00"), "[plugins]", "# new\n[plugins]")
    upgrade(province, publisher.publish("1.2.0", {SETTINGS: text}))
    assert ("# new\n" in (province / SETTINGS).read_text(), 1) == (True, len(local_changes(province).settings))


def test_a_setting_that_the_package_removed_while_ours_changed_it_needs_a_person(publisher, province, was):
    path = province / SETTINGS
    path.write_text(changed(path.read_text(), f"opens = {was}", "opens = 06:50:00"))
    text = changed(publisher.read(SETTINGS), "opens = {{ days.opens }}", "# opens")
    plan = upgrade(province, publisher.publish("1.1.0", {SETTINGS: text}))
    assert ((), [(SETTINGS, "calendar.opens")]) == (plan.notices, [(each.file, each.key) for each in plan.unresolved])
    assert (province / f"{SETTINGS}.package-new").is_file()


def test_another_seeded_file_that_both_changed_needs_a_person(publisher, province):
    (province / "ops/run.toml").write_text(changed(OPS["ops/run.toml"], "files = 10", "files = 20"))
    plan = upgrade(province, publisher.publish("1.1.0", {"ops/run.toml": changed(OPS["ops/run.toml"], "= 10", "= 30")}))
    assert ((), 1) == (plan.notices, len(plan.unresolved))


def test_a_setting_that_the_package_alone_changed_is_told_with_both_values(
    publisher, province, template, was, call, tmp_path
):
    """Deadlines depend on it: that the file is merged does not say so."""
    package, page = publisher.publish("1.1.0", {SETTINGS: template("07:40:00")}), tmp_path / "plan.html"
    plan = plan_upgrade(province, PackageSource(package, allow_unsigned=True))
    assert [("calendar.opens", was, "07:40:00")] == [
        (each.key, str(each.before), str(each.after)) for each in plan.effective if each.file == SETTINGS
    ]
    _, out, _ = call("upgrade", province, package, "--allow-unsigned", "--plan", "--html", page)
    assert f'pilot.toml: calendar.opens: "{was}" → "07:40:00"' in out
    assert f"<del>{was}</del>" in (shown := page.read_text(encoding="utf-8"))
    assert "<ins>07:40:00</ins>" in shown


def test_a_plan_tells_the_same_notices_as_the_upgrade(province, both):
    assert plan_upgrade(province, PackageSource(both, allow_unsigned=True)) == upgrade(province, both)


def test_two_settings_that_both_changed_are_decided_one_after_the_other(publisher, province, template, was):
    path = province / SETTINGS
    text, closes = path.read_text(), str(tomllib.loads(path.read_text())["calendar"]["closes"])
    text = changed(changed(text, f"opens = {was}", "opens = 06:50:00"), f"closes = {closes}", "closes = 18:00:00")
    path.write_text(text)
    later = changed(template("07:40:00"), "closes = {{ days.closes }}", "closes = 17:45:00")
    assert 2 == len(upgrade(province, publisher.publish("1.1.0", {SETTINGS: later})).notices)
    override(province, OPENS, time(6, 50))
    assert ["calendar.closes"] == [each.key for each in local_changes(province).settings]
    reset(province, "pilot.toml#calendar.closes")
    calendar = tomllib.loads(path.read_text())["calendar"]
    assert (time(6, 50), time(17, 45), ()) == (calendar["opens"], calendar["closes"], local_changes(province).settings)


@pytest.mark.parametrize("key", ["pilot.toml#calendar.closes", "pilot.toml#no.such", "pilot.toml"])
def test_a_setting_that_no_upgrade_left_open_is_not_decided(province, both, key):
    upgrade(province, both)
    with pytest.raises(UnknownError, match="not left to be compared"):
        override(province, key, time(7))


def test_a_decision_that_the_settings_do_not_allow_is_refused_with_nothing_written(province, both):
    upgrade(province, both)
    before = (province / SETTINGS).read_bytes()
    with pytest.raises(PilotkitError, match="opens"):
        override(province, OPENS, "late")
    with pytest.raises(DataError, match="VALUE"):
        value_of(OPENS, "half past seven")
    assert (before, 1) == ((province / SETTINGS).read_bytes(), len(local_changes(province).settings))


def test_the_command_names_key_and_both_values_and_ends_well(publisher, province, both, call, was):
    override(province, "procedures/ZZ-101.yaml#decision", "Ours " + "x" * 150 + " end")
    text = publisher.read(PROCEDURE).replace("decision: Ordinance 7", f"decision: Theirs {'y' * 150} end")
    package = publisher.publish("1.2.0", {PROCEDURE: text})
    code, out, _ = call("upgrade", province, package, "--allow-unsigned", "--no-input")
    said = (
        f'pilot.toml: calendar.opens\n    "{was}" → ours "06:50:00", package "07:40:00"',
        "local/overrides/procedures/ZZ-101.yaml: decision",
        f"Ours {'x' * 150} end",
        f"Theirs {'y' * 150} end",
        "'pilotkit override DEPLOYMENT procedures/ZZ-101.yaml#decision VALUE'",
        "'pilotkit override DEPLOYMENT pilot.toml#calendar.opens VALUE'",
    )
    assert (0, []) == (code, [each for each in said if each not in out])
    code, out, _ = call("diff", province)
    assert (0, True, True) == (code, "pilot.toml: calendar.opens" in out, "the package now says" in out)
    assert ["calendar.opens"] == [each["key"] for each in json.loads(call("diff", province, "--json")[1])["settings"]]
    assert 0 == call("override", province, OPENS, "06:50:00")[0]
    assert [] == json.loads(call("diff", province, "--json")[1])["settings"]
