"""Which of a procedure's papers are handed in online, and which are shown, known or filled in instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit.cases import Content

if TYPE_CHECKING:
    from pilotkit import Document, Procedure
    from pilotkit.pages import Upload

MEGABYTES = 10
"""The most that one file may have."""
ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx,.odt,.ods,.txt"
"""What a browser offers to choose."""
_SHOWN = "presented"


def handed_in(procedure: Procedure) -> tuple[Document, ...]:
    """Return the documents that get a file field: none that a register knows, is only shown, or is filled in here."""
    asked = (each for each in procedure.documents if not each.reusable_from and each.kind != _SHOWN)
    found = (each for each in asked if each.kind != "form" or procedure.form is None)
    return tuple(sorted(found, key=lambda each: not each.required))


def shown_later(procedure: Procedure) -> tuple[Document, ...]:
    """Return the papers that somebody only looks at when the result is fetched."""
    return tuple(each for each in procedure.documents if each.kind == _SHOWN and not each.reusable_from)


def content_of(document: str, upload: Upload) -> Content:
    """Return a file as it is handed in; its type is found out by whoever keeps it."""
    return Content(document=document, name=upload.name, media_type="application/octet-stream", data=upload.data)
