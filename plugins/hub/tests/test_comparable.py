"""What may be ranked, and why the rest may not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit_hub.comparable import entries_of, rank

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


def test_every_reason_is_told_not_only_the_first(receipt, figure):
    odd = receipt("PC", figures=(figure(definition_hash="other"),), completeness=None, since=date(2025, 7, 1))
    found = ranking(receipt("PA"), receipt("PB"), odd)
    assert [("definition", "period", "completeness")] == [each.reasons for each in found.refused]


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
    shares = [entry.share for entry in found.entries]
    assert sorted(shares, reverse=True) == shares
    assert all(each.reasons for each in found.refused)
