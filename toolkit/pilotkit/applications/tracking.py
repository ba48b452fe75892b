"""Tracking of a case: opened by the key on its receipt, or by the citizen who sent it signed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from pilotkit.casework.case_service import CaseService, Clock
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.casework.tracking_keys import is_follow_key
from pilotkit.casework.transitions import check
from pilotkit.errors import CaseError, UnknownError
from pilotkit.model.access import Authority
from pilotkit.model.application import Followed, Milestone, Rating, Score, Tracked
from pilotkit.model.case import Case, CaseStatus, EventKind
from pilotkit.model.payment import Payment
from pilotkit.model.personal import Attachment, Content, PersonalFile
from pilotkit.model.procedure import Procedure
from pilotkit.payments.payments import Payments
from pilotkit.storage import application_store as kept
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Sealed, Vault

CITIZEN = "citizen"
RATING_CHANGES = timedelta(days=7)
"""How long a rating may be changed after it was first given."""
MAX_WORDS = 4000
"""The most characters of a note, a reason or a comment."""
SCORES = range(1, 6)
NOTE = "note"
"""The document that words typed by the person are kept as."""
_DONE = frozenset({CaseStatus.FINISHED, CaseStatus.RETURNED})
_FOLLOWING = "follows the case"


class CaseTracking:
    """Cases as citizens follow them.

    A case is opened by the key on its receipt, or by the citizen who was signed in when it was sent. For everybody else
    there is no such case: the error is the same as for a code that does not exist.

    Args:
        store: where cases and ratings are kept.
        vault: checks keys, seals what is written.
        case_service: moves cases.
        personal_files: opens files and logs each access.
        payments: asks whether money has arrived.
        clock: returns the aware present.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        case_service: CaseService,
        personal_files: PersonalFiles,
        payments: Payments,
        clock: Clock,
    ) -> None:
        self._store = store
        self._vault = vault
        self._case_service = case_service
        self._personal_files = personal_files
        self._payments = payments
        self._clock = clock

    def track(self, code: str) -> Tracked:
        """Return where a case stands, without anything personal: no reasons, since they may tell.

        Raises:
            UnknownError: no such case.
        """
        try:
            case = self._store.case(code)
        except UnknownError:
            raise _no_case(code) from None
        milestones = tuple(Milestone(kind=each.kind.value, at=each.at) for each in self._store.events(code))
        fields = case.model_dump(include=set(Tracked.model_fields))
        return Tracked(**fields, is_late=case.is_late(self._now), milestones=milestones)

    def mine(self, authority: Authority, most: int = 50) -> tuple[Case, ...]:
        """Return the cases that a citizen sent signed in, the newest first."""
        if not authority.is_citizen:
            return ()
        with self._store.read_session() as session:
            codes = kept.cases_owned(session, authority.subject, most)
        return tuple(self._store.case(code) for code in codes)

    def follow(self, code: str, follow_key: str, authority: Authority) -> Followed:
        """Return the whole of a case; the access is logged. A result shows when the case is finished, not before.

        Raises:
            UnknownError: no such case, or it is not theirs.
        """
        case = self._own(code, follow_key, authority)
        return Followed(
            case=case,
            events=self._store.events(code),
            file=self._file(case),
            payment=self._payments.of(code),
            rating=self._rating(code),
        )

    def answer_supplement(
        self, code: str, follow_key: str, authority: Authority, contents: Sequence[Content], note: str = ""
    ) -> Case:
        """Hand in what the office asked for; the clocks go on.

        Raises:
            UnknownError: no such case, or it is not theirs.
            CaseError: nothing was asked for, nothing is handed in, or a file may not be kept.
        """
        case = self._own(code, follow_key, authority)
        if case.status is not CaseStatus.SUPPLEMENT_REQUESTED:
            raise CaseError(f"nothing was asked for in case '{code}'.", remedy="Follow it to see where it stands.")
        sent = [each.model_copy(update={"kind": "submitted"}) for each in contents]
        if note.strip():
            sent.append(_words(note, "note"))
        if not sent:
            raise CaseError("nothing was handed in.", remedy="Send a file, or say why there is none.")
        self._check_documents(case, contents)
        self._personal_files.attach(code, sent, CITIZEN)
        return self._case_service.resume(code, CITIZEN)

    def withdraw(self, code: str, follow_key: str, authority: Authority, reason: str) -> Case:
        """Withdraw the application. The reason goes into the personal file: events are kept in clear for ever.

        Raises:
            UnknownError: no such case, or it is not theirs.
            CaseError: it has ended already.
        """
        case = self._own(code, follow_key, authority)
        check(case, EventKind.WITHDRAWN)
        if reason.strip():
            self._personal_files.attach(code, [_words(reason, "withdrawal")], CITIZEN)
        return self._case_service.withdraw(code, CITIZEN, "at the applicant's own request")

    def results(self, code: str, follow_key: str, authority: Authority) -> tuple[Attachment, ...]:
        """Return the files of the result; empty until the case is finished.

        Raises:
            UnknownError: no such case, or it is not theirs.
        """
        file = self._file(self._own(code, follow_key, authority))
        return tuple(each for each in file.attachments if each.kind == "result") if file else ()

    def content(self, code: str, follow_key: str, authority: Authority, attachment_id: str) -> tuple[Attachment, bytes]:
        """Return one file: handed in, or the result once the case is finished.

        Raises:
            UnknownError: no such case or file, or it is not theirs.
        """
        case = self._own(code, follow_key, authority)
        attachment, data = self._personal_files.content(code, attachment_id, CITIZEN, _FOLLOWING)
        if not _is_shown(attachment, case):
            raise UnknownError(f"case '{code}' has no such file.", remedy="Open it from the case's own page.")
        return attachment, data

    def collect(self, code: str, follow_key: str, authority: Authority) -> Case:
        """Take the result that came as files: the case counts as returned. Taken again, nothing changes.

        Raises:
            UnknownError: no such case, or it is not theirs.
            CaseError: there is no result to take here.
        """
        case = self._own(code, follow_key, authority)
        if case.status is CaseStatus.RETURNED:
            return case
        if not self.results(code, follow_key, authority):
            raise CaseError(f"case '{code}' has no result to take here.", remedy="Wait for it, or ask the office.")
        return self._case_service.return_result(code, CITIZEN)

    def payment(self, code: str, follow_key: str, authority: Authority) -> Payment | None:
        """Return what is to be paid, and how; None where nothing was asked for.

        Raises:
            UnknownError: no such case, or it is not theirs.
        """
        self._own(code, follow_key, authority)
        return self._payments.of(code)

    def check_payment(self, code: str, follow_key: str, authority: Authority) -> Payment | None:
        """Ask whether the money has arrived; when all has, the case goes on.

        Raises:
            UnknownError: no such case, or it is not theirs.
        """
        self._own(code, follow_key, authority)
        return self._payments.check(code)

    def rate(self, code: str, follow_key: str, authority: Authority, score: int, comment: str = "") -> None:
        """Rate a case once it has ended; within 7 days the rating can be changed.

        Raises:
            UnknownError: no such case, or it is not theirs.
            CaseError: it has not ended, the 7 days are over, or the score is not from 1 to 5.
        """
        case = self._own(code, follow_key, authority)
        if case.finished_at is None:
            raise CaseError(f"case '{code}' has not ended, so it cannot be rated yet.", remedy="Come back when it has.")
        if score not in SCORES:
            raise CaseError("a score is a whole number from 1 to 5.", remedy="Choose one of them.")
        sealed = self._vault.seal(_bounded(comment).encode(errors="replace"), kept.rating_place(code))
        with self._store.write_session() as session:
            row = session.get(kept.RatingRow, code, with_for_update=True)
            if row is not None and row.at + RATING_CHANGES < self._now:
                raise CaseError(
                    f"the rating of case '{code}' can no longer be changed: {RATING_CHANGES.days} days are over.",
                    remedy="Tell the office by its hotline.",
                )
            given = kept.RatingRow(
                case_code=code, score=score, key_id=sealed.key_id, comment=sealed.data,
                at=row.at if row is not None else self._now, changed_at=self._now,
            )  # fmt: skip
            session.merge(given)

    def ratings(self, since: datetime, until: datetime) -> tuple[Score, ...]:
        """Return every rating first given between two aware instants: no words, no person."""
        with self._store.read_session() as session:
            return kept.scores_between(session, since, until)

    def procedure(self, case: Case) -> Procedure:
        """Return the version of the procedure that a case was received under."""
        return self._store.procedure(case.procedure_digest)

    @property
    def _now(self) -> datetime:
        return self._clock()

    def _own(self, code: str, follow_key: str, authority: Authority) -> Case:
        """Return the case, for whoever may open it; the key is checked first, so that no answer comes sooner."""
        may_open = is_follow_key(self._vault, code, follow_key)
        if not may_open and authority.is_citizen:
            with self._store.read_session() as session:
                may_open = kept.is_owner(session, code, authority.subject)
        try:
            case = self._store.case(code)
        except UnknownError:
            case = None
        if case is None or not may_open:
            raise _no_case(code)
        return case

    def _file(self, case: Case) -> PersonalFile | None:
        try:
            file = self._personal_files.file(case.code, CITIZEN, _FOLLOWING)
        except UnknownError:
            return None
        shown = [each for each in file.attachments if _is_shown(each, case)]
        return file.model_copy(update={"attachments": tuple(shown)})

    def _rating(self, code: str) -> Rating | None:
        with self._store.read_session() as session:
            row = session.get(kept.RatingRow, code)
        if row is None:
            return None
        comment = self._vault.open(Sealed(row.key_id, row.comment), kept.rating_place(code)).decode()
        return Rating(case=code, score=row.score, comment=comment, at=row.at, changed_at=row.changed_at)

    def _check_documents(self, case: Case, contents: Sequence[Content]) -> None:
        known = {each.id for each in self._store.procedure(case.procedure_digest).documents} | {"other"}
        for each in contents:
            if each.document not in known:
                raise CaseError(
                    f"procedure {case.procedure} asks for no document '{each.document}'.",
                    remedy=f"Send one of: {', '.join(sorted(known))}.",
                )


def _is_shown(attachment: Attachment, case: Case) -> bool:
    """Results when they are signed; never what an office took over from another case: who applies is only claimed."""
    return attachment.kind == "submitted" or (attachment.kind == "result" and case.status in _DONE)


def _words(text: str, name: str) -> Content:
    """Return what a person typed, as a file of the case: sealed as everything of theirs."""
    seen = "".join("\ufffd" if unicodedata.category(mark) == "Cc" and mark not in "\t\r\n" else mark for mark in text)
    data = _bounded(seen).encode(errors="replace")
    return Content(document=NOTE, name=f"{name}.txt", media_type="text/plain", data=data)


def _bounded(text: str) -> str:
    if len(text) > MAX_WORDS:
        raise CaseError(f"this has more than {MAX_WORDS} characters.", remedy="Say it in fewer words.")
    return text


def _no_case(code: str) -> UnknownError:
    """Return the very same words whether there is no case or it is somebody else's."""
    return UnknownError(
        f"there is no case '{code}' that this key opens.", remedy="Check the code and the key on the receipt."
    )
