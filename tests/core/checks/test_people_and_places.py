"""What the checks of responsibility, network and capacity find."""

import pytest

from pilotkit import Deployment, Severity
from pilotkit.checks.run import run_checks
from pilotkit.testing import tiny_deployment, tiny_file
from pilotkit.testing.sample_deployment import TOWN

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def found(folder, files=None, check=None, **changes):
    findings = run_checks(Deployment(tiny_deployment(folder, files, **changes)))
    return [finding for finding in findings if check is None or finding.check == check]


def told(findings):
    return [(finding.severity, str(finding.where), finding.message) for finding in findings]


def test_a_target_without_a_head_is_a_warning(tmp_path):
    findings = found(tmp_path, tiny_file("local/targets.csv", ("online_share,PA-01,warden-01", "online_share,PA-01,")))
    assert (
        WARNING,
        "local/targets.csv line 3: online_share of PA-01",
        "The target has no head who answers for it.",
    ) in told(findings)


def test_many_targets_without_a_due_date_are_one_warning_with_the_first_few(tmp_path):
    findings = found(tmp_path, tiny_file("local/targets.csv", ("2025-07-31", "")), "responsibility")
    names = "online_share of PA, online_share of PA-01, on_time of PA-01 and 6 more"
    assert [(WARNING, "local/targets.csv", f"9 targets have no due date: {names}.")] == told(findings)


def test_a_target_assigned_to_somebody_elses_head_is_a_warning(tmp_path):
    findings = found(
        tmp_path, tiny_file("local/targets.csv", ("online_share,PA-01,warden-01", "online_share,PA-01,warden-02"))
    )
    assert "assigned to 'Warden of South Quay', which answers for unit PA-02" in findings[0].message


def test_a_target_may_be_assigned_to_an_office_above(tmp_path):
    files = tiny_file("local/targets.csv", ("online_share,PA-01,warden-01", "online_share,PA-01,mayor"))
    assert [] == found(tmp_path, files, "responsibility")


def test_a_goal_that_is_assigned_to_nobody_is_a_warning(tmp_path):
    files = {"local/targets.csv": "".join((TOWN / "local/targets.csv").read_text().splitlines(keepends=True)[:3])}
    assert [
        "The package's goal 'online' is assigned to nobody in 3 of 5 units (PA-02, PA-03, PA-04).",
        "The package's goal 'punctual' is assigned to nobody in 4 of 4 units (PA-01, PA-02, PA-03 and 1 more).",
    ] == sorted(finding.message for finding in found(tmp_path, files, "responsibility"))


def test_a_unit_without_a_head_and_a_head_without_superior_are_warnings(tmp_path):
    heads = tiny_file("local/heads.csv", ("warden-04,PA-04,Warden of Hill Farms,mayor\n", ""), ("Quay,mayor", "Quay,"))
    targets = tiny_file("local/targets.csv", ("warden-04", "mayor"))
    assert [
        "'Warden of North Quay' has no superior, so its targets cannot be escalated.",
        "'Warden of South Quay' has no superior, so its targets cannot be escalated.",
        "Hill Farms has no head.",
    ] == sorted(
        finding.message
        for finding in found(tmp_path, {**heads, **targets}, "responsibility")
        if finding.where.file == "local/heads.csv"
    )


def test_a_head_that_is_above_itself_is_an_error(tmp_path):
    files = tiny_file("local/heads.csv", ("Port Amber,", "Port Amber,warden-01"))
    errors = [finding for finding in found(tmp_path, files, "responsibility") if finding.severity is ERROR]
    assert ["local/heads.csv: mayor", "local/heads.csv: warden-01"] == [str(finding.where) for finding in errors]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("zz,PA-01", "yy,PA-01", "North Quay is of scheme 'yy', the deployment is of 'zz'."),
        ("commune,PA,1.52", "commune,PB,1.52", "North Quay belongs to 'PB', the deployment's province is 'PA'."),
        ("commune,PA,1.52", "commune,,1.52", "North Quay belongs to no province, the deployment's province is 'PA'."),
        (
            "quarter,commune,PA,1.52",
            "x,province,,1.52",
            "North Quay is a province, but the deployment's province is 'PA'.",
        ),
        (
            "municipality,province",
            "x,commune",
            "Port Amber is the deployment's province, but stands there as a commune.",
        ),
    ],
)
def test_a_unit_that_belongs_elsewhere_is_an_error(tmp_path, old, new, message):
    assert message in [each.message for each in found(tmp_path, tiny_file("local/units.csv", (old, new)), "network")]


@pytest.mark.parametrize(
    ("old", "new"), [("pa-03,commune_point,Lighthouse service point,PA-03", None), ("open", "closed")]
)
def test_a_commune_that_nobody_serves_is_a_warning(tmp_path, old, new):
    lines = (TOWN / "local/points.csv").read_text().splitlines(keepends=True)
    kept = [line if "PA-03" not in line else line.replace("open", "closed") if new else "" for line in lines]
    staff = "".join(
        line for line in (TOWN / "local/staff.csv").read_text().splitlines(keepends=True) if "pa-03" not in line
    )
    findings = found(tmp_path, {"local/points.csv": "".join(kept), "local/staff.csv": staff}, "network")
    assert [(WARNING, "local/points.csv: PA-03")] == [(each.severity, str(each.where)) for each in findings]


def test_a_point_in_a_unit_that_is_not_there_is_an_error(tmp_path):
    findings = found(tmp_path, tiny_file("local/points.csv", ("ferry,PA-01", "ferry,PA-99")), "references")
    assert [(ERROR, "local/points.csv: kiosk-1.unit", "There is no unit 'PA-99'.")] == told(findings)


def test_a_point_below_the_norm_is_a_warning(tmp_path):
    findings = found(tmp_path, tiny_file("local/staff.csv", ("pa-02,receiving-officer,3", "pa-02,receiving-officer,2")))
    assert told(findings)[0] == (
        WARNING,
        "local/staff.csv: pa-02",
        "South Quay service point has 2 of role 'receiving-officer'; the norm 'officers' asks for 3.",
    )


def test_two_rows_of_the_same_role_count_together(tmp_path):
    rows = "pa-02,receiving-officer,2,invented,synthetic\npa-02,receiving-officer,1"
    assert [] == found(tmp_path, tiny_file("local/staff.csv", ("pa-02,receiving-officer,3", rows)), "capacity")


def test_many_points_below_the_norm_are_one_warning(tmp_path):
    more = "".join(f"more-{n},commune_point,More {n},PA-01,,,,,,,online,open,charter,high\n" for n in range(7))
    (finding,) = found(tmp_path, {"local/points.csv": (TOWN / "local/points.csv").read_text() + more}, "capacity")
    assert (
        "7 points have fewer than 3 of role 'receiving-officer' (norm 'officers'): more-0, more-1, more-2 and 4 more."
        == (finding.message)
    )


def test_a_planned_point_needs_nobody_yet(tmp_path):
    more = "more,commune_point,More,PA-01,,,,,,,online,planned,charter,high\n"
    assert [] == found(tmp_path, {"local/points.csv": (TOWN / "local/points.csv").read_text() + more}, "capacity")


def test_no_staff_at_all_is_one_warning(tmp_path):
    findings = found(tmp_path, {"local/staff.csv": None}, "capacity")
    assert [(WARNING, "local/staff.csv")] == [(each.severity, str(each.where)) for each in findings]
