"""What may be ranked, and why the rest may not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pilotkit.trust import MonthlyFigure
from pilotkit_hub.ranking import entries_of, rank

ZONE = ZoneInfo("UTC")


def ranking(*receipts):
    return rank(tuple(entries_of(receipts, "on_time", ZONE)))


def test_what_fits_is_ranked_the_best_first(receipt, figure):
    found = ranking(receipt("PA", figures=(figure(70),)), receipt("PB", figures=(figure(90),)), receipt("PC"))
    assert ["PB", "PC", "PA"] == [entry.receipt.province for entry in found.entries]
    assert () == found.refused


def test_less_is_better_where_the_kpi_says_so(receipt, figure):
    told = (receipt("PA", figures=(figure(70),)), receipt("PB", figures=(figure(90),)))
    found = rank(tuple(entries_of(told, "on_time", ZONE)), "down")
    assert ["PA", "PB"] == [entry.receipt.province for entry in found.entries]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"location_version": "zz@2025-07-01#pc"}, "boundaries"),
        ({"as_of": datetime(2025, 7, 30, 16, 0, tzinfo=UTC)}, "as_of"),
        ({"since": date(2025, 7, 1)}, "period"),
        ({"completeness": Decimal("98.9")}, "completeness"),
        ({"completeness": None}, "completeness"),
        ({"is_simulated": True}, "simulated"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(receipt, changes, reason):
    found = ranking(receipt("PA"), receipt("PB"), receipt("PC", **changes))
    assert ["PB", "PA"] == [entry.receipt.province for entry in found.entries]
    assert [("PC", (reason,))] == [(each.entry.receipt.province, each.reasons) for each in found.refused]


@pytest.mark.parametrize(
    ("changes", "reason"), [({"definition_hash": "other"}, "definition"), ({"minimum": 101}, "minimum")]
)
def test_a_figure_that_does_not_fit_is_refused_with_its_reason(receipt, figure, changes, reason):
    found = ranking(receipt("PA"), receipt("PB"), receipt("PC", figures=(figure(**changes),)))
    assert [(reason,)] == [each.reasons for each in found.refused]


def test_a_figure_whose_own_cases_do_not_say_enough_is_refused_although_all_have_been_counted(receipt, figure):
    unsure = receipt("PC", figures=(figure(completeness=Decimal("61.5")),), completeness=Decimal(100))
    found = ranking(receipt("PA"), receipt("PB"), unsure)
    assert [("PC", ("completeness",))] == [(each.entry.receipt.province, each.reasons) for each in found.refused]


def test_every_reason_is_told_not_only_the_first(receipt, figure):
    odd = receipt("PC", figures=(figure(definition_hash="other"),), completeness=None, since=date(2025, 7, 1))
    found = ranking(receipt("PA"), receipt("PB"), odd)
    assert [("definition", "period", "completeness")] == [each.reasons for each in found.refused]


def a_month(numerator, month="2025-07", unit=None, **changes):
    given = {"kpi": "on_time", "unit": unit, "month": month, "definition_hash": "abc123", "denominator": 40}
    return MonthlyFigure(**given | {"numerator": numerator} | changes)


def test_a_month_is_compared_by_what_is_told_of_all_units_together(receipt):
    told = (
        receipt("PA", monthly=(a_month(30), a_month(40, unit="PA-01"), a_month(10, "2025-06"))),
        receipt("PB", monthly=(a_month(38),), since=date(2025, 6, 1)),
        receipt("PC", monthly=(a_month(39, unit="PC-01"),)),
    )
    found = rank(tuple(entries_of(told, "on_time", ZONE, "2025-07")))
    assert [("PB", 38), ("PA", 30)] == [(each.receipt.province, each.figure.numerator) for each in found.entries]
    assert ((), date(2025, 7, 1)) == (found.refused, found.basis.since)


def test_a_month_of_which_a_receipt_leaves_out_the_beginning_is_not_compared(receipt):
    told = [receipt(each, monthly=(a_month(30),)) for each in ("PA", "PB")]
    late = receipt("PC", monthly=(a_month(30),), since=date(2025, 7, 9))
    found = rank(tuple(entries_of((*told, late), "on_time", ZONE, "2025-07")))
    assert [("PC", ("period",))] == [(each.entry.receipt.province, each.reasons) for each in found.refused]


def test_medians_are_ranked_by_what_they_are_and_not_as_shares(receipt, figure):
    told = [
        receipt(code, figures=(figure(value, rows, statistic="quantile"),))
        for code, value, rows in (("PA", 480, 10), ("PB", 960, 100))
    ]
    found = rank(tuple(entries_of(told, "on_time", ZONE)), "down")
    assert [("PA", 480), ("PB", 960)] == [(each.receipt.province, each.figure.amount) for each in found.entries]
    assert [None, None] == [each.figure.percent for each in found.entries]


def test_a_share_that_cannot_be_is_no_figure(figure):
    for numerator in (500, -5):
        with pytest.raises(ValidationError, match=f"cannot be {numerator} of 100"):
            figure(numerator, 100)


def test_many_deployments_of_one_province_do_not_outvote_the_others(receipt, figure):
    odd = [receipt("PC", deployment=f"d{n}", figures=(figure(definition_hash="odd"),)) for n in range(3)]
    found = ranking(receipt("PA"), receipt("PB"), *odd)
    assert ["PB", "PA"] == [each.receipt.province for each in found.entries]


def test_a_median_is_not_ranked_among_shares(receipt, figure):
    found = ranking(receipt("PA"), receipt("PB"), receipt("PC", figures=(figure(7000, statistic="quantile"),)))
    assert [("PC", ("definition",))] == [(each.entry.receipt.province, each.reasons) for each in found.refused]


def test_nothing_is_ranked_of_nothing():
    assert (None, (), ()) == (ranking().basis, ranking().entries, ranking().refused)


@given(
    rows=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from("ab"), st.booleans()), max_size=12)
)
def test_every_figure_is_either_ranked_or_refused(receipt, figure, rows):
    told = [
        receipt("PA", is_simulated=simulated, figures=(figure(min(part, whole), whole, definition_hash=definition),))
        for part, whole, definition, simulated in rows
    ]
    found = ranking(*told)
    assert len(told) == len(found.entries) + len(found.refused)
    assert len({entry.basis for entry in found.entries}) <= 1
    shares = [entry.figure.share for entry in found.entries]
    assert sorted(shares, reverse=True) == shares
    assert all(each.reasons for each in found.refused)
