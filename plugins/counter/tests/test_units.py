"""A code that another unit has since been given: a case still shows the unit that it was received for."""

import re

import pytest

from pilotkit import Deployment

UNITS = """scheme,code,valid_from,valid_to,name,kind,level,parent
zz,PA,2024-01-01,,Port Amber,municipality,province,
zz,PA-01,2024-01-01,2025-07-31,North Quay,quarter,commune,PA
zz,PA-01,2025-08-01,,Windmill,quarter,commune,PA
zz,PA-02,2024-01-01,,South Quay,quarter,commune,PA
zz,PA-03,2024-01-01,,Lighthouse,quarter,commune,PA
zz,PA-04,2024-01-01,,Hill Farms,quarter,commune,PA
zz,PA-05,2025-08-01,,Great Quay,quarter,commune,PA
"""
SUCCESSIONS = """scheme,code,valid_from,successor,since,share,reference,certainty
zz,PA-01,2024-01-01,PA-05,2025-08-01,1,charter,high
"""


@pytest.fixture
def reform(make_office):
    """A case for North Quay; and the office after its code was given to Windmill."""
    before = make_office(plugins__enabled=["counter", "portal"])
    code = before.case().code
    for name, text in {"units": UNITS, "successions": SUCCESSIONS}.items():
        (before.deployment.folder / f"local/{name}.csv").write_text(text)
    before.clock.advance(days=50)
    after = type(before)(Deployment(before.deployment.folder), before.clock)
    yield after, code
    after.services.close()


@pytest.mark.parametrize("path", ["/counter", "/counter/cases/{code}", "/counter/late", "/counter/outlook"])
def test_a_case_shows_the_unit_as_it_was_and_not_who_has_its_code_now(reform, path):
    office, code = reform
    page = office.seat("supervisor-pa").get("/en" + path.format(code=code)).html
    about = re.sub(r"<select.*?</select>", "", page[page.index(f">{code}</") :], flags=re.DOTALL)
    assert ("North Quay" in about, "Windmill" in about) == (True, False)


def test_who_follows_a_case_reads_the_unit_as_it_was(reform):
    office, code = reform
    page = office.seat().get(f"/en/track/{code}").words
    assert ("North Quay" in page, "Windmill" in page) == (True, False)


def test_the_history_names_whom_a_case_was_handed_to(reform):
    office, code = reform
    given = {"do": "move", "kind": "transferred", "reason": "It belongs there.", "unit": "PA-01"}
    answer = office.seat("supervisor-pa").post(f"/en/counter/cases/{code}", given)
    assert 303 == answer.status, answer.words
    page = office.seat("supervisor-pa").get(f"/en/counter/cases/{code}").words
    assert "Transferred to another unit: Windmill" in page
