"""The officer's desk: everything that is done with cases, within one's permissions and one's units."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol

from pilotkit.casework import permissions as permits
from pilotkit.casework import transitions, workload
from pilotkit.casework.case_service import CaseService, Clock
from pilotkit.casework.definitions import Definitions
from pilotkit.casework.jurisdiction import owners_of
from pilotkit.casework.permissions import is_of, step_of
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.casework.remaining_time import countdowns, remaining
from pilotkit.casework.tracking_keys import follow_key
from pilotkit.casework.work_list import AssignedWork
from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import CaseError, PilotkitError, RefusedError, UnknownError
from pilotkit.model.access import Authority
from pilotkit.model.application import Receipt
from pilotkit.model.case import Application, Case, CaseEvent, EventKind
from pilotkit.model.payment import Payment
from pilotkit.model.personal import Attachment, Content, FileRead, PersonalFile
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Procedure
from pilotkit.model.work_item import CappedCount, Countdown, Group, Outcome, WorkList, WorkListQuery, Workload
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault

MANY = 100
"""Cases of one bulk action."""
_LOG = logging.getLogger(__name__)


class PaymentRequests(Protocol):
    """Asks for amounts (:class:`pilotkit.payments.payments.Payments`, a floor above)."""

    def request(self, code: str, actor: str, reason: str, amount: Decimal) -> Payment:
        """Ask for an amount; the case waits until it has arrived."""


class OfficerDesk:
    """What one officer may do, with the cases of the officer's own units and with no others.

    Every method raises :class:`RefusedError` where the permission is missing and :class:`UnknownError` where there is
    no such case in these units, whether or not there is one elsewhere.

    Args:
        authority: the account, with its permissions and units.
        catalog: units, points and working time.
        store: where cases are kept.
        vault: makes the keys on receipts.
        case_service: moves cases.
        personal_files: opens personal files and logs each access.
        payments: asks for amounts.
        definitions: the versions of procedures that cases were received under.
        clock: returns the aware present.
    """

    def __init__(
        self,
        authority: Authority,
        *,
        catalog: Catalog,
        store: Store,
        vault: Vault,
        case_service: CaseService,
        personal_files: PersonalFiles,
        payments: PaymentRequests,
        definitions: Definitions,
        clock: Clock,
    ) -> None:
        self.authority = authority
        self._catalog = catalog
        self._store = store
        self._vault = vault
        self._case_service = case_service
        self._personal_files = personal_files
        self._payments = payments
        self._definitions = definitions
        self._clock = clock
        self._work = AssignedWork(catalog, store, definitions, clock)

    @property
    def actor(self) -> str:
        """What events say of who did it: the login, which names a desk."""
        return self.authority.subject

    def work_list(self, wanted: WorkListQuery, page: int = 1, size: int = 50) -> WorkList:
        """One page of the cases to work on, the first due first; ended ones the last ended first.

        Args:
            wanted: what it is narrowed to.
            page: from 1 to :data:`pilotkit.casework.work_list.LAST_PAGE`; ``wanted.after`` goes on further.
            size: lines a page, at most 200.

        Raises:
            UnknownError: also where there is no such status, procedure, unit or cursor.
        """
        self._permit(permits.READ)
        return self._work.page(self.authority, wanted, page, size)

    def counts(self, wanted: WorkListQuery, groups: Sequence[Group] = tuple(Group)) -> dict[Group, CappedCount]:
        """How many cases lie on each heap, with everything in ``wanted`` but its status."""
        self._permit(permits.READ)
        return self._work.counts(self.authority, wanted, groups)

    def case(self, code: str) -> Case:
        """One case."""
        self._permit(permits.READ)
        return self._mine(code)

    def procedure(self, case: Case) -> Procedure:
        """Return the definition that a case was received under."""
        return self._definitions.of(self._checked(case).procedure_digest)

    def history(self, code: str) -> tuple[CaseEvent, ...]:
        """Everything that happened to a case, in order."""
        self.case(code)
        return self._store.events(code)

    def file(self, code: str, reason: str) -> PersonalFile:
        """Return the personal file; the look at it is written down with its reason."""
        self.case(code)
        return self._personal_files.file(code, self.actor, reason)

    def content(self, code: str, attachment_id: str, reason: str) -> tuple[Attachment, bytes]:
        """One file of a case; the look at it is written down with its reason."""
        self.case(code)
        return self._personal_files.content(code, attachment_id, self.actor, reason)

    def clock(self, case: Case) -> Countdown:
        """Return the case's legal clock as it stands now."""
        time = self._catalog.working_time
        return countdowns((self._checked(case),), time, self._clock())[0]

    def could_end(self, case: Case) -> datetime | None:
        """When the rest of the work on a case would be done if it went on now: what an apology may promise.

        None where no hours are known of the steps still to come.
        """
        needed = remaining(self.procedure(case), case.step)
        time = self._catalog.working_time
        hours = Decimal(str(needed / timedelta(hours=1)))
        return time.after(self._clock(), hours) if needed else None

    def is_mine(self, case: Case) -> bool:
        """Whether the case stands at a step of one's own role: reason enough to look at its file."""
        return case.finished_at is None and is_of(self.authority, step_of(self.procedure(case), case))

    def reads(self, code: str) -> tuple[FileRead, ...]:
        """Who has looked at the personal file, and why. Wants ``case.assign`` or ``case.sign``."""
        self._permit(permits.ASSIGN, permits.SIGN)
        self.case(code)
        return self._personal_files.reads(code)

    def attach(self, code: str, contents: Sequence[Content]) -> tuple[Attachment, ...]:
        """Add scans to an open case, or its results; who did is written down. Wants a permission to work on cases.

        A result is added by whose step it is, and after the end by who may sign.

        Raises:
            CaseError: also where the case has ended and the files are no results, or where they may not be kept.
        """
        self._permit(*permits.WORKING)
        case = self._mine(code)
        if case.finished_at is not None and any(each.kind != "result" for each in contents):
            raise CaseError(f"case '{code}' has ended, so nothing more is submitted to it.", remedy="Open a new one.")
        if any(each.kind == "result" for each in contents) and not (
            self.is_mine(case) or self.authority.may(permits.SIGN)
        ):
            raise RefusedError(
                f"{self.actor} may not add a result to case '{code}'.",
                remedy="Leave it to whoever has the step, or who signs.",
            )
        return self._personal_files.attach(code, contents, self.actor)

    def cases_of(self, identity_number: str) -> tuple[Case, ...]:
        """Return a person's cases in these units, the newest first; each is a look, and is written down.

        Wants ``case.receive`` or a step's permission.
        """
        found = self._cases_of(identity_number)
        self._personal_files.note_search([case.code for case in found], self.actor)
        return found

    def _cases_of(self, identity_number: str) -> tuple[Case, ...]:
        self._permit(*permits.WORKING)
        found = (self._store.case(code) for code in self._personal_files.cases_of(identity_number))
        return tuple(case for case in found if self._has(case))

    def duplicates(self, identity_number: str, procedure: str) -> tuple[Case, ...]:
        """Return a person's open cases for the same procedure in these units."""
        cases = self.cases_of(identity_number)
        return tuple(case for case in cases if case.procedure == procedure and case.finished_at is None)

    def reusable(self, identity_number: str, document: str, reason: str) -> tuple[tuple[str, Attachment], ...]:
        """Return what a person has handed in of a document before, in cases of these units: code and attachment."""
        mine = frozenset(case.code for case in self._cases_of(identity_number))
        return self._personal_files.reusable(identity_number, document, self.actor, reason, mine) if mine else ()

    def receive(self, application: Application) -> Case:
        """Take an application in at one's own point, for whichever unit decides. Wants ``case.receive``.

        Raises:
            UnknownError: also where the point that receives is not in these units.
            CaseError: as :meth:`CaseService.receive`.
        """
        self._permit(permits.RECEIVE)
        point = application.received_at_point
        units = {application.unit} if point is None else {self._catalog.point(point).unit}
        if not units <= self.authority.units:
            raise UnknownError(
                f"there is no service point '{point or application.unit}' in your units.", remedy="Receive at your own."
            )
        key = application.key and sha256(f"{self.actor} {application.key}".encode()).hexdigest()
        return self._case_service.receive(application.model_copy(update={"actor": self.actor, "key": key}))

    def take_in(self, application: Application) -> Receipt:
        """Take an application in as :meth:`receive` does; also the key with which the person follows the case."""
        case = self.receive(application)
        return Receipt(case=case, follow_key=follow_key(self._vault, case.code))

    def reuse(self, code: str, source: str, attachment_id: str, reason: str) -> Attachment:
        """Put a copy of what the same person handed in with another case into this one; both looks are written down.

        The copy is the office's: whoever follows the case is not shown it, since who they are is what they typed.

        Raises:
            CaseError: also where the cases are not the same person's.
        """
        target, origin = self.file(code, reason).person, self.file(source, reason).person
        if not target.identity_number or target.identity_number != origin.identity_number:
            raise CaseError(
                f"the cases '{code}' and '{source}' are not known to be the same person's.",
                remedy="Ask for the document, or enter the identity number of both.",
            )
        copy = self.copy_of(source, attachment_id, reason).model_copy(update={"kind": "reused"})
        return self.attach(code, [copy])[0]

    def copy_of(self, source: str, attachment_id: str, reason: str) -> Content:
        """Return a file of another case, ready to be handed in again; the look at it is written down."""
        attachment, data = self.content(source, attachment_id, reason)
        return Content(document=attachment.document, name=attachment.name, media_type=attachment.media_type, data=data)

    def possible(self, case: Case) -> tuple[EventKind, ...]:
        """Return what may happen to a case now and is one's own to do."""
        procedure = self.procedure(case)
        step = step_of(procedure, case)
        kinds = [each for each in transitions.possible(case.status) if self._may(each, case, procedure)]
        goes_on = step is not None and bool(step.then)
        unfit = {EventKind.FINISHED if goes_on else EventKind.ADVANCED}
        return tuple(kind for kind in kinds if kind not in unfit)

    def act(
        self,
        code: str,
        kind: EventKind,
        *,
        reason: str | None = None,
        to: str | None = None,
        until: datetime | None = None,
        unit: str | None = None,
        facts: frozenset[str] = frozenset(),
        amount: Decimal | None = None,
    ) -> Case:
        """Move a case by one verb.

        Args:
            code: the case.
            kind: any but ``received``.
            reason: why, in words for the person; every verb that asks, refuses or postpones wants it.
            to: the next step, where there is a choice.
            until: the new appointment of an extension.
            unit: where a transfer goes; it may lie outside one's own units.
            facts: what holds for this case, for the guards of its steps.
            amount: what is to be paid, where a payment is asked for; None: the person pays at the counter.

        Raises:
            CaseError: the case cannot take the verb now, or something that it wants is missing.
        """
        case = self._mine(code)
        if not self._may(kind, case, self._definitions.of(case.procedure_digest)):
            raise RefusedError(
                f"{self.actor} may not do this to case '{code}': {kind.value.replace('_', ' ')}.",
                remedy="Ask whoever's step it is, or the supervisor.",
            )
        given = {"reason": reason, "to": to, "until": until, "unit": unit, "facts": facts}
        if kind not in _VERBS:
            raise CaseError(f"case '{code}' has been received already.", remedy="Choose what happens to it next.")
        name, wanted, optional = _VERBS[kind]
        if missing := [each for each in wanted if not given[each]]:
            raise CaseError(f"case '{code}': no {missing[0]} was given.", remedy=_REMEDIES[missing[0]])
        if kind is EventKind.PAYMENT_REQUESTED and amount is not None:
            self._payments.request(code, self.actor, reason or "", amount)
            return self._store.case(code)
        verb: Any = getattr(self._case_service, name)
        moved: Case = verb(code, self.actor, **{each: given[each] for each in (*wanted, *optional)})
        return moved

    def act_on(self, codes: Iterable[str], kind: EventKind, **given: PlainData) -> tuple[Outcome, ...]:
        """Move many cases by the same verb; what becomes of one does not touch the others.

        Args:
            codes: at most :data:`MANY`; one that stands twice is moved once.
            kind: as :meth:`act`.
            given: as :meth:`act`.

        Raises:
            CaseError: they are too many. What is wrong with one of them is in its outcome.
        """
        asked = tuple(dict.fromkeys(codes))
        if len(asked) > MANY:
            raise CaseError(f"{len(asked)} cases are too many at once.", remedy=f"Choose {MANY} at most.")
        return tuple(self._outcome(code, kind, given) for code in asked)

    def outlook(self, hours: Decimal = Decimal(16)) -> Workload:
        """Return what is late, and what will be: due within ``hours`` working hours or with more work left than time.

        Wants ``case.assign``, ``case.sign`` or ``kpi.read``, beside ``case.read``.
        """
        self._permit(permits.READ)
        self._permit(permits.ASSIGN, permits.SIGN, "kpi.read")
        return workload.look_ahead(
            self._catalog, self._store, self._definitions, self.authority.units, hours, self._clock()
        )

    def _outcome(self, code: str, kind: EventKind, given: dict[str, Any]) -> Outcome:
        try:
            self.act(code, kind, **given)
        except PilotkitError as problem:
            return Outcome(code=code, problem=str(problem))
        except Exception:  # noqa: BLE001  # a bug met by one case must not leave the rest undone and unreported
            _LOG.exception("case %s could not be moved among others", code)
            return Outcome(code=code, problem="Something went wrong here; the log of the server has it.")
        return Outcome(code=code)

    def _permit(self, *permissions: str) -> None:
        if not self.authority.permissions.intersection(permissions):
            raise RefusedError(
                f"{self.actor} has no permission {' or '.join(sorted(permissions))}.",
                remedy="Ask for a role that has it.",
            )

    def _mine(self, code: str) -> Case:
        self._permit(permits.READ, *permits.WORKING)
        return self._checked(self._store.case(code))

    def _checked(self, case: Case) -> Case:
        if not self._has(case):
            raise UnknownError(f"there is no case '{case.code}' here.", remedy="Check the code on the receipt.")
        return case

    def _has(self, case: Case) -> bool:
        return bool(owners_of(self._catalog, case) & self.authority.units)

    def _may(self, kind: EventKind, case: Case, procedure: Procedure) -> bool:
        return permits.may(self.authority, kind, case, procedure)


_VERBS: dict[EventKind, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    EventKind.ADVANCED: ("advance", (), ("to", "facts")),
    EventKind.SUPPLEMENT_REQUESTED: ("request_supplement", ("reason",), ()),
    EventKind.PAYMENT_REQUESTED: ("request_payment", ("reason",), ()),
    EventKind.RESUMED: ("resume", (), ()),
    EventKind.EXTENDED: ("extend_with_apology", ("reason", "until"), ()),
    EventKind.TRANSFERRED: ("transfer", ("reason", "unit"), ()),
    EventKind.STOPPED: ("stop", ("reason",), ()),
    EventKind.REFUSED: ("refuse", ("reason",), ()),
    EventKind.WITHDRAWN: ("withdraw", ("reason",), ()),
    EventKind.FINISHED: ("finish", (), ()),
    EventKind.RETURNED: ("return_result", (), ()),
}
"""The verb of each event, what it wants and what it may take."""
_REMEDIES = {
    "reason": "Say why, in words for the person.",
    "until": "Name the new day and time.",
    "unit": "Choose the unit that takes it.",
}
