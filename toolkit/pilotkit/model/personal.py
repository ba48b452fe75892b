"""What a case knows of a person. Encrypted where it is kept; every look at it is written down."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from pilotkit.model.text import Identifier, Noun

Line = Annotated[str, StringConstraints(max_length=300)]


AttachmentKind = Literal["submitted", "result", "reused"]
"""What a file is: handed in, the outcome, or a copy that the office took over from another case."""


class Person(Noun):
    """Who applies, as they say themselves or as a register does."""

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
    """Which of the procedure's documents, or of its results, it is."""
    name: Line
    media_type: str
    size: Annotated[int, Field(ge=0)]
    """In bytes."""
    digest: str
    """SHA-256 of the content."""
    at: AwareDatetime


class Content(Noun):
    """A file on its way in: what :class:`Attachment` says once it is kept."""

    kind: AttachmentKind = "submitted"
    document: Identifier
    name: Line
    media_type: str
    data: bytes


class PersonalFile(Noun):
    """The personal side of one case."""

    person: Person
    answers: dict[str, Any] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


class FileRead(Noun):
    """One look at a personal file."""

    at: AwareDatetime
    case: str
    reader: str
    """The login, or ``citizen``."""
    reason: str
    part: str
    """``file``, or the id of the attachment."""
