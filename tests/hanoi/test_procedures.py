"""The procedures that Hanoi's pilot brings into the package, read as the deployment reads them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pilotkit import Deadline, DeadlineUnit, Offer, Procedure, Source
from pilotkit.catalog.tree import DeploymentTree
from pilotkit.data import Domain, LifeEvent, Role

HANOI = Path(__file__).resolve().parents[2] / "examples" / "hanoi"
NAMED_BY_THE_PILOT = (
    "1.001193",  # birth registration
    "1.004222",  # permanent residence
    "3.000333",  # criminal record
    "1.011441",  # secured transaction
    "2.000986",  # birth, residence and health insurance for a child under 6
    "2.000815",  # certified copy
)
FIRST_ON_THE_HOME_PAGE = [
    "having-a-child",
    "residence",
    "marriage-family",
    "papers",
    "land-housing",
    "business",
    "criminal-record",
    "bereavement",
]
HOURS_A_UNIT = {
    DeadlineUnit.WORKING_DAYS: Decimal(8),
    DeadlineUnit.CALENDAR_DAYS: Decimal(8) * 5 / 7,
    DeadlineUnit.WORKING_HOURS: Decimal(1),
}
BOTH = {"vi", "en"}


@pytest.fixture(scope="module")
def tree() -> DeploymentTree:
    return DeploymentTree(HANOI)


@pytest.fixture(scope="module")
def procedures(tree: DeploymentTree) -> dict[str, Procedure]:
    return {procedure.code: procedure for procedure in tree.procedures()}


@pytest.fixture(scope="module")
def offers(procedures: dict[str, Procedure]) -> dict[str, Offer]:
    return {
        f"{procedure.code} {channel}": offer
        for procedure in procedures.values()
        for channel, offer in procedure.offers.items()
    }


def working_hours(deadline: Deadline) -> Decimal:
    return HOURS_A_UNIT[deadline.unit] * deadline.amount


def test_there_are_at_least_120_procedures(procedures: dict[str, Procedure]) -> None:
    assert len(procedures) >= 120


def test_about_100_are_redesigned_first(procedures: dict[str, Procedure]) -> None:
    assert 90 <= sum(procedure.focus for procedure in procedures.values()) <= 110


def test_a_focus_that_nobody_published_says_so(procedures: dict[str, Procedure]) -> None:
    silent = [p.code for p in procedures.values() if p.focus and p.note is None]
    assert [] == silent


def test_everything_is_said_in_vietnamese_and_english(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        texts = [procedure.name, procedure.summary, procedure.note, *procedure.eligibility]
        texts += [text for document in procedure.documents for text in (document.name, document.condition)]
        texts += [step.name for step in procedure.steps]
        texts += [result.name for result in procedure.results]
        assert all(set(text.languages) == BOTH for text in texts if text is not None), procedure.code


def test_every_focus_procedure_has_a_summary_and_the_words_people_use(procedures: dict[str, Procedure]) -> None:
    silent = [p.code for p in procedures.values() if p.focus and not (p.summary and p.terms)]
    assert [] == silent


def test_a_domain_a_life_event_and_a_source_exist_for_every_procedure(
    tree: DeploymentTree, procedures: dict[str, Procedure]
) -> None:
    domains = tree.listed(Domain, "model/knowledge/domains.yaml")
    events = tree.listed(LifeEvent, "model/knowledge/life_events.yaml")
    sources = tree.listed(Source, "model/evidence/sources.yaml")
    for procedure in procedures.values():
        assert procedure.domain in domains, procedure.code
        assert set(procedure.life_events) <= set(events), procedure.code
        assert procedure.reference in sources, procedure.code


def test_every_step_is_done_by_a_role_that_exists(tree: DeploymentTree, procedures: dict[str, Procedure]) -> None:
    roles = tree.listed(Role, "model/people/roles.yaml")
    used = {step.role for procedure in procedures.values() for step in procedure.steps}
    assert set() == used - set(roles)


def test_no_domain_and_no_life_event_stands_empty(tree: DeploymentTree, procedures: dict[str, Procedure]) -> None:
    domains = set(tree.listed(Domain, "model/knowledge/domains.yaml"))
    events = set(tree.listed(LifeEvent, "model/knowledge/life_events.yaml"))
    assert domains == {procedure.domain for procedure in procedures.values()}
    assert events == {event for procedure in procedures.values() for event in procedure.life_events}


def test_the_home_page_starts_with_the_eight_life_events_of_the_design(tree: DeploymentTree) -> None:
    events = list(tree.listed(LifeEvent, "model/knowledge/life_events.yaml"))
    assert FIRST_ON_THE_HOME_PAGE == events[:8]


def test_a_deadline_stays_below_three_months(offers: dict[str, Offer]) -> None:
    long = [key for key, offer in offers.items() if offer.deadline and working_hours(offer.deadline) > 65 * 8]
    assert [] == long


def test_a_figure_that_is_not_known_is_absent_and_never_zero(
    procedures: dict[str, Procedure], offers: dict[str, Offer]
) -> None:
    amounts = [fee.amount for offer in offers.values() if isinstance(offer.fees, tuple) for fee in offer.fees]
    assert min(amounts) >= 1000
    assert () not in [offer.fees for offer in offers.values()]
    assert 0 not in [procedure.documents_published for procedure in procedures.values()]


def test_the_offices_own_norms_fit_within_every_legal_deadline(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        limits = [working_hours(offer.deadline) for offer in procedure.offers.values() if offer.deadline]
        spent = sum((step.hours or Decimal(0) for step in procedure.steps), Decimal(0))
        assert all(spent <= limit for limit in limits), procedure.code
        assert limits or not spent, procedure.code


def test_every_step_is_marked_synthetic_and_the_last_one_ends_the_case(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        assert {"synthetic"} == {step.certainty for step in procedure.steps}, procedure.code
        assert [] == [step.id for step in procedure.steps[:-1] if not step.then], procedure.code
        assert procedure.steps[-1].then == (), procedure.code


def test_every_procedure_asks_for_a_form_and_gives_a_result(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        assert "form" in {document.kind for document in procedure.documents}, procedure.code
        assert procedure.results, procedure.code


def test_at_least_a_fifth_are_whole_process_online_and_none_claims_it_with_high_certainty(
    procedures: dict[str, Procedure],
) -> None:
    argued = [
        procedure
        for procedure in procedures.values()
        if any(offer.whole_process is not None for offer in procedure.offers.values())
    ]
    whole = [p for p in argued if any(offer.whole_process for offer in p.offers.values())]
    assert len(whole) >= 0.2 * len(procedures)
    assert "high" not in {procedure.certainty for procedure in argued}


@pytest.mark.parametrize("code", NAMED_BY_THE_PILOT)
def test_a_procedure_that_the_pilot_names_is_written_in_full(procedures: dict[str, Procedure], code: str) -> None:
    procedure = procedures[code]
    assert procedure.focus
    assert procedure.eligibility
    assert len(procedure.documents) >= 3
    assert len(procedure.steps) >= 4
    assert all(result.code for result in procedure.results)


def test_three_authorities_work_on_one_application_for_a_child(procedures: dict[str, Procedure]) -> None:
    roles = {step.role for step in procedures["2.000986"].steps}
    assert {"processing-officer", "police-officer", "insurance-officer"} <= roles


def test_a_deadline_without_a_unit_in_the_source_is_of_medium_certainty(procedures: dict[str, Procedure]) -> None:
    deadlines = [offer.deadline for offer in procedures["1.001193"].offers.values()]
    assert [Deadline(amount=1, unit=DeadlineUnit.WORKING_DAYS, certainty="medium")] * 2 == deadlines
