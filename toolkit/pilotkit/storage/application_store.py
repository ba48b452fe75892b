"""The store of drafts, ratings and the owners of cases; personal data is sealed before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, LargeBinary, Table, UniqueConstraint, delete, func, select, update
from sqlmodel import Field, Session, SQLModel

from pilotkit.errors import CaseError
from pilotkit.model.application import Score
from pilotkit.storage.driver_statements import DriverStatements
from pilotkit.storage.tables import CASES, Instant, microseconds
from pilotkit.storage.vault import Sealed


class DraftRow(SQLModel, table=True):
    """A draft: an application that is not submitted yet."""

    __tablename__ = "drafts"
    __table_args__ = (Index("drafts_by_age", "updated_at"),)

    digest: str = Field(primary_key=True)
    """SHA-256 of the draft token, which is not stored; it becomes the key of the submission."""
    key_id: str
    sealed: bytes = Field(sa_type=LargeBinary)
    """The answers, as JSON."""
    owner: str | None = None
    """The subject of the citizen who submits it, if logged in."""
    updated_at: datetime = Field(sa_type=Instant)


class DraftAttachmentRow(SQLModel, table=True):
    """One attachment of a draft."""

    __tablename__ = "draft_attachments"
    __table_args__ = (UniqueConstraint("draft", "number", name="one_draft_attachment_a_number"),)

    id: str = Field(primary_key=True)
    draft: str = Field(foreign_key="drafts.digest")
    number: int
    key_id: str
    about: bytes = Field(sa_type=LargeBinary)
    content: bytes = Field(sa_type=LargeBinary)


class FilingRow(SQLModel, table=True):
    """The subject of the citizen who submitted a case, if logged in."""

    __tablename__ = "filings"
    __table_args__ = (Index("filings_by_owner", "owner"),)

    case_code: str = Field(primary_key=True, foreign_key="cases.code")
    owner: str | None = None


class RatingRow(SQLModel, table=True):
    """The satisfaction rating of a case; the person is not stored with it."""

    __tablename__ = "ratings"

    case_code: str = Field(primary_key=True, foreign_key="cases.code")
    score: int
    key_id: str
    comment: bytes = Field(sa_type=LargeBinary)
    """The comment, sealed: people write names into it."""
    at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


DRAFTS: Table = DraftRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models
PARTS: Table = DraftAttachmentRow.__table__  # type: ignore[attr-defined]  # the same
FILINGS: Table = FilingRow.__table__  # type: ignore[attr-defined]  # the same
RATINGS: Table = RatingRow.__table__  # type: ignore[attr-defined]  # the same


_DIGEST = 64


def draft_place(digest: str) -> str:
    """Return the vault place of a draft's answers."""
    return f"drafts/{digest}"


def draft_about_place(digest: str, attachment_id: str) -> str:
    """Return the vault place of the description of a draft's attachment."""
    return f"drafts/{digest}/{attachment_id}/about"


def draft_content_place(digest: str, attachment_id: str) -> str:
    """Return the vault place of the content of a draft's attachment."""
    return f"drafts/{digest}/{attachment_id}/content"


def rating_place(case_code: str) -> str:
    """Return the vault place of a rating's comment."""
    return f"ratings/{case_code}"


def draft_row(session: Session, digest: str, since: datetime, *, is_changing: bool = False) -> DraftRow | None:
    """Return the draft with this digest that was changed after ``since``; locked if ``is_changing``."""
    row = session.get(DraftRow, digest, with_for_update=True if is_changing else None)
    return row if row is not None and row.updated_at > since else None


def parts_of(session: Session, digest: str) -> Sequence[DraftAttachmentRow]:
    """Return the attachments of a draft in order."""
    return session.scalars(select(DraftAttachmentRow).where(PARTS.c.draft == digest).order_by(PARTS.c.number)).all()


def abouts_of(session: Session, digest: str) -> list[tuple[str, Sealed]]:
    """Return id and sealed description of each attachment of a draft, without content."""
    query = select(PARTS.c.id, PARTS.c.key_id, PARTS.c.about).where(PARTS.c.draft == digest).order_by(PARTS.c.number)
    return [(row.id, Sealed(row.key_id, row.about)) for row in session.execute(query)]


def next_part(session: Session, digest: str) -> int:
    """Return the number of the next attachment of a draft."""
    return (session.scalar(select(func.max(PARTS.c.number)).where(PARTS.c.draft == digest)) or 0) + 1


def drop_part(session: Session, digest: str, attachment_id: str) -> bool:
    """Delete an attachment of a draft; return False where there is none of that id."""
    gone = session.execute(delete(PARTS).where(PARTS.c.draft == digest, PARTS.c.id == attachment_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # SQLAlchemy types it for SELECT


def name_owner(session: Session, digest: str, owner: str) -> None:
    """Record the owner of a draft before it is submitted."""
    session.execute(update(DRAFTS).where(DRAFTS.c.digest == digest).values(owner=owner))


def adopt_draft(statements: DriverStatements, key: str, case_code: str, as_of: datetime | None) -> None:
    """Delete the draft that becomes a case, in the transaction that stores the case, and record the case's owner.

    Args:
        statements: of the transaction.
        key: the key of the submission; where no draft has it, nothing happens.
        case_code: the case.
        as_of: when the draft was last changed, as its sender saw it; None: not compared.

    Raises:
        CaseError: the draft was changed since ``as_of``; submitting it would lose the change.
    """
    if len(key) != _DIGEST:  # most keys are other programs' own
        return
    held = " FOR UPDATE" if statements.is_postgresql else ""
    found = statements.first(f"SELECT owner, updated_at FROM drafts WHERE digest = ?{held}", (key,))  # noqa: S608  # our own words
    if found is not None:
        if as_of is not None and found[1] != microseconds(as_of):
            raise CaseError(
                "the application was changed while it was being sent.", remedy="Look at it again, and send it."
            )
        statements.insert("filings", ("case_code", "owner"), (case_code, found[0]))
        statements.run("DELETE FROM draft_attachments WHERE draft = ?", (key,))
        statements.run("DELETE FROM drafts WHERE digest = ?", (key,))


def purge_drafts(session: Session, until: datetime, most: int = 200) -> int:
    """Delete drafts last changed before ``until``, the oldest first; return their number."""
    old = session.scalars(select(DRAFTS.c.digest).where(DRAFTS.c.updated_at <= until).limit(most)).all()
    _drop(session, old)
    return len(old)


def rename_owner(session: Session, old: Sequence[str], new: str) -> None:
    """Move the cases of a person from older subjects to the present one."""
    session.execute(update(FILINGS).where(FILINGS.c.owner.in_(old)).values(owner=new))


def is_owner(session: Session, case_code: str, owner: str) -> bool:
    """Return whether a case was submitted by this subject."""
    return session.scalar(select(FILINGS.c.owner).where(FILINGS.c.case_code == case_code)) == owner


def cases_owned(session: Session, owner: str, most: int) -> tuple[str, ...]:
    """Return the codes of the cases that a subject submitted, the newest first."""
    query = select(FILINGS.c.case_code).join(CASES, CASES.c.code == FILINGS.c.case_code)
    return tuple(session.scalars(query.where(FILINGS.c.owner == owner).order_by(CASES.c.id.desc()).limit(most)))


def scores_between(session: Session, since: datetime, until: datetime) -> tuple[Score, ...]:
    """Return every rating first given between two aware instants, the second excluded, in that order."""
    query = select(CASES.c.code, CASES.c.procedure, CASES.c.unit, RATINGS.c.score, RATINGS.c.at)
    query = query.join(RATINGS, RATINGS.c.case_code == CASES.c.code)
    found = session.execute(query.where(RATINGS.c.at >= since, RATINGS.c.at < until).order_by(RATINGS.c.at, CASES.c.id))
    return tuple(Score(case=each[0], procedure=each[1], unit=each[2], score=each[3], at=each[4]) for each in found)


def _drop(session: Session, digests: Sequence[str]) -> None:
    if digests:
        session.execute(delete(PARTS).where(PARTS.c.draft.in_(digests)))
        session.execute(delete(DRAFTS).where(DRAFTS.c.digest.in_(digests)))
