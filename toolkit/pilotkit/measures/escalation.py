"""Who is to be told of which target, by the rules of ``model/kpis/escalations.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pilotkit.model.accountability import Escalation, Occasion
from pilotkit.model.kpi import TargetStatus

if TYPE_CHECKING:
    from pilotkit.catalog.catalog import Catalog
    from pilotkit.measures.target_status import TargetReport
    from pilotkit.model.accountability import EscalationRule, SignOff
    from pilotkit.model.people import Head


def escalations(
    catalog: Catalog, standings: Iterable[TargetReport], signed: Sequence[SignOff], moment: datetime
) -> tuple[Escalation, ...]:
    """Every office that is to be told, of every target that a rule holds for; those it held for longest come first.

    Args:
        catalog: its rules and its heads.
        standings: how targets stand at the moment.
        signed: the sign-offs there are.
        moment: when; its local day counts.
    """
    today = moment.astimezone(catalog.working_time.zone).date()
    told = [
        _escalation(catalog, standing, rule, since)
        for standing in standings
        for rule in catalog.escalations.values()
        if (since := _held_since(standing, rule, signed)) is not None and since <= today
    ]
    return tuple(sorted(told, key=lambda each: (each.since, each.target.unit, each.target.kpi, each.level)))


def _held_since(standing: TargetReport, rule: EscalationRule, signed: Sequence[SignOff]) -> date | None:
    """Return the first day on which the rule held for a target; None where it does not."""
    due = standing.target.due
    if due is None or not _is_occasion(standing, rule, signed):
        return None
    after = due + timedelta(days=rule.days)
    return max(after, due + timedelta(days=1)) if rule.occasion is Occasion.UNSIGNED else after


def _is_occasion(standing: TargetReport, rule: EscalationRule, signed: Sequence[SignOff]) -> bool:
    if rule.occasion is not Occasion.UNSIGNED:
        return standing.status.value == rule.occasion.value
    is_signed = any(each.is_of(standing.target, standing.unit.valid_from) for each in signed)
    return not is_signed and standing.status is not TargetStatus.NOT_MEASURABLE


def _escalation(catalog: Catalog, standing: TargetReport, rule: EscalationRule, since: date) -> Escalation:
    chain = list(_chain(catalog, standing.head))
    told = chain[rule.levels] if rule.levels < len(chain) else None
    return Escalation(
        rule=rule.id, occasion=rule.occasion, target=standing.target, status=standing.status, since=since,
        level=rule.levels, head=standing.head.id if standing.head else None, told=told.id if told else None,
        office=told.office if told else None,
    )  # fmt: skip


def _chain(catalog: Catalog, head: Head | None) -> Iterator[Head]:
    """Yield the head, its superior, the office above that, …; ends where it would turn in a circle."""
    seen: set[str] = set()
    while head is not None and head.id not in seen:
        seen.add(head.id)
        yield head
        head = catalog.heads.get(head.superior) if head.superior else None
