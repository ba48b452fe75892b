"""What each check finds in the small deployment once something in it is broken."""

from datetime import UTC, datetime, timedelta

import pytest

from pilotkit import Deployment, Finding, Severity
from pilotkit.checks.run import run_checks
from pilotkit.testing import tiny_deployment, tiny_file
from pilotkit.testing.sample_deployment import TOWN

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


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
        **tiny_file("local/heads.csv", (",mayor", ",")),
        **tiny_file("local/targets.csv", ("warden-01", "nobody"), ("2025-07-31", "")),
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
    findings = found(tmp_path, tiny_file(file, (old, new)), "references")
    assert [(ERROR, f"{file}: {where}")] == [(each.severity, str(each.where)) for each in findings]
    assert message in findings[0].message


def test_a_name_that_leads_nowhere_from_many_places_is_one_error(tmp_path):
    findings = found(tmp_path, tiny_file("local/targets.csv", ("on_time", "x")), "references")
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
    package = tiny_file("model/package.toml", ('"local/contacts.toml#hotline.phone"', f'"{required}"'))
    replaced = {"local/figures.csv": table} if required == "local/figures.csv" else {}
    assert findings == len(found(tmp_path, {**package, **replaced}, "required"))


def test_dates_that_contradict_each_other_are_errors(tmp_path):
    files = {
        **tiny_file(
            "local/targets.csv", ("online_share,PA,mayor,60,2025-07-01", "online_share,PA,mayor,60,2025-09-01")
        ),
        "local/calendar.csv": (TOWN / "local/calendar.csv").read_text() + "2025-07-14,working,Again,true\n",
        **tiny_file(
            "local/units.csv", ("valid_from,name", "valid_from,valid_to,name"), ("2024-01-01,", "2024-01-01,,")
        ),
    }
    files["local/units.csv"] = files["local/units.csv"].replace("2024-01-01,,North", "2024-01-01,2023-01-01,North")
    assert [
        (ERROR, "local/calendar.csv: 2025-07-14"),
        (ERROR, "local/targets.csv line 2: online_share of PA"),
        (ERROR, "local/units.csv: PA-01"),
    ] == [(each.severity, str(each.where)) for each in found(tmp_path, files, "dates")]


def test_a_procedure_that_has_run_out_yesterday_is_a_notice(tmp_path):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    files = tiny_file("model/procedures/ZZ-201.yaml", ("2034-12-31", yesterday.isoformat()))
    assert [
        (NOTICE, "model/procedures/ZZ-201.yaml: valid_to", f"The procedure has not been valid since {yesterday}.")
    ] == (told(found(tmp_path, files, "dates")))


def test_a_procedure_without_any_deadline_is_a_notice(tmp_path):
    files = tiny_file("model/procedures/ZZ-102.yaml", ("    deadline: {amount: 4, unit: working_hours}\n", ""))
    assert [(NOTICE, "model/procedures/ZZ-102.yaml: offers")] == [
        (each.severity, str(each.where)) for each in found(tmp_path, files, "deadlines")
    ]


def test_a_statement_that_is_surer_than_its_source_is_a_warning(tmp_path):
    files = tiny_file("local/figures.csv", ("invented,synthetic", "invented,high"))
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
        f"model/procedures/ZZ-3{n}.yaml": (TOWN / "model/procedures/ZZ-102.yaml")
        .read_text()
        .replace("ZZ-102", f"ZZ-3{n}")
        for n in range(6)
    }
    findings = found(tmp_path, copies, "languages", deployment__languages=["en", "ca"])
    (finding,) = [each for each in findings if each.where.file.startswith("model/procedures")]
    assert finding.where.file == "model/procedures"
    assert finding.message.startswith("9 procedures lack words in 'ca'")


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
    files = {**tiny_file("local/heads.csv", ("Lighthouse,mayor", "Lighthouse,king")), "local/staff.csv": None}
    findings = found(tmp_path, {**files, "local/contacts.toml": None})
    order = [(("error", "warning", "notice").index(each.severity), each.where.file) for each in findings]
    assert sorted(order) == order
    assert all(isinstance(each, Finding) for each in findings)
