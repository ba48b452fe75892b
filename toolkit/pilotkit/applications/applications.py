"""Applications of citizens, signed in or not: drafts, and sending them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pilotkit.applications.completeness import gaps
from pilotkit.applications.drafts import LIFE, Drafts, digest_of, no_draft
from pilotkit.applications.form_errors import FormError
from pilotkit.applications.form_validation import check_page
from pilotkit.applications.prefill import check_document, page_of, prefilled, with_page
from pilotkit.casework.case_service import CaseService, Clock
from pilotkit.casework.tracking_keys import follow_key
from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import CaseError, UnknownError
from pilotkit.model.access import Authority
from pilotkit.model.application import Draft, Gap, Receipt
from pilotkit.model.case import Application, Case, CaseStatus
from pilotkit.model.form import Form
from pilotkit.model.personal import Attachment, Content, Person
from pilotkit.model.procedure import Channel, Procedure
from pilotkit.payments.fees import Fees, due_at_application, fees_of
from pilotkit.payments.payments import Payments
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault

CITIZEN = "citizen"
"""The actor of everything that is done here."""


class AnswersError(CaseError):
    """Answers do not fit their page; nothing was kept."""

    def __init__(self, page: str, problems: Sequence[FormError]) -> None:
        self.page = page
        self.problems = tuple(problems)
        words = " ".join(f"{each.question}: {each.text}" for each in problems)
        super().__init__(
            f"the answers of page '{page}' do not fit: {words}", remedy="Correct them and send them again."
        )


class IncompleteError(CaseError):
    """A draft is not ready to be sent; it is kept as it is."""

    def __init__(self, missing: Sequence[Gap]) -> None:
        self.missing = tuple(missing)
        words = "; ".join(" ".join(filter(None, (each.part, each.id, each.message))) for each in missing)
        super().__init__(f"the application is not ready to be sent: {words}", remedy="Complete it and send it again.")


class Applications:
    """Drafts and applications of citizens.

    A draft is opened by its secret token and by nothing else.

    Args:
        catalog: procedures, forms and units of the deployment.
        store: where drafts and cases are kept.
        vault: seals what is personal.
        case_service: receives cases.
        payments: asks for the fee.
        clock: returns the aware present.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: Store,
        vault: Vault,
        case_service: CaseService,
        payments: Payments,
        clock: Clock,
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._vault = vault
        self._case_service = case_service
        self._payments = payments
        self._clock = clock
        self._drafts = Drafts(store, vault, clock)

    def start(self, procedure: str, channel: Channel, authority: Authority) -> str:  # noqa: ARG002  # who starts is not kept: who sends is
        """Begin an application; the answer is the draft's secret token, which is kept nowhere.

        Raises:
            UnknownError: no such procedure.
            CaseError: it is not offered through the channel, or not valid today.
            DataError: there are no keys to keep it with.
        """
        found = self._catalog.procedure(procedure)
        if found.offer(channel) is None:
            raise CaseError(
                f"procedure {procedure} is not offered {channel.value}.",
                remedy=f"Use one of: {', '.join(found.offers)}.",
            )
        if not found.is_valid_on(self._today):
            raise CaseError(
                f"procedure {procedure} is not valid on this day.", remedy="Look for the procedure that replaced it."
            )
        return self._drafts.start(found.code, channel)

    def draft(self, token: str) -> Draft:
        """Return what was filled in so far.

        Raises:
            UnknownError: no such draft, or nobody has touched it for 30 days, or it was sent.
        """
        return self._drafts.read(token)

    def form(self, token: str) -> Form | None:
        """Return the form of a draft's procedure; None where nothing is asked besides the person's own details."""
        return self._form(self._catalog.procedure(self.draft(token).procedure))

    def save(self, token: str, page_id: str, answers: Mapping[str, Any]) -> None:
        """Keep the answers of one page, in place of those it had.

        Raises:
            UnknownError: no such draft, or its form has no such page.
            AnswersError: they do not fit; nothing is kept.
        """
        draft = self.draft(token)
        form = self._form(self._catalog.procedure(draft.procedure))
        page = page_of(form, page_id)
        if problems := check_page(page, answers, self._today):
            raise AnswersError(page_id, problems)
        self._drafts.change(token, lambda now: with_page(now, page, answers))

    def save_person(
        self,
        token: str,
        person: Person,
        unit: str,
        helped_at_point: str | None = None,
        *,
        known_as: Person | None = None,
    ) -> None:
        """Keep who applies, which unit decides and where the person is helped; registers answer what they know.

        Args:
            token: of the draft.
            person: as typed.
            unit: which decides.
            helped_at_point: where somebody helps.
            known_as: what a provider says of whoever asks. Registers are asked about them and about nobody else: what
                somebody types as an identity number opens nothing.

        Raises:
            UnknownError: no such draft, unit or point.
        """
        self._catalog.unit(unit)
        if helped_at_point is not None:
            self._catalog.point(helped_at_point)
        known = prefilled(self._catalog, self.draft(token).procedure, person, known_as)
        self._drafts.change(
            token,
            lambda now: {
                "person": person, "unit": unit, "helped_at_point": helped_at_point, "answers": {**known, **now.answers},
            },
        )  # fmt: skip

    def attach(self, token: str, content: Content) -> Attachment:
        """Keep a file with a draft; it becomes the case's when the draft is sent.

        Raises:
            UnknownError: no such draft.
            CaseError: the procedure asks for no such document, or the file may not be kept.
        """
        procedure = self._catalog.procedure(self.draft(token).procedure)
        check_document(procedure, content)
        return self._drafts.attach(token, content.model_copy(update={"kind": "submitted"}))

    def detach(self, token: str, attachment_id: str) -> None:
        """Take a file out of a draft again.

        Raises:
            UnknownError: no such draft or file.
        """
        self._drafts.detach(token, attachment_id)

    def draft_content(self, token: str, attachment_id: str) -> tuple[Attachment, bytes]:
        """One file of a draft, with what is in it.

        Raises:
            UnknownError: no such draft or file.
        """
        return self._drafts.content(token, attachment_id)

    def missing(self, token: str) -> tuple[Gap, ...]:
        """Return what is still to be done before a draft can be sent; empty when it is ready.

        Raises:
            UnknownError: no such draft.
        """
        return tuple(gaps(self._catalog, self.draft(token), self._today))

    def fees(self, procedure: str, channel: Channel, answers: Mapping[str, Any]) -> Fees:
        """Amounts, ``free`` where the source says so, or None where nothing is published: that is not 0.

        Raises:
            UnknownError: no such procedure.
        """
        return fees_of(self._catalog, procedure, channel, answers)

    def submit(self, token: str, authority: Authority) -> Receipt:
        """Send a draft. When this returns, the case is on disk. Sent again within 30 days, the same case comes back.

        Where the fee is certain and a payment connector is chosen, the payment is asked for at once.

        Raises:
            UnknownError: no such draft, and none that was sent.
            IncompleteError: something is missing; the draft stays.
            CaseError: it cannot be received now; the draft stays.
        """
        case = self._sent(token) or self._send(token, authority)
        return Receipt(case=self._store.case(case.code), follow_key=self.follow_key(case.code))

    def receipt(self, token: str) -> Receipt:
        """Return the receipt of a draft that was sent, for 30 days.

        Raises:
            UnknownError: no such draft was sent.
        """
        case = self._sent(token)
        if case is None:
            raise no_draft()
        return Receipt(case=case, follow_key=self.follow_key(case.code))

    def follow_key(self, code: str) -> str:
        """Return the key that opens a case to whoever has it: for the receipt. Ask nobody's leave: the surface has."""
        return follow_key(self._vault, code)

    def purge(self) -> int:
        """Throw away the drafts that nobody has touched for 30 days; how many."""
        return self._drafts.purge()

    @property
    def _now(self) -> datetime:
        return self._clock()

    @property
    def _today(self) -> date:
        return self._now.astimezone(self._catalog.working_time.zone).date()

    def _sent(self, token: str) -> Case | None:
        """Return the case that this draft became; its token is forgotten when a draft would be."""
        case = self._store.submitted(digest_of(token))
        if case is not None and case.received_at + LIFE < self._now:
            raise no_draft()
        return case

    def _send(self, token: str, authority: Authority) -> Case:
        try:
            draft, contents = self._drafts.whole(token)
            case = self._received(token, draft, contents, authority)
        except (CaseError, UnknownError):
            if (earlier := self._sent(token)) is not None:  # the same one was sent a moment ago
                return earlier
            raise
        self._ask_to_pay(case, draft)
        return case

    def _received(self, token: str, draft: Draft, contents: tuple[Content, ...], authority: Authority) -> Case:
        if missing := tuple(gaps(self._catalog, draft, self._today)):
            raise IncompleteError(missing)
        if authority.is_citizen:
            self._drafts.name_owner(token, authority.subject)
        assert draft.unit is not None  # noqa: S101  # nothing is missing
        application = Application(
            procedure=draft.procedure, channel=draft.channel, unit=draft.unit, helped_at_point=draft.helped_at_point,
            actor=CITIZEN, key=digest_of(token), answers=draft.answers, person=draft.person, contents=contents,
            draft_as_of=draft.updated_at,
        )  # fmt: skip
        return self._case_service.receive(application)

    def _ask_to_pay(self, case: Case, draft: Draft) -> None:
        amount = due_at_application(self._catalog, case.procedure, case.channel, draft.answers)
        payments = self._payments
        if amount is not None and draft.channel is Channel.ONLINE and payments.connector is not None:
            name = self._catalog.procedure(case.procedure).name
            reason = name.in_language(self._catalog.settings.deployment.languages[0])
            if case.status is CaseStatus.ACCEPTED:
                payments.request(case.code, CITIZEN, reason, amount)

    def _form(self, procedure: Procedure) -> Form | None:
        return self._catalog.forms.get(procedure.form) if procedure.form else None
