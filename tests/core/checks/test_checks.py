"""What each check finds in the small deployment once something in it is broken."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilotkit import Deployment, Finding, Severity
from pilotkit.checks import run_checks
from pilotkit.testing import tiny_deployment
from pilotkit.testing.tiny import TOWN

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


def town(name):
    return (TOWN / name).read_text(encoding="utf-8")


def changed(name, *replacements):
    text = town(name)
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return {name: text}


def found(folder, files=None, check=None, **changes):
    findings = run_checks(Deployment(tiny_deployment(folder, files, **changes)))
    return [finding for finding in findings if check is None or finding.check == check]


def told(findings):
    return [(finding.severity, str(finding.where), finding.message) for finding in findings]


def test_the_small_deployment_is_sound_and_says_what_is_made_up(tmp_path):
    findings = found(tmp_path)
    assert {NOTICE} == {finding.severity for finding in findings}
    assert {"evidence"} == {finding.check for finding in findings}


def test_every_finding_says_where_what_and_what_to_do_in_sentences(tmp_path):
    broken = {
        **changed("local/heads.csv", (",mayor", ",")),
        **changed("local/targets.csv", ("warden-01", "nobody"), ("2025-07-31", "")),
        "local/staff.csv": None,
        "local/contacts.toml": None,
    }
    findings = found(tmp_path, broken)
    assert 5 < len(findings)
    for finding in findings:
        assert finding.where.file
        assert finding.message.endswith(".")
        assert finding.remedy.endswith(".")


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "message"),
    [
        ("model/procedures/ZZ-101.yaml", "civil-registry", "sea", "domain", "There is no domain 'sea'."),
        ("model/procedures/ZZ-101.yaml", "having-a-child", "x", "life_events", "There is no life event 'x'."),
        ("model/procedures/ZZ-101.yaml", "role: registrar", "role: x", "steps.decide.role", "There is no role 'x'."),
        ("model/procedures/ZZ-101.yaml", "reference: charter", "reference: x", "reference", "There is no source 'x'."),
        (
            "model/procedures/ZZ-102.yaml",
            "reference: charter\ndoc",
            "reference: x\ndoc",
            "offers.in_person.fees.page.reference",
            "There is no source 'x'.",
        ),
        ("model/knowledge/articles.yaml", "ZZ-101", "ZZ-9", "no-hospital-note.procedures", "no procedure 'ZZ-9'"),
        ("model/evidence/simulation.yaml", "ZZ-101", "ZZ-9", "mix", "There is no procedure 'ZZ-9'."),
        ("model/kpis/goals.yaml", "kpi: on_time", "kpi: x", "punctual.kpi", "There is no KPI 'x'."),
        ("model/people/norms.yaml", "receiving-officer", "x", "officers.role", "There is no role 'x'."),
        ("model/people/courses.yaml", "[first-day]", "[x]", "registers.requires", "There is no course 'x'."),
        ("model/network/pattern.yaml", "charter", "x", "reference", "There is no source 'x'."),
        ("local/heads.csv", "warden-01,PA-01", "warden-01,PA-1", "warden-01.unit", "There is no unit 'PA-1'."),
        ("local/heads.csv", "Lighthouse,mayor", "Lighthouse,king", "warden-03.superior", "There is no head 'king'."),
        ("local/contacts.toml", '"invented"', '"x"', "hotline.reference", "There is no source 'x'."),
        ("local/figures.csv", ",invented,", ",x,", "visitors", "There is no source 'x'."),
    ],
)
def test_a_name_that_leads_nowhere_is_an_error(tmp_path, file, old, new, where, message):
    findings = found(tmp_path, changed(file, (old, new)), "references")
    assert [(ERROR, f"{file}: {where}")] == [(each.severity, str(each.where)) for each in findings]
    assert message in findings[0].message


def test_a_name_that_leads_nowhere_from_many_places_is_one_error(tmp_path):
    findings = found(tmp_path, changed("local/targets.csv", ("on_time", "x")), "references")
    assert [(ERROR, "local/targets.csv line 4: kpi", "There is no KPI 'x' (named in 4 places).")] == told(findings)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("calendar__source", "moon", "There is no calendar 'moon'."),
        ("identifiers__procedure", "x", "There is no identifier pattern 'x'."),
        ("deployment__province", "PX", "There is no unit 'PX'."),
    ],
)
def test_a_setting_that_names_what_no_plugin_offers_is_an_error(tmp_path, setting, value, message):
    findings = found(tmp_path, check="references", **{setting: value})
    assert [(ERROR, f"pilot.toml: {setting.replace('__', '.')}", message)] == told(findings)


def test_no_units_is_an_error(tmp_path):
    assert (ERROR, "local/units.csv", "The deployment has no administrative units.") in told(
        found(tmp_path, {"local/units.csv": None})
    )


@pytest.mark.parametrize(
    "contacts",
    [None, '[hotline]\nlabel = {en = "Hotline", fr = "x"}\n', '[hotline]\nlabel = {en = "x", fr = "x"}\nphone = ""\n'],
)
def test_what_the_package_requires_and_nobody_filled_in_is_a_warning(tmp_path, contacts):
    (finding,) = found(tmp_path, {"local/contacts.toml": contacts}, "required")
    assert (WARNING, "local/contacts.toml: hotline.phone") == (finding.severity, str(finding.where))


@pytest.mark.parametrize(
    ("required", "table", "findings"),
    [
        ("local/figures.csv", None, 1),
        ("local/figures.csv", "id,value,label,as_of,reference,certainty\n", 1),
        ("local/heads.csv#superior", None, 1),
        ("local/heads.csv#office", "", 0),
        ("model/knowledge/articles.yaml#no-hospital-note.question.en", "", 0),
        ("model/knowledge/articles.yaml#no-hospital-note.question.de", "", 1),
    ],
)
def test_whole_tables_columns_and_keys_may_be_required(tmp_path, required, table, findings):
    package = changed("model/package.toml", ('"local/contacts.toml#hotline.phone"', f'"{required}"'))
    replaced = {"local/figures.csv": table} if required == "local/figures.csv" else {}
    assert findings == len(found(tmp_path, {**package, **replaced}, "required"))


def test_a_target_without_a_head_is_a_warning(tmp_path):
    findings = found(tmp_path, changed("local/targets.csv", ("online_share,PA-01,warden-01", "online_share,PA-01,")))
    assert (
        WARNING,
        "local/targets.csv line 3: online_share of PA-01",
        "The target has no head who answers for it.",
    ) in told(findings)


def test_many_targets_without_a_due_date_are_one_warning_with_the_first_few(tmp_path):
    findings = found(tmp_path, changed("local/targets.csv", ("2025-07-31", "")), "responsibility")
    names = "online_share of PA, online_share of PA-01, on_time of PA-01 and 6 more"
    assert [(WARNING, "local/targets.csv", f"9 targets have no due date: {names}.")] == told(findings)


def test_a_target_assigned_to_somebody_elses_head_is_a_warning(tmp_path):
    findings = found(
        tmp_path, changed("local/targets.csv", ("online_share,PA-01,warden-01", "online_share,PA-01,warden-02"))
    )
    assert "assigned to 'Warden of South Quay', which answers for unit PA-02" in findings[0].message


def test_a_target_may_be_assigned_to_an_office_above(tmp_path):
    files = changed("local/targets.csv", ("online_share,PA-01,warden-01", "online_share,PA-01,mayor"))
    assert [] == found(tmp_path, files, "responsibility")


def test_a_goal_that_is_assigned_to_nobody_is_a_warning(tmp_path):
    files = {"local/targets.csv": "".join(town("local/targets.csv").splitlines(keepends=True)[:3])}
    assert [
        "The package's goal 'online' is assigned to nobody in 3 of 5 units (PA-02, PA-03, PA-04).",
        "The package's goal 'punctual' is assigned to nobody in 4 of 4 units (PA-01, PA-02, PA-03 and 1 more).",
    ] == sorted(finding.message for finding in found(tmp_path, files, "responsibility"))


def test_a_unit_without_a_head_and_a_head_without_superior_are_warnings(tmp_path):
    heads = changed("local/heads.csv", ("warden-04,PA-04,Warden of Hill Farms,mayor\n", ""), ("Quay,mayor", "Quay,"))
    targets = changed("local/targets.csv", ("warden-04", "mayor"))
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
    files = changed("local/heads.csv", ("Port Amber,", "Port Amber,warden-01"))
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
    assert message in [each.message for each in found(tmp_path, changed("local/units.csv", (old, new)), "network")]


@pytest.mark.parametrize(
    ("old", "new"), [("pa-03,commune_point,Lighthouse service point,PA-03", None), ("open", "closed")]
)
def test_a_commune_that_nobody_serves_is_a_warning(tmp_path, old, new):
    lines = town("local/points.csv").splitlines(keepends=True)
    kept = [line if "PA-03" not in line else line.replace("open", "closed") if new else "" for line in lines]
    staff = "".join(line for line in town("local/staff.csv").splitlines(keepends=True) if "pa-03" not in line)
    findings = found(tmp_path, {"local/points.csv": "".join(kept), "local/staff.csv": staff}, "network")
    assert [(WARNING, "local/points.csv: PA-03")] == [(each.severity, str(each.where)) for each in findings]


def test_a_point_in_a_unit_that_is_not_there_is_an_error(tmp_path):
    findings = found(tmp_path, changed("local/points.csv", ("ferry,PA-01", "ferry,PA-99")), "references")
    assert [(ERROR, "local/points.csv: kiosk-1.unit", "There is no unit 'PA-99'.")] == told(findings)


def test_a_point_below_the_norm_is_a_warning(tmp_path):
    findings = found(tmp_path, changed("local/staff.csv", ("pa-02,receiving-officer,3", "pa-02,receiving-officer,2")))
    assert told(findings)[0] == (
        WARNING,
        "local/staff.csv: pa-02",
        "South Quay service point has 2 of role 'receiving-officer'; the norm 'officers' asks for 3.",
    )


def test_two_rows_of_the_same_role_count_together(tmp_path):
    rows = "pa-02,receiving-officer,2,invented,synthetic\npa-02,receiving-officer,1"
    assert [] == found(tmp_path, changed("local/staff.csv", ("pa-02,receiving-officer,3", rows)), "capacity")


def test_many_points_below_the_norm_are_one_warning(tmp_path):
    more = "".join(f"more-{n},commune_point,More {n},PA-01,,,,,,,online,open,charter,high\n" for n in range(7))
    (finding,) = found(tmp_path, {"local/points.csv": town("local/points.csv") + more}, "capacity")
    assert (
        "7 points have fewer than 3 of role 'receiving-officer' (norm 'officers'): more-0, more-1, more-2 and 4 more."
        == (finding.message)
    )


def test_a_planned_point_needs_nobody_yet(tmp_path):
    more = "more,commune_point,More,PA-01,,,,,,,online,planned,charter,high\n"
    assert [] == found(tmp_path, {"local/points.csv": town("local/points.csv") + more}, "capacity")


def test_no_staff_at_all_is_one_warning(tmp_path):
    findings = found(tmp_path, {"local/staff.csv": None}, "capacity")
    assert [(WARNING, "local/staff.csv")] == [(each.severity, str(each.where)) for each in findings]


def test_dates_that_contradict_each_other_are_errors(tmp_path):
    files = {
        **changed("local/targets.csv", ("online_share,PA,mayor,60,2025-07-01", "online_share,PA,mayor,60,2025-09-01")),
        "local/calendar.csv": town("local/calendar.csv") + "2025-07-14,working,Again,true\n",
        **changed("local/units.csv", ("valid_from,name", "valid_from,valid_to,name"), ("2024-01-01,", "2024-01-01,,")),
    }
    files["local/units.csv"] = files["local/units.csv"].replace("2024-01-01,,North", "2024-01-01,2023-01-01,North")
    assert [
        (ERROR, "local/calendar.csv: 2025-07-14"),
        (ERROR, "local/targets.csv line 2: online_share of PA"),
        (ERROR, "local/units.csv: PA-01"),
    ] == [(each.severity, str(each.where)) for each in found(tmp_path, files, "dates")]


def test_a_procedure_that_has_run_out_yesterday_is_a_notice(tmp_path):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    files = changed("model/procedures/ZZ-201.yaml", ("2034-12-31", yesterday.isoformat()))
    assert [
        (NOTICE, "model/procedures/ZZ-201.yaml: valid_to", f"The procedure has not been valid since {yesterday}.")
    ] == (told(found(tmp_path, files, "dates")))


def test_a_procedure_without_any_deadline_is_a_notice(tmp_path):
    files = changed("model/procedures/ZZ-102.yaml", ("    deadline: {amount: 4, unit: working_hours}\n", ""))
    assert [(NOTICE, "model/procedures/ZZ-102.yaml: offers")] == [
        (each.severity, str(each.where)) for each in found(tmp_path, files, "deadlines")
    ]


def test_a_statement_that_is_surer_than_its_source_is_a_warning(tmp_path):
    files = changed("local/figures.csv", ("invented,synthetic", "invented,high"))
    assert (
        WARNING,
        "local/figures.csv: visitors",
        "Its certainty is 'high', but its source 'invented' is synthetic.",
    ) in told(found(tmp_path, files, "evidence"))


def test_words_that_are_missing_in_a_language_are_one_warning_a_file(tmp_path):
    findings = found(tmp_path, check="languages", deployment__languages=["en", "fr", "ca"])
    assert {WARNING} == {finding.severity for finding in findings}
    assert len(findings) == len({finding.where.file for finding in findings})
    assert (
        WARNING,
        "model/knowledge/domains.yaml",
        "2 texts have no words in 'ca' (civil-registry.name, trade.name).",
    ) in told(findings)


def test_many_procedures_without_words_are_one_warning(tmp_path):
    copies = {
        f"model/procedures/ZZ-3{n}.yaml": town("model/procedures/ZZ-102.yaml").replace("ZZ-102", f"ZZ-3{n}")
        for n in range(6)
    }
    findings = found(tmp_path, copies, "languages", deployment__languages=["en", "ca"])
    (finding,) = [each for each in findings if each.where.file.startswith("model/procedures")]
    assert finding.where.file == "model/procedures"
    assert finding.message.startswith("9 procedures lack words in 'ca'")


OVERRIDE = "local/overrides/procedures/ZZ-102.yaml"


def test_a_change_that_fits_is_no_finding(tmp_path):
    assert [] == found(tmp_path, {OVERRIDE: "decision: {is: Ordinance 8}"}, "overrides")


def test_a_stale_change_is_a_notice_with_both_values(tmp_path):
    assert [
        (NOTICE, f"{OVERRIDE}: domain", "The change replaced 'sea', but the package now says 'civil-registry'.")
    ] == told(found(tmp_path, {OVERRIDE: "domain: {is: trade, was: sea}"}, "overrides"))


@pytest.mark.parametrize(
    "override",
    [
        "offers: {online: {deadline: {is: {amount: 9, unit: working_days}, was: {amount: 2, unit: working_days}}}}",
        "offers: {online: {deadline: {amount: {is: 9, was: 2}}}}",
        "offers: {online: {$delete: true}}",
    ],
)
def test_a_locked_key_may_not_be_changed_at_below_or_above_it(tmp_path, override):
    findings = found(tmp_path, {"local/overrides/procedures/ZZ-101.yaml": override}, "overrides")
    assert [(ERROR, "The package locks this key")] == [
        (each.severity, each.message[:26]) for each in findings if each.severity is ERROR
    ]


def test_the_neighbour_of_a_locked_key_may_be_changed(tmp_path):
    override = "offers: {online: {whole_process: {is: false, was: true}}}"
    assert [] == found(tmp_path, {"local/overrides/procedures/ZZ-101.yaml": override}, "overrides")


@pytest.mark.parametrize("name", ["procedures/ZZ-999.yaml", "kpi/kpis.yaml", "package.toml"])
def test_an_override_of_nothing_is_an_error(tmp_path, name):
    findings = found(tmp_path, {f"local/overrides/{name}": "a: {is: 1}"}, "overrides")
    assert [(ERROR, f"local/overrides/{name}")] == [(each.severity, str(each.where)) for each in findings]


def with_manifest(folder: Path) -> Path:
    tiny_deployment(folder)
    files = sorted(path for path in (folder / "model").rglob("*") if path.is_file())
    entries = [
        {
            "path": path.relative_to(folder / "model").as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "size": path.stat().st_size,
        }
        for path in files
    ]
    (folder / "model/manifest.json").write_text(json.dumps({"format": 1, "files": entries}))
    return folder


def integrity(folder):
    return told(each for each in run_checks(Deployment(folder)) if each.check == "integrity")


def test_a_model_as_it_came_is_no_finding(tmp_path):
    assert [] == integrity(with_manifest(tmp_path))


def test_what_was_done_to_the_model_is_an_error_each(tmp_path):
    folder = with_manifest(tmp_path)
    (folder / "model/people/campaigns.yaml").unlink()
    (folder / "model/people/extra.txt").write_text("x")
    with (folder / "model/people/norms.yaml").open("a") as norms:
        norms.write("# a little note\n")
    assert [
        (ERROR, "model/people/campaigns.yaml", "The package's file is missing."),
        (ERROR, "model/people/extra.txt", "The file is not one of the package."),
        (ERROR, "model/people/norms.yaml", "The file is not as the package has it."),
    ] == integrity(folder)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("local/unit.csv", "If it is meant to be local/units.csv, rename it."),
        ("model/procedures/ZZ-7.yml", "Name it after the procedure's code, ending in .yaml."),
    ],
)
def test_a_data_file_that_nobody_reads_is_a_notice(tmp_path, name, remedy):
    (finding,) = found(tmp_path, {name: ""}, "strays")
    assert (NOTICE, name, remedy) == (finding.severity, str(finding.where), finding.remedy)


def test_findings_are_sorted_by_severity_then_file(tmp_path):
    files = {**changed("local/heads.csv", ("Lighthouse,mayor", "Lighthouse,king")), "local/staff.csv": None}
    findings = found(tmp_path, {**files, "local/contacts.toml": None})
    order = [(("error", "warning", "notice").index(each.severity), each.where.file) for each in findings]
    assert sorted(order) == order
    assert all(isinstance(each, Finding) for each in findings)
