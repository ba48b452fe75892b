"""A known log gives exactly the figures of an independent calculation: pandas, over the events alone."""

import json
import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from pilotkit import CaseError, Channel, Deployment, Kpi
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.facts.fact_files import bring_up_to_date
from pilotkit.importing.importer import import_cases
from pilotkit.importing.mapping import Mapping
from pilotkit.measures.scan import Window, scan_all
from pilotkit.storage.store import Store
from pilotkit.testing import Clock

START = datetime(2025, 5, 5, 3, tzinfo=UTC)
AS_OF = datetime(2025, 8, 1, 12, tzinfo=UTC)
WORDS = {"en": "x"}
UNITS = ("PA-01", "PA-02", "PA-03")
OFFERS = (
    ("ZZ-101", "online"),
    ("ZZ-101", "in_person"),
    ("ZZ-102", "in_person"),
    ("ZZ-201", "online"),
    ("ZZ-201", "post"),
)
_MAPPING = Mapping.model_validate(
    {
        "columns": {"case": "case", "activity": "activity", "at": "at", "channel": "how", "due": "due"},
        "values": {
            "activity": {"Register": "received", "Close": "finished", "Ask": "supplement_requested"},
            "channel": {"Internet": "online", "Letter": "post"},
        },
        "defaults": {"procedure": "ZZ-201", "unit": "PA-02"},
        "attributes": {"types": {"amount": "number"}},
    }
)


def a_kpi(id_: str, numerator: str, denominator: str = "TRUE", **more: object) -> Kpi:
    return Kpi(
        id=id_, name=WORDS, question=WORDS, numerator_name=WORDS, denominator_name=WORDS, numerator=numerator,
        denominator=denominator, reference="r", certainty="high", **more,
    )  # fmt: skip


def a_quantile(id_: str, value: str, fraction: str, denominator: str) -> Kpi:
    return a_kpi(id_, "", denominator, statistic="quantile", value=value, fraction=fraction, unit="minutes")


ONE = True
KPIS = (
    (a_kpi("online", "channel = 'online'"), lambda f: (f.channel == "online", ONE)),
    (
        a_kpi("on_time", "is_on_time", "is_finished AND has_deadline"),
        lambda f: (f.finished_at <= f.due_at, f.finished_at.notna() & f.due_at.notna()),
    ),
    (
        a_kpi("overdue", "is_late", "is_open AND has_deadline"),
        lambda f: (
            (f.waiting_since.fillna(micros(AS_OF)) > f.due_at) | (f.supplements > 1),
            f.finished_at.isna() & f.due_at.notna(),
        ),
    ),
    (a_kpi("suspended", "is_waiting", "is_open"), lambda f: (f.waiting_since.notna(), f.finished_at.isna())),
    (a_kpi("asked", "supplements > 0"), lambda f: (f.supplements > 0, ONE)),
    (
        a_kpi("requests", "channel = 'online'", weight="supplements"),
        lambda f: (f.supplements.where(f.channel == "online", 0), f.supplements),
    ),
    (a_kpi("returned", "is_returned", "is_finished"), lambda f: (f.returned_at.notna(), f.finished_at.notna())),
    (a_kpi("refused", "outcome = 'refused'", "is_finished"), lambda f: (f.status == "refused", f.finished_at.notna())),
    (
        a_kpi("withdrawn", "outcome = 'withdrawn'", "is_finished"),
        lambda f: (f.status == "withdrawn", f.finished_at.notna()),
    ),
    (a_kpi("imported", "is_imported"), lambda f: (f.amount.notna(), ONE)),
    (a_kpi("dear", "attributes.amount > 500", "is_imported"), lambda f: (f.amount > 500, f.amount.notna())),
    (
        a_kpi("norm", "is_within_norm", "is_finished AND norm_due_at IS NOT NULL"),
        lambda f: (f.finished_at <= f.norm_due_at, f.finished_at.notna() & f.norm_due_at.notna()),
    ),
)
"""Each KPI with the numerator and the denominator that pandas gives it, row by row."""
QUANTILES = (
    (a_quantile("median", "working_minutes", "0.5", "is_finished"), "minutes", lambda f: f.finished_at.notna()),
    (
        a_quantile("slow", "working_minutes", "0.9", "is_finished AND channel <> 'post'"),
        "minutes",
        lambda f: f.finished_at.notna() & (f.channel != "post"),
    ),
    (a_quantile("asks", "supplements", "0.75", "TRUE"), "supplements", lambda f: f.supplements.notna()),
)
ALL = [kpi for kpi, *_ in (*KPIS, *QUANTILES)]
GROUPINGS = ((), ("unit",), ("procedure",), ("channel",), ("month",), ("unit", "month"))


def micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def lived(request, tmp_path_factory, cluster):
    """A town with three months of cases that went every way there is, and those of another system's log."""
    from pilotkit.testing import tiny_deployment

    folder = tmp_path_factory.mktemp("lived")
    deployment = Deployment(tiny_deployment(folder / "town"))
    url = "sqlite:///var/pilot.db" if request.param == "sqlite" else cluster.new_database("oracle")
    store = Store(url, deployment.folder)
    _live(deployment, store)
    _import(deployment, store, folder / "log.csv")
    yield deployment, store
    store.close()


def _live(deployment: Deployment, store: Store) -> None:
    draw, clock = random.Random(11), Clock(START)
    casework, going = CaseService(deployment, store, clock), []
    for number in range(400):
        clock.advance(hours=draw.choice([1, 3, 5, 9]))
        if number % 3:
            procedure, channel = draw.choice(OFFERS)
            unit = draw.choice(UNITS)
            going.append(
                casework.receive(
                    Application(procedure=procedure, channel=Channel(channel), unit=unit, actor="citizen")
                ).code
            )
        for code in draw.sample(going, min(2, len(going))):
            verb = draw.choice(_VERBS)
            try:
                verb(casework, code)
            except CaseError:
                continue  # it cannot take the verb now: as in life
        bring_up_to_date(deployment, store) if number % 40 == 0 else None


def _finish(casework: CaseService, code: str) -> None:
    while True:
        try:
            casework.advance(code, "officer")
        except CaseError:
            break
    casework.finish(code, "officer")


_VERBS = (
    _finish,
    _finish,
    lambda casework, code: casework.request_supplement(code, "officer", "a paper is missing"),
    lambda casework, code: casework.resume(code, "officer"),
    lambda casework, code: casework.resume(code, "officer"),
    lambda casework, code: casework.stop(code, "officer", "a dispute"),
    lambda casework, code: casework.refuse(code, "officer", "not granted"),
    lambda casework, code: casework.withdraw(code, "officer", "the person wants it back"),
    lambda casework, code: casework.transfer(code, "officer", "not ours", "PA-04"),
    lambda casework, code: casework.return_result(code, "officer"),
)


def _import(deployment: Deployment, store: Store, path) -> None:
    draw, lines = random.Random(12), []
    for number in range(60):
        at = START + timedelta(hours=number * 9)
        how, due, amount = draw.choice(["Internet", "Letter"]), at + timedelta(days=20), draw.randint(1, 1000)
        steps = ["Register", *draw.choice([[], ["Close"], ["Ask", "Close"], ["Ask"]])]
        for step in steps:
            lines.append((f"c{number}", step, at.isoformat(), how, due.isoformat(), amount))
            at += timedelta(hours=draw.choice([20, 300, 700]))
    frame = pd.DataFrame(lines, columns=["case", "activity", "at", "how", "due", "amount"])
    frame.to_csv(path, index=False)
    assert 60 == import_cases(deployment, store, path, _MAPPING, now=AS_OF).cases


def replayed(deployment: Deployment, store: Store) -> pd.DataFrame:
    """Every case as its events make it, without any of the code under test."""
    cases = []
    for code in store.codes():
        state: dict[str, object] = {"supplements": 0}
        for event in store.events(code):
            state |= event.changes
        cases.append(state)
    frame = pd.DataFrame(cases)
    for name in ("received_at", "finished_at", "due_at", "norm_due_at", "waiting_since", "returned_at"):
        instants = pd.to_datetime(frame[name], utc=True, format="ISO8601")
        frame[name] = instants.map(lambda at: None if pd.isna(at) else micros(at.to_pydatetime())).astype("Float64")
    zone = deployment.settings.deployment.timezone
    local = pd.to_datetime(frame.received_at, unit="us", utc=True).dt.tz_convert(zone)
    frame["month"] = local.dt.strftime("%Y-%m")
    attributes = {code: json.loads(text)["amount"] for code, text in _attributes(store)}
    frame["amount"] = frame.code.map(attributes)
    frame["supplements"] = frame.supplements.astype(int)
    frame["minutes"] = [
        _minutes(deployment, received, ended)
        for received, ended in zip(frame.received_at, frame.finished_at, strict=True)
    ]
    return frame


def _attributes(store: Store):
    with store.read_session() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT code, attributes FROM cases JOIN case_attributes ON case_id = id"
        )
        return [tuple(row) for row in rows]


def _minutes(deployment: Deployment, received: float, ended: float) -> float | None:
    """Minute by minute by the office's hours; receipts and ends of this log fall on whole minutes."""
    if pd.isna(ended):
        return None
    working = deployment.catalog.working_time
    days = pd.date_range(_local(received, working).date(), _local(ended, working).date())
    total = timedelta()
    for day in days:
        for opens, closes in ((8, 12), (13, 17)) if working.is_working(day.date()) else ():
            start = datetime(day.year, day.month, day.day, opens, tzinfo=working.zone)
            end = start.replace(hour=closes)
            total += max(min(end, _local(ended, working)) - max(start, _local(received, working)), timedelta())
    return total // timedelta(minutes=1)


def _local(value: float, working) -> datetime:
    return datetime.fromtimestamp(int(value) / 1_000_000, UTC).astimezone(working.zone)


def expected(frame: pd.DataFrame) -> dict:
    """Numerator and denominator of every KPI in every group, by pd."""
    found = {}
    for grouping in GROUPINGS:
        parts = frame.groupby(list(grouping)) if grouping else [((), frame)]
        for key, part in parts:
            counts = [_counted(part, *count(part)) for _, count in KPIS]
            for kpi, column, rows in QUANTILES:
                values = part[rows(part)][column]
                counts.append((_discrete(values, kpi), len(values)))
            found[grouping, tuple(key) if grouping else ()] = tuple(counts)
    return found


def _counted(part: pd.DataFrame, numerator, denominator) -> tuple[int, int]:
    of = pd.Series(1, index=part.index) if denominator is ONE else denominator.astype("Int64").fillna(0).astype(int)
    return int((numerator.astype("Int64").fillna(0).astype(int) * (of > 0)).sum()), int(of.sum())


def _discrete(values: pd.Series, kpi: Kpi) -> int:
    ordered = sorted(int(value) for value in values)
    numerator, denominator = kpi.fraction.as_integer_ratio()
    return next((v for place, v in enumerate(ordered, 1) if place * denominator >= len(ordered) * numerator), 0)


def test_every_figure_in_every_group_is_that_of_pandas(lived) -> None:
    deployment, store = lived
    frame = replayed(deployment, store)
    for what, rows in {
        "open": frame.finished_at.isna(),
        "suspended": frame.finished_at.isna() & frame.waiting_since.notna(),
        "overdue": frame.finished_at.isna() & (frame.due_at < micros(AS_OF)),
        "resumed": frame.finished_at.isna() & frame.waiting_since.isna() & (frame.supplements > 0),
        "imported": frame.amount.notna(),
        "transferred": frame.unit == "PA-04",
        "refused": frame.status == "refused",
    }.items():
        assert rows.any(), f"the log has no case that is {what}: it would prove nothing of them"
    wanted = expected(frame)
    facts = bring_up_to_date(deployment, store)
    groups = scan_all(facts, ALL, Window(None, AS_OF), GROUPINGS)
    assert wanted == {(group.grouping, group.keys): group.counts for group in groups}


def test_the_answer_that_was_kept_and_the_one_that_is_made_anew_are_the_same(lived) -> None:
    deployment, store = lived
    asked = (ALL, Window(None, AS_OF), GROUPINGS)
    kept = scan_all(bring_up_to_date(deployment, store), *asked)
    anew = scan_all(bring_up_to_date(deployment, store, rebuild=True), *asked)
    by_key = [{(group.grouping, group.keys): group.counts for group in groups} for groups in (kept, anew)]
    assert by_key[0] == by_key[1]


def test_a_past_instant_knows_nothing_of_what_came_after(lived) -> None:
    deployment, store = lived
    frame, past = replayed(deployment, store), START + timedelta(days=20)
    known = frame[frame.received_at <= micros(past)]
    groups = scan_all(bring_up_to_date(deployment, store), ALL[:2], Window(None, past), [()])
    online, on_time = groups[0].counts
    assert (int((known.channel == "online").sum()), len(known)) == online
    ended = known[(known.finished_at <= micros(past)) & known.due_at.notna()]
    assert (int((ended.finished_at <= ended.due_at).sum()), len(ended)) == on_time
