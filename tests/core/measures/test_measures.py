"""Figures are right to the case: held against a plain count over the stored rows."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pilotkit import DataError, Deployment, UnknownError
from pilotkit.facts.fact_files import FOLDER, bring_up_to_date
from pilotkit.measures.measures import Measures
from pilotkit.measures.scan import Window, scan
from pilotkit.storage.fact_reader import FactReader
from pilotkit.storage.store import FACT_COLUMNS, Store

AS_OF = datetime(2025, 7, 22, 12, tzinfo=UTC)


@dataclass
class Row:
    code: str
    unit: str
    procedure: str
    channel: str
    received: int
    due: int | None
    finished: int | None
    whole_process: bool


def known_at(deployment: Deployment, as_of: datetime) -> list[Row]:
    """What an honest clerk would know at that moment, without any of the code under test."""
    store = Store.of(deployment)
    moment = int(as_of.timestamp() * 1_000_000)
    raw = [dict(zip(FACT_COLUMNS, row, strict=True)) for chunk in store.fact_rows() for row in chunk]
    store.close()
    return [
        Row(
            row["code"], row["unit"], row["procedure"], row["channel"], row["received_at"], row["due_at"],
            row["finished_at"] if row["finished_at"] is not None and row["finished_at"] <= moment else None,
            bool(row["whole_process"]),
        )
        for row in raw
        if row["received_at"] <= moment
    ]  # fmt: skip


def test_every_unit_has_exactly_the_figures_of_a_plain_count(filled_town: Deployment) -> None:
    rows = known_at(filled_town, AS_OF)
    values = {
        (v.kpi, v.unit): (v.numerator, v.denominator) for v in Measures(filled_town).values(by="unit", as_of=AS_OF)
    }
    for unit in {row.unit for row in rows} | {None}:
        own = [row for row in rows if unit in (None, row.unit)]
        assert (sum(row.channel == "online" for row in own), len(own)) == values["online_share", unit]
        ended = [row for row in own if row.finished is not None and row.due is not None]
        assert (sum(row.finished <= row.due for row in ended), len(ended)) == values["on_time", unit]


def test_procedures_and_months_add_up_to_the_total(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    for by in ("procedure", "month", "unit"):
        values = [value for value in measures.values(["online_share"], by=by) if value.kpi == "online_share"]
        total = next(value for value in values if (value.unit, value.procedure, value.month) == (None, None, None))
        parts = [value for value in values if value is not total]
        assert total.denominator == sum(part.denominator for part in parts)
        assert total.numerator == sum(part.numerator for part in parts)


def test_a_past_day_is_shown_as_it_was_known_then(filled_town: Deployment) -> None:
    late_then = Measures(filled_town).values(["online_share"], as_of=AS_OF)[0]
    assert len(known_at(filled_town, AS_OF)) == late_then.denominator
    assert AS_OF == late_then.as_of


def test_only_cases_since_a_day_count(filled_town: Deployment) -> None:
    since = date(2025, 7, 21)
    value = Measures(filled_town).values(["online_share"], since=since, as_of=AS_OF)[0]
    start = datetime(2025, 7, 21, tzinfo=UTC).timestamp() * 1_000_000
    assert sum(row.received >= start for row in known_at(filled_town, AS_OF)) == value.denominator


def test_the_cases_behind_a_number_are_exactly_as_many(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    value = next(each for each in measures.values(["online_share"], by="unit", as_of=AS_OF) if each.unit == "PA-01")
    pages = {
        part: measures.cases("online_share", unit="PA-01", part=part, as_of=AS_OF, limit=1000)
        for part in ("numerator", "denominator", "rest")
    }
    assert (value.numerator, value.denominator) == (pages["numerator"].total, pages["denominator"].total)
    assert value.denominator - value.numerator == pages["rest"].total == len(pages["rest"].rows)
    assert {"online"} == {row["channel"] for row in pages["numerator"].rows}
    assert {"PA-01"} == {row["unit"] for row in pages["denominator"].rows}


def test_pages_of_cases_neither_repeat_nor_lose_one(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    whole = measures.cases("online_share", as_of=AS_OF, limit=10_000)
    seen = Counter(
        row["code"]
        for offset in range(0, whole.total, 37)
        for row in measures.cases("online_share", as_of=AS_OF, limit=37, offset=offset).rows
    )
    assert whole.total == len(seen) == sum(seen.values())


def test_the_provinces_figure_is_of_all_its_units(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    province = filled_town.settings.deployment.province
    assert measures.cases("online_share").total == measures.cases("online_share", unit=province).total


def test_a_unit_without_cases_is_not_measurable_and_has_no_made_up_zero(town: Deployment) -> None:
    Store.of(town).close()
    value = Measures(town).values(["online_share"])[0]
    assert (0, 0, None) == (value.numerator, value.denominator, value.percent)
    assert {"not_measurable"} == {standing.status.value for standing in Measures(town).standings()}


def test_a_kpi_that_is_not_there_is_an_error(filled_town: Deployment) -> None:
    with pytest.raises(UnknownError, match="no KPI 'nothing'"):
        Measures(filled_town).values(["nothing"])


def test_a_number_too_large_for_the_engine_is_an_error_with_words(filled_town: Deployment) -> None:
    kpi = filled_town.catalog.kpi("online_share").model_copy(
        update={"numerator": "received_at * received_at * received_at > 0"}
    )
    with pytest.raises(DataError, match="cannot be computed"):
        scan(Measures(filled_town).facts, [kpi], Window(None, AS_OF))


def test_facts_are_made_once_and_again_when_a_case_has_come(town: Deployment, store: Store) -> None:
    from pilotkit.cases import Application
    from pilotkit.casework.case_service import CaseService

    first = bring_up_to_date(town, store)
    made = (town.folder / FOLDER / "current.json").stat().st_mtime_ns
    assert first == bring_up_to_date(town, store)
    assert made == (town.folder / FOLDER / "current.json").stat().st_mtime_ns
    CaseService(town, store).receive(Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen"))
    assert 1 == bring_up_to_date(town, store).cases
    assert 1 == Measures(town, store).values(["online_share"], as_of=datetime.now(UTC) + timedelta(days=1))[0].numerator


def test_a_refresh_that_fails_keeps_the_facts_there_were(
    town: Deployment, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_up_to_date(town, store)
    (town.folder / FOLDER / "current.json").write_text("{}")
    monkeypatch.setattr(FactReader, "cases", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring_up_to_date(town, store)
    monkeypatch.undo()
    assert 0 == bring_up_to_date(town, store).cases


def test_figures_say_under_which_definition_and_boundaries_they_were_made(filled_town: Deployment) -> None:
    value = Measures(filled_town).values(["online_share"])[0]
    assert filled_town.catalog.kpi("online_share").definition_hash == value.definition_hash
    assert filled_town.catalog.location_version == value.location_version


def test_as_of_stands_at_the_end_of_what_was_simulated(filled_town: Deployment) -> None:
    assert datetime(2025, 7, 28, 17, tzinfo=UTC) == Measures(filled_town).present()


def test_worst_targets_have_the_widest_gap(filled_town: Deployment) -> None:
    for standing in Measures(filled_town).standings():
        if standing.value.percent is not None and standing.kpi.direction == "up":
            assert float(standing.target.goal - standing.value.percent) == pytest.approx(standing.gap)


def test_percent_is_a_decimal_divided_last(filled_town: Deployment) -> None:
    value = Measures(filled_town).values(["online_share"])[0]
    assert (Decimal(value.numerator) * 100 / value.denominator).quantize(Decimal("0.0001")) == value.percent
