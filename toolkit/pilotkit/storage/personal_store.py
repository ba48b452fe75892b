"""The store of personal files, attachments and their access log; all content is sealed before it is written."""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Row, Table, UniqueConstraint, func, select
from sqlmodel import Field, Session, SQLModel

from pilotkit.errors import UnknownError
from pilotkit.model.personal import Attachment, Content, FileRead, Person, PersonalFile
from pilotkit.model.plain_data import PlainData
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.tables import CASES, Instant, Key
from pilotkit.storage.vault import Sealed, Vault


class PersonalFileRow(SQLModel, table=True):
    """The personal file of one case."""

    __tablename__ = "personal_files"
    __table_args__ = (
        Index("personal_files_by_key", "key_id"),
        Index("personal_files_by_identity", "identity_index"),
    )

    case_code: str = Field(primary_key=True, foreign_key="cases.code")
    key_id: str
    identity_index: str | None = None
    """The keyed index of the identity number, under the same key; None where the person has none."""
    sealed: bytes = Field(sa_type=LargeBinary)
    """Person and answers as JSON."""


class AttachmentRow(SQLModel, table=True):
    """One attachment of a case."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("case_code", "number", name="one_attachment_a_number"),
        Index("attachments_by_key", "key_id"),
    )

    id: str = Field(primary_key=True)
    """A random id, so that it cannot be guessed."""
    case_code: str = Field(foreign_key="cases.code")
    number: int
    """Its number among the case's attachments, from 1."""
    key_id: str
    about: bytes = Field(sa_type=LargeBinary)
    """The attachment's description as JSON, sealed because a file name may hold a person's."""
    content: bytes = Field(sa_type=LargeBinary)


class FileReadRow(SQLModel, table=True):
    """One logged access to a personal file; never updated or deleted."""

    __tablename__ = "file_reads"
    __table_args__ = (Index("file_reads_by_case", "case_code", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    case_code: str = Field(foreign_key="cases.code")
    at: datetime = Field(sa_type=Instant)
    reader: str
    reason: str
    part: str


FILES: Table = PersonalFileRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
ATTACHMENTS: Table = AttachmentRow.__table__  # type: ignore[attr-defined]  # the same
READS: Table = FileReadRow.__table__  # type: ignore[attr-defined]  # the same


@dataclass(frozen=True)
class SealedAttachment:
    """An attachment as it is stored."""

    id: str
    case_code: str
    about: Sealed
    content: bytes | None = None
    """The content, under the same key; None where only the description was read."""

    def open(self, vault: Vault) -> Attachment:
        """Decrypt the description.

        Raises:
            DataError: it does not open here.
        """
        return Attachment.model_validate_json(vault.open(self.about, about_place(self.case_code, self.id)))

    def open_content(self, vault: Vault) -> bytes:
        """Decrypt the content, which must have been read.

        Raises:
            DataError: it does not open here.
        """
        sealed = Sealed(self.about.key_id, self.content or b"")
        return vault.open(sealed, content_place(self.case_code, self.id))


@dataclass(frozen=True)
class SealedFile:
    """The personal file of a case as it is stored."""

    case_code: str
    person: Sealed
    identity_index: str | None
    attachments: tuple[SealedAttachment, ...]

    def open(self, vault: Vault) -> PersonalFile:
        """Decrypt person and answers.

        Raises:
            DataError: it does not open here.
        """
        said = json.loads(vault.open(self.person, file_place(self.case_code)))
        return PersonalFile(
            person=Person(**said["person"]),
            answers=said["answers"],
            attachments=tuple(each.open(vault) for each in self.attachments),
        )


def file_place(case_code: str) -> str:
    """Return the vault place of a case's person and answers."""
    return f"personal_files/{case_code}"


def about_place(case_code: str, attachment_id: str) -> str:
    """Return the vault place of an attachment's description."""
    return f"attachments/{case_code}/{attachment_id}/about"


def content_place(case_code: str, attachment_id: str) -> str:
    """Return the vault place of an attachment's content."""
    return f"attachments/{case_code}/{attachment_id}/content"


def identity_indexes(vault: Vault, identity_number: str) -> tuple[str, ...]:
    """Return the index of an identity number under each key, the newest first. Only letters and digits count."""
    plain = unicodedata.normalize("NFKC", identity_number).casefold()
    bare = "".join(mark for mark in plain if mark.isalnum())
    return vault.indexes(bare, "identity") if bare else ()


def identity_index(vault: Vault, identity_number: str | None) -> str | None:
    """Return the index of an identity number under the newest key; None where there is no number."""
    return next(iter(identity_indexes(vault, identity_number or "")), None)


def seal_file(
    vault: Vault,
    case_code: str,
    person: Person,
    answers: dict[str, PlainData],
    contents: Sequence[Content],
    at: datetime,
) -> SealedFile:
    """Seal the personal file of a case that is about to be stored.

    Args:
        vault: the vault whose first key seals.
        case_code: the code of the case.
        person: the applicant.
        answers: the answers to the form; a value without a JSON type is stored as its text.
        contents: the checked attachments.
        at: the aware instant of receipt.
    """
    said = json.dumps({"person": person.model_dump(mode="json"), "answers": answers}, default=str)
    return SealedFile(
        case_code=case_code,
        person=vault.seal(said.encode(), file_place(case_code)),
        identity_index=identity_index(vault, person.identity_number),
        attachments=tuple(sealed for _, sealed in seal_attachments(vault, case_code, contents, at)),
    )


def seal_attachments(
    vault: Vault, case_code: str, contents: Iterable[Content], at: datetime
) -> list[tuple[Attachment, SealedAttachment]]:
    """Seal attachments; return each with the description that names it from now on."""
    return [_sealed_attachment(vault, case_code, content, at) for content in contents]


def _sealed_attachment(
    vault: Vault, case_code: str, content: Content, at: datetime
) -> tuple[Attachment, SealedAttachment]:
    attachment = Attachment(
        id=secrets.token_hex(16), kind=content.kind, document=content.document, name=content.name,
        media_type=content.media_type, size=len(content.data), digest=hashlib.sha256(content.data).hexdigest(), at=at,
    )  # fmt: skip
    about = vault.seal(attachment.model_dump_json().encode(), about_place(case_code, attachment.id))
    data = vault.seal(content.data, content_place(case_code, attachment.id)).data
    return attachment, SealedAttachment(attachment.id, case_code, about, data)


def keep_file(statements: DriverStatements, file: SealedFile) -> None:
    """Store the personal file of a case that the same transaction has stored."""
    columns = ("case_code", "key_id", "identity_index", "sealed")
    statements.insert(
        "personal_files", columns, (file.case_code, file.person.key_id, file.identity_index, file.person.data)
    )
    keep_attachments(statements, file.attachments)


def keep_attachments(statements: DriverStatements, attachments: Sequence[SealedAttachment], first: int = 1) -> None:
    """Store attachments of a case.

    Args:
        statements: of the transaction.
        attachments: the sealed attachments.
        first: the number of the first of them among the case's attachments.
    """
    columns = ("id", "case_code", "number", "key_id", "about", "content")
    for number, each in enumerate(attachments, start=first):
        values = (each.id, each.case_code, number, each.about.key_id, each.about.data, each.content)
        statements.insert("attachments", columns, values)


def count_attachments(session: Session, case_code: str) -> int:
    """Return the number of attachments of a case, and lock the case until the transaction ends.

    Raises:
        UnknownError: no such case.
    """
    case = select(CASES.c.id).where(CASES.c.code == case_code).with_for_update(key_share=True)
    if session.scalar(case) is None:
        raise _no_case(case_code)
    return session.scalar(select(func.count()).where(ATTACHMENTS.c.case_code == case_code)) or 0


def sealed_file(session: Session, case_code: str) -> SealedFile:
    """Return the personal file of a case, without the content of its attachments.

    Raises:
        UnknownError: there is none.
    """
    row = session.execute(select(FILES).where(FILES.c.case_code == case_code)).first()
    if row is None:
        raise UnknownError(
            f"no personal file is kept for a case '{case_code}'.",
            remedy="Check the code; a case from an import or a simulation has none.",
        )
    found = session.execute(_ABOUT.where(ATTACHMENTS.c.case_code == case_code).order_by(ATTACHMENTS.c.number))
    attachments = tuple(_described(each) for each in found)
    return SealedFile(case_code, Sealed(row.key_id, row.sealed), row.identity_index, attachments)


def sealed_attachment(session: Session, case_code: str, attachment_id: str) -> SealedAttachment:
    """Return one attachment of a case with its content.

    Raises:
        UnknownError: the case has no such attachment.
    """
    wanted = (ATTACHMENTS.c.case_code == case_code) & (ATTACHMENTS.c.id == attachment_id)
    row = session.execute(select(ATTACHMENTS).where(wanted)).first()
    if row is None:
        raise UnknownError(f"case '{case_code}' has no such file.", remedy="Open it from the case's own page.")
    return SealedAttachment(row.id, row.case_code, Sealed(row.key_id, row.about), row.content)


def cases_with(session: Session, indexes: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of a person's cases, the newest first."""
    query = select(FILES.c.case_code).join(CASES, CASES.c.code == FILES.c.case_code)
    return tuple(session.scalars(query.where(FILES.c.identity_index.in_(indexes)).order_by(CASES.c.id.desc())))


def attachments_with(session: Session, indexes: Sequence[str]) -> list[SealedAttachment]:
    """Return the attachments of a person's cases without content, the newest case first."""
    query = _ABOUT.join(FILES, FILES.c.case_code == ATTACHMENTS.c.case_code)
    query = query.join(CASES, CASES.c.code == FILES.c.case_code).where(FILES.c.identity_index.in_(indexes))
    return [_described(row) for row in session.execute(query.order_by(CASES.c.id.desc(), ATTACHMENTS.c.number))]


def log_reads(session: Session, reads: Sequence[FileRead]) -> None:
    """Log accesses: reader, subject and reason."""
    rows = [each.model_dump(exclude={"case"}) | {"case_code": each.case} for each in reads]
    if rows:
        session.execute(READS.insert(), rows)


def has_looked(session: Session, read: FileRead, since: datetime) -> bool:
    """Return whether the same access, by the same reader for the same reason, was logged since an instant."""
    same = (READS.c.case_code == read.case) & (READS.c.reader == read.reader) & (READS.c.part == read.part)
    looks = select(READS.c.id).where(same, READS.c.reason == read.reason, READS.c.at > since)
    return session.scalar(looks.limit(1)) is not None


def reads_of(session: Session, case_code: str) -> tuple[FileRead, ...]:
    """Return the access log of a case's personal file, the earliest first.

    Raises:
        UnknownError: no such case.
    """
    if session.scalar(select(CASES.c.id).where(CASES.c.code == case_code)) is None:
        raise _no_case(case_code)
    found = session.execute(select(READS).where(READS.c.case_code == case_code).order_by(READS.c.id))
    return tuple(
        FileRead(at=row.at, case=row.case_code, reader=row.reader, reason=row.reason, part=row.part) for row in found
    )


_ABOUT = select(ATTACHMENTS.c.id, ATTACHMENTS.c.case_code, ATTACHMENTS.c.key_id, ATTACHMENTS.c.about)


def _described(row: Row[Any]) -> SealedAttachment:
    return SealedAttachment(row.id, row.case_code, Sealed(row.key_id, row.about))


def _no_case(case_code: str) -> UnknownError:
    return UnknownError(f"there is no case '{case_code}' here.", remedy="Check the code on the receipt.")
