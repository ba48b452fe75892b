"""The example deployment: what it holds, where each figure comes from, and what nobody knows."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from pilotkit import (
    AdministrativeUnit,
    Certainty,
    Channel,
    Kpi,
    LocalText,
    PointKind,
    Procedure,
    ServicePoint,
    Source,
    Target,
)
from pilotkit.catalog.tree import LISTS, SINGLES, TABLES, DeploymentTree
from pilotkit.catalog.working_time import WorkingTime
from pilotkit.data import Article, Course, DayException, Head, Norm, Role, SimulationProfile, Staffing
from pilotkit.figures import Goal, ReportedFigure
from pilotkit.measures.expressions import compiled
from pilotkit.places import Pattern
from pilotkit.settings import PilotSettings, read_settings

HANOI = Path(__file__).parents[2] / "examples" / "hanoi"
TREE = DeploymentTree(HANOI)
EXAMPLES = yaml.safe_load((HANOI / "tests" / "cases.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def settings() -> PilotSettings:
    return read_settings(HANOI)


@pytest.fixture(scope="module")
def units() -> dict[str, AdministrativeUnit]:
    return {unit.code: unit for unit in TREE.table(AdministrativeUnit, "local/units.csv")}


@pytest.fixture(scope="module")
def points() -> dict[str, ServicePoint]:
    return {point.id: point for point in TREE.table(ServicePoint, "local/points.csv")}


@pytest.fixture(scope="module")
def heads() -> dict[str, Head]:
    return {head.id: head for head in TREE.table(Head, "local/heads.csv")}


@pytest.fixture(scope="module")
def targets() -> tuple[Target, ...]:
    return TREE.table(Target, "local/targets.csv")


@pytest.fixture(scope="module")
def procedures() -> dict[str, Procedure]:
    return {procedure.code: procedure for procedure in TREE.procedures()}


@pytest.fixture(scope="module")
def everything(procedures) -> dict[str, tuple[BaseModel, ...]]:
    """Every noun of the deployment, by file."""
    nouns: dict[str, tuple[BaseModel, ...]] = {
        file: tuple(TREE.listed(kind, file).values()) for file, kind in LISTS.items()
    }
    nouns |= {file: tuple(filter(None, (TREE.single(kind, file),))) for file, kind in SINGLES.items()}
    nouns |= {file: TREE.table(kind, file) for file, kind in TABLES.items()}
    nouns |= {f"model/procedures/{each.code}.yaml": (each,) for each in procedures.values()}
    nouns["local/contacts.toml"] = tuple(TREE.contacts().values())
    return nouns


def texts(node: Any) -> Iterator[LocalText]:
    if isinstance(node, LocalText):
        yield node
    elif isinstance(node, BaseModel):
        for value in node.__dict__.values():
            yield from texts(value)
    elif isinstance(node, tuple):
        for value in node:
            yield from texts(value)
    elif isinstance(node, dict):
        yield from texts(tuple(node.values()))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, BaseModel):
        named = (getattr(node, field, None) for field in ("reference", "also_reference"))
        yield from (reference for reference in named if reference)
        for value in node.__dict__.values():
            yield from references(value)
    elif isinstance(node, tuple):
        for value in node:
            yield from references(value)
    elif isinstance(node, dict):
        yield from references(tuple(node.values()))


def test_the_city_has_51_wards_and_75_communes(units):
    assert Counter({"phường": 51, "xã": 75, "thành phố": 1}) == Counter(unit.kind for unit in units.values())


def test_the_network_is_as_large_as_published(points):
    counts = Counter(point.kind for point in points.values())
    assert {PointKind.CENTRE: 1, PointKind.BRANCH: 12, PointKind.COMMUNE_POINT: 126, PointKind.KIOSK: 476} == counts


def test_every_commune_has_one_point_and_three_or_four_kiosks(units, points):
    communes = {code for code, unit in units.items() if unit.level == "commune"}
    served = Counter(point.unit for point in points.values() if point.kind is PointKind.COMMUNE_POINT)
    kiosks = Counter(point.unit for point in points.values() if point.kind is PointKind.KIOSK)
    assert dict.fromkeys(communes, 1) == served
    assert communes == kiosks.keys()
    assert {3, 4} == set(kiosks.values())


def test_every_point_stands_in_a_known_unit_and_is_run_by_a_known_point(units, points):
    assert [] == [point.id for point in points.values() if point.unit not in units]
    assert [] == [point.id for point in points.values() if point.parent is not None and point.parent not in points]
    assert {"centre-01"} == {point.parent for point in points.values() if point.kind is PointKind.BRANCH}


def test_where_kiosks_stand_is_marked_synthetic_and_nothing_else_is(points):
    synthetic = {point.kind for point in points.values() if point.certainty is Certainty.SYNTHETIC}
    surer = {point.kind for point in points.values() if point.certainty is not Certainty.SYNTHETIC}
    assert {PointKind.KIOSK} == synthetic
    assert PointKind.KIOSK not in surer


def test_kiosks_stand_near_the_point_that_runs_them(points):
    for kiosk in points.values():
        if kiosk.kind is PointKind.KIOSK:
            point = points[kiosk.parent]
            assert abs(kiosk.latitude - point.latitude) < 0.03
            assert abs(kiosk.longitude - point.longitude) < 0.03


def test_every_unit_has_a_head_who_is_an_office_below_the_citys(units, heads):
    assert units.keys() == {head.unit for head in heads.values()}
    assert 127 == len(heads)
    assert {"head-01": None} == {head.id: head.superior for head in heads.values() if head.superior != "head-01"}
    assert "Chủ tịch UBND phường Cửa Nam" == heads["head-00082"].office
    assert all(head.office.startswith("Chủ tịch UBND ") for head in heads.values())


def test_every_unit_has_every_goal_assigned_to_its_own_head_with_its_dates(units, heads, targets):
    goals = {goal.kpi: goal for goal in TREE.listed(Goal, "model/kpis/goals.yaml").values()}
    wanted = {(kpi, unit, goal.goal) for kpi, goal in goals.items() for unit in units}
    assert wanted == {(target.kpi, target.unit, target.goal) for target in targets}
    assert len(wanted) == len(targets)
    assert all(heads[target.head].unit == target.unit for target in targets)
    assert {(date(2025, 7, 21), date(2025, 7, 30))} == {(target.assigned, target.due) for target in targets}


def test_the_conflicting_report_of_the_online_goal_is_kept_beside_the_first(targets):
    online = {(t.goal, t.reference, t.also_reported, t.also_reference) for t in targets if t.kpi == "online_share"}
    assert {(80, "article-2025-07-24", 60, "press-2025-07")} == online
    assert all(target.also_reported is None for target in targets if target.kpi != "online_share")


def test_the_staff_of_every_point_meets_the_norms(points):
    counts = {(staff.point, staff.role): staff.count for staff in TREE.table(Staffing, "local/staff.csv")}
    norms = TREE.listed(Norm, "model/people/norms.yaml").values()
    assert {("receiving-officer", 5, "point"), ("lawyer", 2, "point_day")} == {
        (n.role, n.minimum, n.per) for n in norms
    }
    short = [p.id for n in norms for p in points.values() if p.kind is n.at and counts[p.id, n.role] < n.minimum]
    assert [] == short


def test_everything_refers_to_a_source_that_is_listed(everything):
    sources = {source.id for source in everything["model/evidence/sources.yaml"]}
    unknown = {(file, name) for file, nouns in everything.items() for name in references(nouns) if name not in sources}
    assert set() == unknown


def test_every_text_is_in_vietnamese_and_english(everything, settings):
    assert ("vi", "en") == settings.deployment.languages
    incomplete = {
        file for file, nouns in everything.items() for text in texts(nouns) if {"vi", "en"} != set(text.languages)
    }
    assert set() == incomplete
    who = settings.deployment
    assert all({"vi", "en"} == set(text.languages) for text in (who.name, who.tagline))
    assert all({"vi", "en"} == set(text.languages) for text in texts(TREE.package()))


def test_a_figure_that_is_not_known_is_absent_and_never_nought():
    assert [] == [figure.id for figure in TREE.table(ReportedFigure, "local/figures.csv") if figure.value <= 0]
    assert all(unit.population is None for unit in TREE.table(AdministrativeUnit, "local/units.csv"))
    assert all(point.counters != 0 for point in TREE.table(ServicePoint, "local/points.csv"))


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("supported_people", 74_000),
        ("kiosks", 476),
        ("restructured_procedures", 293),
        ("restructured_cases_year", 2_390_000),
    ],
)
def test_published_figures_are_kept_as_published(figure, value):
    assert value == {each.id: each.value for each in TREE.table(ReportedFigure, "local/figures.csv")}[figure]


def test_two_numbers_of_volunteers_are_reported_and_neither_is_lost():
    figures = {each.id: each.value for each in TREE.table(ReportedFigure, "local/figures.csv")}
    campaign = TREE.listed(LISTS["model/people/campaigns.yaml"], "model/people/campaigns.yaml")["forty-five-days"]
    assert (45, 97, 780) == (campaign.days, campaign.institutions, campaign.volunteers)
    assert 10_000 == figures["volunteers_other_report"]
    assert "10.000" in campaign.note.in_language("vi")


def test_what_is_made_up_says_so():
    assert Certainty.SYNTHETIC is TREE.single(SimulationProfile, "model/evidence/simulation.yaml").certainty
    courses = TREE.listed(Course, "model/people/courses.yaml")
    assert len(courses) >= 8
    assert {Certainty.SYNTHETIC} == {course.certainty for course in courses.values()}


def test_roles_that_norms_courses_and_steps_name_exist(everything, procedures):
    roles = TREE.listed(Role, "model/people/roles.yaml").keys()
    named = {norm.role for norm in everything["model/people/norms.yaml"]}
    named |= {role for course in everything["model/people/courses.yaml"] for role in course.roles}
    named |= {step.role for procedure in procedures.values() for step in procedure.steps}
    assert set() == named - roles


def test_articles_and_the_simulation_name_procedures_that_exist(procedures):
    articles = TREE.listed(Article, "model/knowledge/articles.yaml")
    assert len(articles) >= 20
    assert set() == {code for article in articles.values() for code in article.procedures} - procedures.keys()
    assert set() == TREE.single(SimulationProfile, "model/evidence/simulation.yaml").mix.keys() - procedures.keys()


def test_the_first_row_of_the_board_is_online_whole_process_and_on_time():
    kpis = TREE.listed(Kpi, "model/kpis/kpis.yaml").values()
    first = sorted((kpi.board, kpi.id) for kpi in kpis if kpi.board is not None)
    assert ["online_share", "whole_process_share", "on_time_share"] == [id_ for _, id_ in first][:3]
    assert 30 <= len(kpis) <= 60


def test_every_kpi_counts_by_documented_columns_alone():
    for kpi in TREE.listed(Kpi, "model/kpis/kpis.yaml").values():
        assert compiled(kpi).denominator


def test_what_travels_names_nothing_of_the_donors_own(units):
    own = {unit.name.casefold() for unit in units.values()} | {"hà nội", "hanoi", ".h26", "19001009", "74000", "74.000"}
    found = {
        (path.name, name)
        for path in (HANOI / "model").rglob("*")
        if path.is_file() and path.name != "package.toml"
        for text in [path.read_text(encoding="utf-8").casefold()]
        for name in own
        if name in text
    }
    assert set() == found


def test_the_pattern_asks_for_as_many_counters_as_there_are_officers():
    pattern = TREE.single(Pattern, "model/network/pattern.yaml")
    assert (5, 4) == (pattern.commune_point_counters, pattern.kiosks_per_commune_point)


def test_make_up_saturdays_are_worked_and_2027_is_not_yet_announced():
    days = TREE.table(DayException, "local/calendar.csv")
    saturdays = {each.day for each in days if each.kind == "working"}
    assert {date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)} == saturdays
    assert {2027} == {each.day.year for each in days if not each.announced}
    assert len(days) == len({each.day for each in days})


def test_sources_are_named_for_what_is_known_and_for_what_is_assumed():
    sources = TREE.listed(Source, "model/evidence/sources.yaml")
    assert Certainty.HIGH is sources["article-2025-07-24"].certainty
    assert Certainty.SYNTHETIC is sources["project-assumption"].certainty


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{each['procedure']} {each['received']}" for each in EXAMPLES])
def test_a_case_is_due_when_the_law_says(example, settings, procedures):
    clock = WorkingTime(
        settings.calendar, settings.deployment.timezone, exceptions=TREE.table(DayException, "local/calendar.csv")
    )
    received = datetime.fromisoformat(example["received"]).replace(tzinfo=clock.zone)
    due = clock.due(received, procedures[example["procedure"]].offer(Channel(example["channel"])).deadline)
    assert example["due"] == due.astimezone(clock.zone).strftime("%Y-%m-%dT%H:%M")
