"""Whatever officers do in whatever order: state equals history, and the clock agrees with a slow calculation."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit import CaseError, Deployment
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.case_state import project
from pilotkit.storage.store import Store
from pilotkit.testing import Clock, tiny_deployment

START = datetime(2025, 7, 7, 8, 0, tzinfo=UTC)
OFF, MADE_UP = date(2025, 7, 14), date(2025, 7, 19)
verbs = st.sampled_from(
    [
        "advance",
        "request_supplement",
        "request_payment",
        "stop",
        "resume",
        "refuse",
        "withdraw",
        "finish",
        "return_result",
    ]
)
deeds = st.lists(st.tuples(verbs, st.integers(0, 60 * 80)), max_size=12)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deployment, Store]:
    folder: Path = tmp_path_factory.mktemp("histories")
    return Deployment(tiny_deployment(folder / "town")), Store("sqlite:///cases.db", folder)


def done(casework: CaseService, code: str, verb: str) -> bool:
    words = ["A reason."] if verb in {"request_supplement", "request_payment", "stop", "refuse", "withdraw"} else []
    try:
        getattr(casework, verb)(code, "officer", *words)
    except CaseError:
        return False
    return True


def is_working(day: date) -> bool:
    return day == MADE_UP or (day.weekday() < 5 and day != OFF)


def counted(moment: datetime) -> date:
    """The working day a moment counts from: the town has no cutoff but closing time."""
    day = moment.date() + timedelta(days=(moment.hour, moment.minute) > (17, 0))
    while not is_working(day):
        day += timedelta(days=1)
    return day


def working_days_between(first: date, last: date) -> int:
    return sum(is_working(first + timedelta(days=each)) for each in range((last - first).days))


def slow_due(received: datetime, days: int, pauses: list[tuple[datetime, datetime]]) -> datetime:
    days += sum(working_days_between(counted(start), counted(end)) for start, end in pauses)
    day = counted(received)
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


@pytest.mark.drill
@given(deeds=deeds, start=st.integers(0, 60 * 24 * 14))
@settings(max_examples=size(40, 150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_makes_the_state_that_is_stored_and_the_deadline_of_a_slow_calculation(
    house: tuple[Deployment, Store], deeds: list[tuple[str, int]], start: int
) -> None:
    deployment, store = house
    clock = Clock(START + timedelta(minutes=start))
    casework = CaseService(deployment, store, clock)
    received = clock()
    code = casework.receive(Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen")).code
    pauses: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    supplements = 0
    for verb, minutes in deeds:
        clock.advance(minutes=minutes)
        if not done(casework, code, verb):
            continue
        supplements += verb == "request_supplement"
        if verb in {"request_payment", "stop"} or (verb == "request_supplement" and supplements == 1):
            since = clock()
        if verb == "resume" and since is not None:
            pauses.append((since, clock()))
            since = None
    case = store.case(code)
    assert case == project(store.events(code))
    assert slow_due(received, 2, pauses) == case.due_at
    assert supplements == case.supplements
    assert list(range(1, len(store.events(code)) + 1)) == [event.number for event in store.events(code)]
