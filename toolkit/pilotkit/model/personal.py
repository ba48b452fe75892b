"""The personal data of a case. It is stored encrypted, and every access is logged."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from pilotkit.model.plain_data import PlainData
from pilotkit.model.text import Identifier, Noun

Line = Annotated[str, StringConstraints(max_length=300)]


AttachmentKind = Literal["submitted", "result", "reused"]
"""The kind of a file: submitted, a result, or a copy that the office reused from another case."""


class Person(Noun):
    """The applicant, as stated by themselves or by a register."""

    name: Annotated[Line, StringConstraints(min_length=1)]
    identity_number: Line | None = None
    born: date | None = None
    phone: Line | None = None
    email: Line | None = None
    address: Line | None = None


class Attachment(Noun):
    """One file of a case, without its content."""

    id: str
    kind: AttachmentKind = "submitted"
    document: Identifier
    """The id of the procedure's document or result."""
    name: Line
    media_type: str
    size: Annotated[int, Field(ge=0)]
    """In bytes."""
    digest: str
    """SHA-256 of the content."""
    at: AwareDatetime


class Content(Noun):
    """A file to be stored; :class:`Attachment` describes it afterwards."""

    kind: AttachmentKind = "submitted"
    document: Identifier
    name: Line
    media_type: str
    data: bytes


class PersonalFile(Noun):
    """The personal file of one case."""

    person: Person
    answers: dict[str, PlainData] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


class FileRead(Noun):
    """One logged access to a personal file."""

    at: AwareDatetime
    case: str
    reader: str
    """The login, or ``citizen``."""
    reason: str
    part: str
    """``file``, or the id of the attachment."""
