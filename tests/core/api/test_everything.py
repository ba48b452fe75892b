"""What the pages can do, a program can do too."""

import inspect
import re
from pathlib import Path

import pytest

from pilotkit import api
from pilotkit.applications.applications import Applications
from pilotkit.applications.tracking import CaseTracking
from pilotkit.casework.officer_desk import OfficerDesk
from pilotkit.casework.queue import Queue

SOURCES = "\n".join(each.read_text(encoding="utf-8") for each in Path(api.__file__).parent.glob("*.py"))
NOT_ASKED = {
    "procedure": "the catalog answers",
    "is_mine": "the work list says so of every line",
    "content": "asked as a read",
    "copy_of": "a step of receiving at the counter; a program reuses afterwards",
    "receive": "take_in does it and adds the receipt",
    "follow_key": "stands on the receipt",
    "purge": "a timer's",
    "ratings": "for measures",
    "called": "among the tickets",
    "tickets": "for the display",
    "expected_wait": "for the display",
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(OfficerDesk, "desk"), (Applications, "applications"), (CaseTracking, "tracking"), (Queue, "queue")],
)
def test_every_verb_of_the_pages_has_an_operation(kind, name):
    verbs = {key for key, value in vars(kind).items() if inspect.isfunction(value) and not key.startswith("_")}
    asked = set(re.findall(rf"\b{name}\.(\w+)\(", SOURCES))
    assert set() == verbs - asked - NOT_ASKED.keys()


def test_a_program_sees_what_is_missing_what_it_costs_and_the_receipt(api):
    draft = {"x-draft-token": api.post("/drafts", json={"procedure": "ZZ-101"}).json()["token"]}
    gaps = api.get("/draft/gaps", headers=draft).json()
    assert {"person", "unit"} <= {each["part"] for each in gaps}
    published = api.get("/procedures/ZZ-101").json()["offers"]["online"].get("fees")
    fees = api.get("/draft/fees", headers=draft)
    assert (200, published) == (fees.status_code, fees.json())
    assert 404 == api.get("/draft/receipt", headers=draft).status_code


def test_a_person_s_earlier_cases_and_duplicates_are_found_in_one_s_own_units_only(api, as_account, case_of):
    code = case_of("PA-01")
    sought = {"identity_number": "000000000001", "procedure": "ZZ-101"}
    mine = api.post("/people/cases", json=sought, headers=as_account("counter-pa-01")).json()
    theirs = api.post("/people/cases", json=sought, headers=as_account("counter-pa-02")).json()
    assert code in {each["code"] for each in mine}
    assert code not in {each["code"] for each in theirs}


def test_the_heaps_of_the_work_list_are_counted(api, as_account, case_of):
    case_of("PA-01")
    counts = api.get("/case-counts", headers=as_account("counter-pa-01")).json()
    assert {"open", "late", "soon", "waiting", "ready"} == set(counts)
    assert counts["open"]["count"] > 0
