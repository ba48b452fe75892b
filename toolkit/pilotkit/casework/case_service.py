"""The verbs that move a case. Each is one event; what a case is now is what its events made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from pilotkit.casework.application_sealer import ApplicationSealer
from pilotkit.casework.case_codes import CaseCodes
from pilotkit.casework.case_state import changes_between
from pilotkit.casework.clocks import Clocks, pauses_of
from pilotkit.casework.jurisdiction import unit_of
from pilotkit.casework.transitions import check, check_last_step, next_step
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError
from pilotkit.model.case import Application, Case, CaseEvent, CaseStatus, EventKind
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Channel, Offer, Procedure
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault

Clock = Callable[[], datetime]
"""Returns the aware present."""


def system_clock() -> datetime:
    """Return the aware present of the machine."""
    return datetime.now(UTC)


class CaseService:
    """The verbs of one deployment.

    Each checks what it is asked and stores state, event and an outbox row in one transaction; plugins are told from
    the outbox (:func:`pilotkit.casework.event_delivery.deliver`).
    Every verb but :meth:`receive` takes the case's code and ``actor``: the office or role that does it, never a
    person's name. Each raises :class:`UnknownError` where there is no such case and :class:`CaseError` where the case
    cannot take the verb now, or somebody else was quicker.

    Args:
        deployment: whose procedures and rules hold.
        store: where cases are kept.
        clock: answers with the aware present.
        vault: seals what applications say of people; None: with the keys of the environment.
    """

    def __init__(
        self,
        deployment: Deployment,
        store: Store,
        clock: Clock = system_clock,
        vault: Vault | None = None,
    ) -> None:
        self._deployment = deployment
        self._catalog = deployment.catalog
        self._store = store
        self._clock = clock
        self._sealer = ApplicationSealer(vault or Vault.deferred())
        self._digests: dict[str, tuple[Procedure, str]] = {}

    def receive(self, application: Application) -> Case:
        """Take an application in. When this returns, the case is on disk, and with it the person, answers and files.

        An application with a key that was taken in before gets the case that it became then; nothing new is stored.

        Raises:
            UnknownError: the procedure, unit or point is not in the catalog.
            CaseError: the procedure is not offered through the channel or not valid today, or its handler finds the
                answers wrong, or a file may not be kept.
            DataError: it says who applies, and there are no keys to keep that with.
        """
        if application.key is not None and (earlier := self._store.submitted(application.key)):
            return _same(application, earlier)
        now = self._clock()
        procedure = self._catalog.procedure(application.procedure)
        offer = self._offer(procedure, application.channel, now)
        self._check_places(application)
        self._check_answers(application)
        application = self._sealer.checked(application)
        clocks = self._clocks(procedure, application.channel, now)
        due, norm = clocks.legal(), clocks.norm()
        digest = self._digest(procedure)
        with self._store.receiving() as receiving:
            case = Case(
                code=self._codes.make(now, receiving.next_number),
                procedure=procedure.code,
                procedure_version=procedure.version,
                procedure_digest=digest,
                channel=application.channel,
                status=CaseStatus.ACCEPTED,
                step=procedure.steps[0].id if procedure.steps else None,
                unit=application.unit,
                unit_from=self._catalog.unit(application.unit).valid_from,
                received_at_point=application.received_at_point,
                helped_at_point=application.helped_at_point,
                whole_process=application.channel is Channel.ONLINE and bool(offer.whole_process),
                received_at=now,
                due_at=due,
                norm_due_at=norm,
                promised_at=due,
            )
            receiving.add(
                case, _receipt(case, application.actor), application.key, self._sealer.sealed(application, case),
                application.draft_as_of,
            )  # fmt: skip
        return case

    def advance(self, code: str, actor: str, *, to: str | None = None, facts: frozenset[str] = frozenset()) -> Case:
        """Go on to the next step.

        Args:
            code: the case.
            actor: who does it.
            to: the id of the step; may be left out where only one is open.
            facts: what holds for this case; a transition with a guard is open when its guard is among them.
        """
        moving = self._moving(code, EventKind.ADVANCED)
        step = next_step(self._store.procedure(moving.case.procedure_digest), moving.case, to, facts)
        return self._settle(moving, actor, None, status=CaseStatus.PROCESSING, step=step)

    def request_supplement(self, code: str, actor: str, reason: str) -> Case:
        """Ask the person for what is missing. The first request stops both clocks; a later one does not."""
        moving = self._moving(code, EventKind.SUPPLEMENT_REQUESTED)
        asked = moving.case.supplements + 1
        since = moving.now if asked == 1 else None
        return self._settle(
            moving, actor, reason, status=CaseStatus.SUPPLEMENT_REQUESTED, supplements=asked, waiting_since=since
        )

    def request_payment(self, code: str, actor: str, reason: str) -> Case:
        """Ask the person to pay; both clocks stand until then."""
        moving = self._moving(code, EventKind.PAYMENT_REQUESTED)
        return self._settle(moving, actor, reason, status=CaseStatus.PAYMENT_REQUESTED, waiting_since=moving.now)

    def stop(self, code: str, actor: str, reason: str) -> Case:
        """Stop for a reason that lies outside the office, such as a dispute; both clocks stand until it is resumed."""
        moving = self._moving(code, EventKind.STOPPED)
        return self._settle(moving, actor, reason, status=CaseStatus.STOPPED, waiting_since=moving.now)

    def resume(self, code: str, actor: str) -> Case:
        """Go on after waiting. Both deadlines move by what the clocks stood."""
        moving = self._moving(code, EventKind.RESUMED)
        case = moving.case
        procedure = self._store.procedure(case.procedure_digest)
        clocks = self._clocks(procedure, case.channel, case.received_at)
        pauses = pauses_of(moving.events, moving.now)
        due = clocks.legal(pauses)
        promised = due if case.promised_at == case.due_at else case.promised_at
        return self._settle(
            moving, actor, None, status=CaseStatus.PROCESSING, waiting_since=None,
            due_at=due, norm_due_at=clocks.norm(pauses), promised_at=promised,
        )  # fmt: skip

    def extend_with_apology(self, code: str, actor: str, reason: str, until: datetime) -> Case:
        """Promise another day, with an apology. The legal deadline stays: a late case stays late.

        Raises:
            CaseError: also when the new day is not after now and after the one promised before.
        """
        moving = self._moving(code, EventKind.EXTENDED)
        earlier = max(moving.now, moving.case.promised_at or moving.now)
        if until <= earlier:
            raise CaseError(
                f"the new appointment of case '{code}' is not after {earlier:%Y-%m-%d %H:%M} UTC.",
                remedy="Promise a later time.",
            )
        return self._settle(moving, actor, reason, promised_at=until)

    def transfer(self, code: str, actor: str, reason: str, unit: str) -> Case:
        """Hand the case to the unit that decides instead, such as from commune to province. The clocks go on.

        Raises:
            UnknownError: also when there is no such unit.
            CaseError: also when the unit has it already.
        """
        moving = self._moving(code, EventKind.TRANSFERRED)
        taker = self._catalog.unit(unit)
        if unit_of(self._catalog, moving.case) == taker:
            raise CaseError(f"case '{code}' is with {taker.name} already.")
        return self._settle(moving, actor, reason, unit=taker.code, unit_from=taker.valid_from)

    def migrate(self, code: str, actor: str) -> Case:
        """Put an open case under its procedure as it is now, where that says ``on_change: migratable``.

        Its step stays; both deadlines are reckoned anew from its receipt, less what the clocks stood.

        Raises:
            CaseError: also when the case is under that version already, the procedure does not let cases go over, or
                has no such step any longer.
        """
        moving = self._moving(code, EventKind.MIGRATED)
        case, procedure = moving.case, self._catalog.procedure(moving.case.procedure)
        digest = self._digest(procedure)
        if procedure.on_change != "migratable" or digest == case.procedure_digest:
            raise CaseError(f"case '{code}' keeps the version of {procedure.code} that it was received under.")
        if case.step is not None and case.step not in {step.id for step in procedure.steps}:
            raise CaseError(
                f"case '{code}' is at step '{case.step}', which {procedure.code} no longer has.",
                remedy="Move the case on first, or keep the step in the new version.",
            )
        clocks = self._clocks(procedure, case.channel, case.received_at)
        pauses = pauses_of(moving.events, moving.now)
        due = clocks.legal(pauses)
        return self._settle(
            moving, actor, None, procedure_version=procedure.version, procedure_digest=digest, due_at=due,
            norm_due_at=clocks.norm(pauses), promised_at=due if case.promised_at == case.due_at else case.promised_at,
        )  # fmt: skip

    def refuse(self, code: str, actor: str, reason: str) -> Case:
        """Close a case that cannot be taken or granted; the person is told why."""
        moving = self._moving(code, EventKind.REFUSED)
        return self._settle(moving, actor, reason, status=CaseStatus.REFUSED, finished_at=moving.now)

    def withdraw(self, code: str, actor: str, reason: str) -> Case:
        """Close a case because the person wants it back."""
        moving = self._moving(code, EventKind.WITHDRAWN)
        return self._settle(
            moving, actor, reason, status=CaseStatus.WITHDRAWN, finished_at=moving.now, waiting_since=None
        )

    def finish(self, code: str, actor: str) -> Case:
        """Close a case with its result.

        Raises:
            CaseError: also when its procedure has steps that are still to be done.
        """
        moving = self._moving(code, EventKind.FINISHED)
        check_last_step(self._store.procedure(moving.case.procedure_digest), moving.case)
        return self._settle(moving, actor, None, status=CaseStatus.FINISHED, finished_at=moving.now)

    def return_result(self, code: str, actor: str) -> Case:
        """Hand the result to the person."""
        moving = self._moving(code, EventKind.RETURNED)
        return self._settle(moving, actor, None, status=CaseStatus.RETURNED, returned_at=moving.now)

    def _moving(self, code: str, kind: EventKind) -> _Moving:
        events = self._store.events(code)
        case = self._store.case(code)  # read after its events: who was quicker in between has taken the next number
        check(case, kind)
        return _Moving(case, events, kind, max(self._clock(), events[-1].at))

    def _settle(self, moving: _Moving, actor: str, reason: str | None, **fields: PlainData) -> Case:
        after = moving.case.model_copy(update=fields)
        event = CaseEvent(
            case=after.code, number=moving.events[-1].number + 1, kind=moving.kind, at=moving.now, actor=actor,
            reason=reason, changes=changes_between(moving.case, after),
        )  # fmt: skip
        self._store.change(after, event)
        return after

    @cached_property
    def _codes(self) -> CaseCodes:
        return CaseCodes(self._deployment)

    def _digest(self, procedure: Procedure) -> str:
        """Return what names the procedure as it is now; found out once for as long as the catalog is the same."""
        known = self._digests.get(procedure.code)
        if known is None or known[0] is not procedure:
            known = self._digests[procedure.code] = (procedure, self._store.keep_procedures([procedure])[0])
        return known[1]

    def _clocks(self, procedure: Procedure, channel: Channel, received: datetime) -> Clocks:
        return Clocks(self._catalog.working_time, procedure, channel, received)

    def _check_answers(self, application: Application) -> None:
        handler = self._catalog.handlers.get(application.procedure)
        if handler is not None and (wrong := handler.validate(application.answers)):
            raise CaseError(
                f"the application for {application.procedure} cannot be taken: {' '.join(wrong)}",
                remedy="Correct the answers.",
            )

    def _check_places(self, application: Application) -> None:
        self._catalog.unit(application.unit)
        for point in (application.received_at_point, application.helped_at_point):
            if point is not None:
                self._catalog.point(point)

    def _offer(self, procedure: Procedure, channel: Channel, now: datetime) -> Offer:
        offer = procedure.offer(channel)
        if offer is None:
            raise CaseError(
                f"procedure {procedure.code} is not offered {channel.value}.",
                remedy=f"Use one of: {', '.join(procedure.offers)}.",
            )
        if not procedure.is_valid_on(now.astimezone(self._catalog.working_time.zone).date()):
            raise CaseError(
                f"procedure {procedure.code} is not valid on this day.",
                remedy="Look for the procedure that replaced it.",
            )
        return offer


def _receipt(case: Case, actor: str) -> CaseEvent:
    changes = changes_between(None, case)
    return CaseEvent(
        case=case.code, number=1, kind=EventKind.RECEIVED, at=case.received_at, actor=actor, changes=changes
    )


def _same(application: Application, earlier: Case) -> Case:
    """Return the case of a submission that comes again, if it is the same."""
    asked, given = ((each.procedure, each.channel) for each in (application, earlier))
    if asked != given:
        raise CaseError(
            f"the key '{application.key}' belongs to case '{earlier.code}', which is for another procedure or channel.",
            remedy="Choose a new key for each submission.",
        )
    return earlier


@dataclass(frozen=True)
class _Moving:
    """A case on its way from one state to the next."""

    case: Case
    events: tuple[CaseEvent, ...]
    kind: EventKind
    now: datetime
    """Never before the event before it, even where a clock was set back."""
