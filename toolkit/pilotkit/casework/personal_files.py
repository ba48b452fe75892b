"""The personal side of cases: what people said and sent, and who has looked at it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pilotkit.casework.attachment_types import check_number, checked_all
from pilotkit.errors import CaseError
from pilotkit.model.personal import Attachment, Content, FileRead, PersonalFile
from pilotkit.storage import personal_store as personal
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault

MAX_REASON = 500
"""The most characters that a reason may have."""
CITIZEN = "citizen"
"""The reader who follows their own case."""
_ONE_LOOK = timedelta(hours=1)
_ADDED, _SOUGHT = "added this file", "looked for the person's cases"


class PersonalFiles:
    """The personal files of one deployment. Whoever reads says who they are and why, and that is kept.

    A look is written down in the transaction that reads; only when that is on disk is anything decrypted and given out.

    Args:
        store: where cases are kept.
        vault: opens what is in them.
        clock: answers with the aware present.
    """

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    def file(self, case_code: str, reader: str, reason: str) -> PersonalFile:
        """Return what a case knows of the person. A page that the person leaves open is one look an hour.

        Args:
            case_code: which case.
            reader: the login, or ``citizen``.
            reason: why, in words.

        Raises:
            UnknownError: the case keeps no personal file.
            CaseError: no reason is given.
            DataError: it does not open with the keys of this server.
        """
        read = self._look(case_code, reader, reason, "file")
        with self._store.write_session() as session:
            sealed = personal.sealed_file(session, case_code)
            if not (reader == CITIZEN and personal.has_looked(session, read, read.at - _ONE_LOOK)):
                personal.log_reads(session, [read])
        return sealed.open(self._vault)

    def content(self, case_code: str, attachment_id: str, reader: str, reason: str) -> tuple[Attachment, bytes]:
        """One file of a case, with what is in it.

        Raises:
            UnknownError: the case has no such file.
            CaseError: no reason is given.
            DataError: it does not open with the keys of this server.
        """
        read = self._look(case_code, reader, reason, attachment_id)
        with self._store.write_session() as session:
            sealed = personal.sealed_attachment(session, case_code, attachment_id)
            personal.log_reads(session, [read])
        return sealed.open(self._vault), sealed.open_content(self._vault)

    def attach(self, case_code: str, contents: Sequence[Content], by: str) -> tuple[Attachment, ...]:
        """Add files to a case: all of them or none; who added them is kept beside who looked.

        Args:
            case_code: which case.
            contents: the files.
            by: the login, or ``citizen``.

        Raises:
            UnknownError: no such case.
            CaseError: one may not be kept, or they are too many.
        """
        found = personal.seal_attachments(self._vault, case_code, checked_all(contents), self._clock())
        with self._store.write_session() as session:
            already = personal.count_attachments(session, case_code)
            check_number(already + len(found))
            personal.keep_attachments(
                DriverStatements.of(session.connection()), [sealed for _, sealed in found], already + 1
            )
            personal.log_reads(session, [self._look(case_code, by, _ADDED, each.id) for each, _ in found])
        return tuple(attachment for attachment, _ in found)

    def reads(self, case_code: str) -> tuple[FileRead, ...]:
        """Every look at a case's file, the earliest first.

        Raises:
            UnknownError: no such case.
        """
        with self._store.read_session() as session:
            return personal.reads_of(session, case_code)

    def cases_of(self, identity_number: str) -> tuple[str, ...]:
        """Return the codes of a person's cases, the newest first."""
        with self._store.read_session() as session:
            return personal.cases_with(session, personal.identity_indexes(self._vault, identity_number))

    def note_search(self, case_codes: Sequence[str], reader: str) -> None:
        """Write down that somebody looked for a person and was told of these cases."""
        if case_codes:
            with self._store.write_session() as session:
                personal.log_reads(session, [self._look(each, reader, _SOUGHT, "person") for each in case_codes])

    def reusable(
        self, identity_number: str, document: str, reader: str, reason: str, among: frozenset[str]
    ) -> tuple[tuple[str, Attachment], ...]:
        """Return what a person handed in of a document before, or got as a result: the newest case first.

        Args:
            identity_number: whose.
            document: the id of the document.
            reader: the login, or ``citizen``.
            reason: why, in words. Each file that is named counts as looked at.
            among: the codes of the cases that the reader may see; others are not opened.

        Raises:
            CaseError: no reason is given.
            DataError: one does not open with the keys of this server.
        """
        indexes = personal.identity_indexes(self._vault, identity_number)
        self._look("", reader, reason, "")
        with self._store.write_session() as session:
            kept = (each for each in personal.attachments_with(session, indexes) if each.case_code in among)
            found = [(each.case_code, each.open(self._vault)) for each in kept]
            wanted = tuple(pair for pair in found if pair[1].document == document)
            personal.log_reads(session, [self._look(case, reader, reason, each.id) for case, each in wanted])
        return wanted

    def _look(self, case_code: str, reader: str, reason: str, part: str) -> FileRead:
        reason = reason.strip()
        if not reason:
            raise CaseError(
                f"nobody looks at a personal file without a reason; {reader} gave none.", remedy="Say in words why."
            )
        if len(reason) > MAX_REASON or any(unicodedata.category(mark) in {"Cc", "Cs"} for mark in reason):
            raise CaseError(
                f"a reason has {MAX_REASON} characters at most, in one line.", remedy="Say it in fewer words."
            )
        return FileRead(at=self._clock(), case=case_code, reader=reader, reason=reason, part=part)
