"""A head signs the figure he answers for; what was signed stays, and is held against what is counted later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError, DataError, RefusedError, UnknownError
from pilotkit.measures.measures import Measures
from pilotkit.measures.scan import Window
from pilotkit.measures.target_status import TargetReport, figures, stand
from pilotkit.model.access import Authority
from pilotkit.model.accountability import SignOff
from pilotkit.model.kpi import KpiValue, Target
from pilotkit.model.people import Head
from pilotkit.storage.signoff_store import add_sign_off, last_of, next_number, sign_offs
from pilotkit.storage.store import Store

PERMISSION = "kpi.sign"


def _system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class SignedFigure:
    """What was signed, beside what the same figure, as of the same instant, is by all that is known now."""

    signed: SignOff
    current: KpiValue | None
    """None where the KPI or the unit is no longer there."""

    @property
    def difference(self) -> Decimal | None:
        """Points by which the figure now differs from what was signed; None where one of them says nothing."""
        signed, now = self.signed.value.percent, self.current.percent if self.current else None
        return None if signed is None or now is None else now - signed

    @property
    def has_changed(self) -> bool:
        """Whether other cases are counted now."""
        if self.current is None:
            return True
        return (self.signed.numerator, self.signed.denominator) != (self.current.numerator, self.current.denominator)

    @property
    def is_redefined(self) -> bool:
        """Whether the KPI counts something else than it did."""
        return self.current is None or self.current.definition_hash != self.signed.definition_hash

    @property
    def has_other_boundaries(self) -> bool:
        """Whether units have changed since."""
        return self.current is None or self.current.location_version != self.signed.location_version


class SignOffs:
    """The sign-offs of one deployment.

    Args:
        deployment: whose targets.
        store: where cases and sign-offs are kept.
        clock: answers with the aware present.
    """

    def __init__(self, deployment: Deployment, store: Store, clock: Callable[[], datetime] = _system_clock) -> None:
        self._deployment = deployment
        self._catalog = deployment.catalog
        self._store = store
        self._clock = clock

    def sign(
        self,
        authority: Authority,
        kpi: str,
        unit: str,
        *,
        due: date | None = None,
        as_of: datetime | None = None,
        seen: tuple[int, int] | None = None,
        remark: str | None = None,
    ) -> SignOff:
        """Sign the figure of a target. When this returns, it is on disk and the audit chain vouches for it.

        Signing the same figure as of the same instant once more gives the sign-off that is there.

        Args:
            authority: who signs: an account with ``kpi.sign`` of the unit whose head answers for the target.
            kpi: the target's KPI.
            unit: the target's unit.
            due: the target's due date, where there are several targets of the KPI in the unit.
            as_of: the instant whose figure was shown; absent: now.
            seen: the numerator and denominator that were shown; others are refused.
            remark: what the head has to say to it.

        Raises:
            UnknownError: there is no such target.
            RefusedError: it is not for this authority to sign.
            CaseError: the figure is no longer what was shown.
            DataError: there are too few cases, so there is no figure; or the instant has not come.
        """
        target = self._target(kpi, unit, due)
        standing = self._standing(target, as_of)
        head = self._check_signer(authority, standing)
        _check_figure(standing, seen)
        with self._store.write_session() as session:
            signed = self._signed(next_number(session), standing, head, authority, remark)
            last = last_of(session, kpi, unit, standing.unit.valid_from)
            if last is not None and _says_the_same(last, signed):
                return last
            add_sign_off(session, signed)
        return signed

    def history(self, kpi: str | None = None, unit: str | None = None) -> tuple[SignOff, ...]:
        """Every sign-off in order, or those of one KPI, or of units with one code."""
        return sign_offs(self._store, kpi, unit)

    def compared(self, signed: Iterable[SignOff]) -> tuple[SignedFigure, ...]:
        """Sign-offs beside what the same figures are now; those of the same window share one scan."""
        chosen = tuple(signed)
        together: dict[Window, list[SignOff]] = {}
        for each in chosen:
            if each.kpi in self._catalog.kpis and self._catalog.lineage.named(each.unit, each.unit_from):
                together.setdefault(Window(each.assigned, each.as_of), []).append(each)
        current = {number: value for window, group in together.items() for number, value in self._now(window, group)}
        return tuple(SignedFigure(each, current.get(each.number)) for each in chosen)

    def _now(self, window: Window, group: list[SignOff]) -> list[tuple[int, KpiValue]]:
        lineage = self._catalog.lineage
        units = [lineage.named(each.unit, each.unit_from) for each in group]
        asked = [(self._catalog.kpi(each.kpi), unit) for each, unit in zip(group, units, strict=True) if unit]
        found = figures(self._catalog, self._measures.facts, window, asked)
        return [(each.number, figure.value) for each, figure in zip(group, found, strict=True)]

    @property
    def _measures(self) -> Measures:
        return Measures(self._deployment, self._store)

    def _target(self, kpi: str, unit: str, due: date | None) -> Target:
        found = [
            each
            for each in self._catalog.targets
            if (each.kpi, each.unit, each.unit_from) == (kpi, unit, None) and due in {None, each.due}
        ]
        if not found:
            raise UnknownError(
                f"there is no target of '{kpi}' for unit '{unit}'{f' due {due}' if due else ''}.",
                remedy="Name one that stands in local/targets.csv.",
            )
        if len(found) > 1:
            days = ", ".join(str(each.due) for each in found)
            raise UnknownError(
                f"there are {len(found)} targets of '{kpi}' for unit '{unit}', due {days}.",
                remedy="Say which is meant.",
            )
        return found[0]

    def _standing(self, target: Target, as_of: datetime | None) -> TargetReport:
        measures = self._measures
        present = measures.present(self._clock())
        if as_of is not None and as_of > present:
            raise DataError(
                f"nothing can be signed as of {as_of:%Y-%m-%d %H:%M}, which has not come.", remedy="Sign what is there."
            )
        return stand(self._catalog, measures.facts, [target], as_of or present)[0]

    def _check_signer(self, authority: Authority, standing: TargetReport) -> Head:
        head = standing.head
        if head is None or head.valid_to is not None:
            raise RefusedError(
                f"nobody answers for '{standing.target.kpi}' of {standing.unit.name}, so nobody can sign it.",
                remedy="Name the head in local/targets.csv.",
            )
        if not authority.may(PERMISSION) or authority.unit != head.unit:
            raise RefusedError(
                f"'{standing.target.kpi}' of {standing.unit.name} is for {head.office} to sign.",
                remedy=f"Sign in with an account of unit {head.unit} whose role has the permission {PERMISSION}.",
            )
        return head

    def _signed(
        self, number: int, standing: TargetReport, head: Head, authority: Authority, remark: str | None
    ) -> SignOff:
        target, value, unit = standing.target, standing.value, standing.unit
        return SignOff(
            number=number, kpi=target.kpi, scheme=unit.scheme, unit=unit.code, unit_from=unit.valid_from,
            goal=target.goal, assigned=target.assigned, due=target.due, head=head.id, office=head.office,
            status=standing.status, numerator=value.numerator, denominator=value.denominator, minimum=value.minimum,
            definition_hash=value.definition_hash, location_version=value.location_version, as_of=value.as_of,
            completeness=value.completeness, apportioned=value.apportioned,
            simulated=self._measures.simulated_until is not None, signed_by=authority.subject,
            signed_at=self._clock(), remark=remark,
        )  # fmt: skip


def _check_figure(standing: TargetReport, seen: tuple[int, int] | None) -> None:
    value = standing.value
    if not value.is_measurable:
        raise DataError(
            f"'{value.kpi}' of {standing.unit.name} is not measurable: of {value.denominator} cases, where at least "
            f"{value.minimum} are needed.",
            remedy="There is no figure to sign yet.",
        )
    if seen is not None and seen != (value.numerator, value.denominator):
        raise CaseError(
            f"the figure is {value.numerator} of {value.denominator} now, not {seen[0]} of {seen[1]} as it was shown.",
            remedy="Look at it again, and sign what is there.",
        )


def _says_the_same(earlier: SignOff, now: SignOff) -> bool:
    apart = {"number", "signed_at"}
    return earlier.model_dump(exclude=apart) == now.model_dump(exclude=apart)
