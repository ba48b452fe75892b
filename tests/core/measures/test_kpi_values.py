"""A figure says how complete it is: of what it should be of, how much says what is needed and has reached the facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import Channel, Deployment, Kpi
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.figures import Measures
from pilotkit.measures.kpi_values import KpiQuery, companion_of, completeness_of
from pilotkit.measures.scan import Window, scan
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

WORDS = {"en": "x"}
AS_OF = datetime(2025, 7, 28, 17, tzinfo=UTC)
APPLICATION = Application(procedure="ZZ-101", channel=Channel.ONLINE, unit="PA-01", actor="citizen")


def a_kpi(numerator: str, denominator: str = "TRUE", **more: object) -> Kpi:
    said = {
        "id": "asked", "name": WORDS, "question": WORDS, "numerator_name": WORDS, "denominator_name": WORDS,
        "numerator": numerator, "denominator": denominator, "reference": "r", "certainty": "high",
    }  # fmt: skip
    return Kpi.model_validate(said | more)


@pytest.mark.parametrize(
    ("kpi", "known", "asked"),
    [
        (
            a_kpi("electronic_result", "is_finished AND electronic_result IS NOT NULL"),
            "electronic_result IS NOT NULL",
            "(is_finished)",
        ),
        (
            a_kpi("is_finished", "electronic_result"),
            "electronic_result IS NOT NULL",
            "(electronic_result) IS NOT FALSE",
        ),
        (a_kpi("attributes.paid > 5"), "attributes.paid IS NOT NULL", "(TRUE)"),
        (
            a_kpi("is_enough", "(NOT staff IS NULL) AND minimum IS NOT NULL", of="people"),
            "staff IS NOT NULL AND is_enough IS NOT NULL",
            "(NOT minimum IS NULL)",
        ),
        (
            a_kpi("channel = 'online'", "attributes.a OR attributes.b IS NOT NULL"),
            "attributes.a IS NOT NULL AND attributes.b IS NOT NULL",
            "(attributes.a OR NOT attributes.b IS NULL) IS NOT FALSE",
        ),
    ],
)
def test_who_leaves_out_what_nobody_has_said_is_asked_how_much_that_is(kpi: Kpi, known: str, asked: str) -> None:
    companion = companion_of(kpi)
    assert (known, asked) == (companion.numerator, companion.denominator)
    assert ("share", None, None) == (companion.statistic, companion.weight, companion.value)


@pytest.mark.parametrize("denominator", ["TRUE", "is_finished AND has_deadline", "received_at_point IS NOT NULL"])
def test_what_has_nothing_to_say_is_not_unknown(denominator: str) -> None:
    assert companion_of(a_kpi("channel = 'online'", denominator)) is None


def test_the_share_of_the_cases_that_say_what_is_needed_is_the_completeness(filled_town: Deployment) -> None:
    window, facts = Window(None, AS_OF), Measures(filled_town).facts
    kpis = (a_kpi("electronic_result", "is_finished AND electronic_result IS NOT NULL"), a_kpi("TRUE", "is_finished"))
    question = KpiQuery(kpis, window, facts)
    (group,) = scan(facts, question.asked, window)
    value, of_all = question.values(group.counts, "v")
    assert 0 < value.denominator < of_all.denominator
    assert completeness_of((value.denominator, of_all.denominator)) == value.completeness
    assert Decimal(100) == of_all.completeness


@pytest.mark.parametrize("asks", ["electronic_result IN (TRUE, FALSE)", "electronic_result = electronic_result"])
def test_however_an_expression_leaves_out_the_unknown_its_completeness_is_the_same(
    filled_town: Deployment, asks: str
) -> None:
    question = KpiQuery(
        (a_kpi("TRUE", "electronic_result IS NOT NULL"), a_kpi("TRUE", asks)),
        Window(None, AS_OF), Measures(filled_town).facts,
    )  # fmt: skip
    (group,) = scan(question.facts, question.asked, question.window)
    plain, other = question.values(group.counts, "v")
    assert plain.completeness < 100
    assert (plain.completeness, plain.denominator) == (other.completeness, other.denominator)


def test_where_all_say_what_is_needed_a_figure_is_complete_and_of_nothing_it_is_not(filled_town: Deployment) -> None:
    measures = Measures(filled_town)
    (value,) = measures.values(["online_share"], as_of=AS_OF)
    assert Decimal(100) == value.completeness
    (nothing,) = measures.values(["online_share"], as_of=AS_OF, since=date(2031, 1, 1))
    assert nothing.completeness is None


def test_cases_that_have_not_reached_the_facts_are_missing_from_every_figure(tmp_path) -> None:
    deployment = Deployment(tiny_deployment(tmp_path / "town"))
    store = Store.of(deployment)
    casework = CaseService(deployment, store)
    casework.receive(APPLICATION)
    facts = Measures(deployment, store).facts
    casework.receive(APPLICATION)
    casework.receive(APPLICATION)
    now = datetime.now(UTC) + timedelta(minutes=1)
    with facts.home.working(wait=False):
        (behind,) = Measures(deployment, store).values(["online_share"], as_of=now)
        standing = Measures(deployment, store).standings(now)[0]
    (value,) = Measures(deployment, store).values(["online_share"], as_of=now)
    assert (1, Decimal("33.3333")) == (behind.denominator, behind.completeness)
    assert standing.value.completeness in {None, Decimal("33.3333")}
    assert (3, Decimal(100)) == (value.denominator, value.completeness)
    store.close()


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_what_is_not_whole_never_reads_as_whole(share: int, rows: int) -> None:
    share = min(share, rows)
    found = completeness_of((share, rows))
    assert (found == 100) == (share == rows)
    assert 0 <= Decimal(100 * share) / rows - found < Decimal("0.0001")
