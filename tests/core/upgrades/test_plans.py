"""What a plan tells before anything is done: as JSON for programs, as text to read, as a page to sign off."""

import json
import re
from datetime import date
from html import unescape

import pytest
import yaml
from tests.core.upgrades.conftest import OPS, tree

from pilotkit import Deployment
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store

BIRTHS, COPIES, STALLS, LICENCES = (f"model/procedures/ZZ-{code}.yaml" for code in (101, 102, 201, 301))
KPIS, MIX, NOTES = "model/kpis/kpis.yaml", "model/evidence/simulation.yaml", "ops/notes.txt"


@pytest.fixture
def planned(call, province, tmp_path):
    """The plan of an upgrade of the province in one of its forms; nothing else is different afterwards."""

    def made(package, form="json"):
        page, before = tmp_path / "plan.html", tree(province)
        asked = {"json": ["--json"], "text": [], "page": ["--html", page, "--language", "en"]}[form]
        code, out, _ = call("upgrade", province, package, "--allow-unsigned", "--plan", *asked)
        assert (True, before) == (code in {0, 1}, tree(province))
        if form == "json":
            return json.loads(out)
        said = out if form == "text" else re.sub(r"<[^>]*>", " ", page.read_text("utf-8").partition("<body>")[2])
        return " ".join(unescape(said).replace(" :", ":").split())

    return made


@pytest.fixture
def changed(publisher, province):
    """Publishes 1.1.0, after the province was made of 1.0.0, with one file edited as data."""

    def made(name, edit, **files):
        held = parse_yaml(publisher.read(name), name)
        edit(held)
        return publisher.publish("1.1.0", {name: yaml.safe_dump(held, sort_keys=False), **files})

    return made


@pytest.fixture
def cases(province):
    """How many cases of each procedure are open in the province."""
    deployment = Deployment(province)
    store = Store.of(deployment)
    simulate(deployment, store, days=20, seed=3, last=date(2025, 7, 28))
    counted = store.open_by_procedure()
    store.close()
    return counted


def told(values):
    return [(each["file"], each["key"], each["before"], each["after"]) for each in values]


def test_a_changed_fee_is_told_as_a_fee_of_its_procedure(changed, planned):
    (change,) = planned(changed(COPIES, lambda held: held["offers"]["in_person"]["fees"][0].update(amount=3)))[
        "procedures"
    ]
    assert ("ZZ-102", "changed", [], []) == (change["code"], change["kind"], change["deadlines"], change["others"])
    assert [(COPIES, "offers.in_person.fees.page.amount", "2", "3")] == told(change["fees"])


def test_what_was_free_and_costs_something_now_is_told_with_both(changed, planned):
    fees = [{"id": "entry", "amount": 7}]
    (change,) = planned(changed(BIRTHS, lambda held: held["offers"]["online"].update(fees=fees)))["procedures"]
    assert [(BIRTHS, "offers.online.fees", "free", [{"id": "entry", "amount": "7"}])] == told(change["fees"])


def test_a_channel_that_comes_or_goes_is_told_with_its_deadline_and_its_fees(changed, planned):
    def edit(held):
        held["offers"]["post"] = {"deadline": {"amount": 9, "unit": "working_days"}, "fees": "free"}
        del held["offers"]["in_person"]

    (change,) = planned(changed(BIRTHS, edit))["procedures"]
    assert [
        (BIRTHS, "offers.in_person.deadline", {"amount": 1, "unit": "working_days"}, None),
        (BIRTHS, "offers.post.deadline", None, {"amount": 9, "unit": "working_days"}),
    ] == sorted(told(change["deadlines"]))
    assert [
        (BIRTHS, "offers.in_person.fees", "free", None),
        (BIRTHS, "offers.post.fees", None, "free"),
    ] == sorted(told(change["fees"]))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("text", 'ZZ-102 changed; 0 open cases: pinned fee offers.in_person.fees.page.amount: "2" → "3"'),
        ("page", "Certified copy ZZ-102 · changed Fee offers.in_person.fees.page.amount: 2 → 3"),
    ],
)  # fmt: skip
def test_a_changed_fee_is_told_in_words(changed, planned, form, said):
    assert said in planned(changed(COPIES, lambda held: held["offers"]["in_person"]["fees"][0].update(amount=3)), form)


def test_a_changed_deadline_is_told_as_a_deadline_of_its_procedure(changed, planned):
    deadline = {"amount": 5, "unit": "calendar_days"}
    package = changed(BIRTHS, lambda held: held["offers"]["online"].update(deadline=deadline))
    (change,) = planned(package)["procedures"]
    assert ("ZZ-101", [], []) == (change["code"], change["fees"], change["others"])
    assert [
        (BIRTHS, "offers.online.deadline.amount", 2, 5),
        (BIRTHS, "offers.online.deadline.unit", "working_days", "calendar_days"),
    ] == told(change["deadlines"])
    assert "deadline offers.online.deadline.amount: 2 → 5" in planned(package, "text")
    assert "Deadline offers.online.deadline.amount: 2 → 5" in planned(package, "page")


@pytest.fixture
def exchanged(publisher, province):
    """1.1.0 without the permits of stalls, with licences in their place."""
    text = publisher.read(COPIES).replace("ZZ-102", "ZZ-301").replace("Certified copy", "Stall licence")
    return publisher.publish("1.1.0", {STALLS: None, LICENCES: text})


def test_a_procedure_that_comes_and_one_that_goes_are_told(exchanged, planned):
    plan = planned(exchanged)
    assert [("ZZ-201", "removed", 0), ("ZZ-301", "added", None)] == [
        (each["code"], each["kind"], each["open_cases"]) for each in plan["procedures"]
    ]
    assert [] == plan["effective"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("text", ("- ZZ-201 removed; 0 open cases", "+ ZZ-301 added")),
        ("page", ("Market stall permit ZZ-201 · withdrawn", "Stall licence ZZ-301 · new")),
    ],
)
def test_a_procedure_that_comes_and_one_that_goes_are_told_in_words(exchanged, planned, form, said):
    words = planned(exchanged, form)
    assert [] == [each for each in said if each not in words]


@pytest.fixture
def counted_anew(changed):
    """1.1.0 with another KPI in the place of one that nobody set a goal for, and one that is counted differently."""

    def edit(held):
        online, on_time, visits = held
        online["numerator"] = "channel = 'post'"
        visits.update(id="posted_share", name={"en": "Cases by post"})
        held[:] = [online, on_time, visits]

    return changed(KPIS, edit)


def test_a_kpi_that_comes_one_that_goes_and_one_that_is_counted_differently_are_told(counted_anew, planned):
    kpis = {each["id"]: each for each in planned(counted_anew)["kpis"]}
    assert {"online_share": "changed", "posted_share": "added", "whole_process_share": "removed"} == {
        id_: each["kind"] for id_, each in kpis.items()
    }
    assert ["online_share"] == [id_ for id_, each in kpis.items() if each["is_counted_differently"]]
    assert [(KPIS, "online_share.numerator", "channel = 'online'", "channel = 'post'")] == told(
        kpis["online_share"]["values"]
    )


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "text",
            (
                "~ KPI online_share changed: counted differently, not comparable with before",
                "+ KPI posted_share added",
                "- KPI whole_process_share removed",
            ),
        ),
        ("page", ("Counted differently: figures before", "Cases by post · new", "Cases without a visit · withdrawn")),
    ],
)
def test_changes_of_kpis_are_told_in_words(counted_anew, planned, form, said):
    words = planned(counted_anew, form)
    assert [] == [each for each in said if each not in words]


@pytest.mark.parametrize("on_change", ["pinned", "migratable", "close_and_reopen"])
def test_running_cases_of_a_changed_procedure_are_counted_with_what_becomes_of_them(changed, planned, cases, on_change):
    plan = planned(changed(BIRTHS, lambda held: held.update(decision="Ordinance 12", on_change=on_change)))
    assert cases["ZZ-101"] > 0
    assert [("ZZ-101", cases["ZZ-101"], on_change)] == [
        (each["code"], each["open_cases"], each["on_change"]) for each in plan["procedures"]
    ]


def test_running_cases_of_a_procedure_that_goes_are_counted(changed, planned, cases):
    package = changed(MIX, lambda held: held.update(mix={"ZZ-101": 5}), **{COPIES: None})
    assert cases["ZZ-102"] > 0
    assert [("ZZ-102", "removed", cases["ZZ-102"])] == [
        (each["code"], each["kind"], each["open_cases"]) for each in planned(package)["procedures"]
    ]
    assert f"- ZZ-102 removed; {cases['ZZ-102']} open cases: pinned" in planned(package, "text")
    assert f"{cases['ZZ-102']} open cases: they go on under the version they were received under" in planned(
        package, "page"
    )


def test_seeded_files_are_told_as_merged_replaced_added_removed_or_kept(publisher, province, planned):
    (province / NOTES).write_text(OPS[NOTES].replace("six", "sechs"))
    (province / "ops/run.json").write_text(OPS["ops/run.json"].replace("1", "7"))
    package = publisher.publish(
        "1.1.0",
        {
            NOTES: OPS[NOTES].replace("two", "TWO"),
            "ops/run.json": OPS["ops/run.json"].replace("1", "8"),
            "ops/run.yaml": OPS["ops/run.yaml"].replace("workers: 2", "workers: 4"),
            "ops/new.txt": "new\n",
            "ops/logo.txt": None,
        },
    )
    plan = planned(package)
    wanted = {
        NOTES: "merged", "ops/run.json": "kept", "ops/run.yaml": "replaced", "ops/new.txt": "added",
        "ops/logo.txt": "removed",
    }  # fmt: skip
    assert wanted == {each["path"]: each["action"] for each in plan["files"] if each["path"].startswith("ops/")}
    assert [("ops/run.json", "a", 1, 7, 8)] == [
        tuple(each[name] for name in ("file", "key", "base", "ours", "package")) for each in plan["unresolved"]
    ]
    text, page = planned(package, "text"), planned(package, "page")
    assert [] == [f"{path}: {action}" for path, action in wanted.items() if f"{path}: {action}" not in text]
    shown = {"kept": "kept as it is"}
    assert [] == [path for path, action in wanted.items() if f"{path} · {shown.get(action, action)}" not in page]
