"""What a signed-in person handed in before, so that nobody is asked for the same paper twice.

Only their own cases are looked at: those sent while they were signed in. What somebody types as an identity number
opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotkit import CaseError, UnknownError
from pilotkit.cases import Content

if TYPE_CHECKING:
    from pilotkit import Document
    from pilotkit.pages import PageRequest

_CASES = 10
"""How many cases are looked through, the newest first: each look is written down."""


@dataclass(frozen=True)
class Earlier:
    """One paper of an earlier case."""

    case: str
    attachment: Any

    @property
    def value(self) -> str:
        """What the form sends for it."""
        return f"{self.case}/{self.attachment.id}"


def earlier_papers(request: PageRequest, documents: Sequence[Document]) -> dict[str, tuple[Earlier, ...]]:
    """By document, the newest first; empty for who has not signed in."""
    if request.authority.is_anonymous or not documents:
        return {}
    tracking, found = request.tracking, []
    for case in tracking.mine(request.authority, _CASES):
        file = tracking.follow(case.code, "", request.authority).file
        found += [Earlier(case.code, each) for each in (file.attachments if file else ()) if each.kind == "submitted"]
    by_document = {each.id: tuple(one for one in found if one.attachment.document == each.id) for each in documents}
    return {document: some for document, some in by_document.items() if some}


def take_over(request: PageRequest, token: str, documents: Sequence[Document]) -> dict[str, str]:
    """Attach what was chosen of it to a draft; what is wrong, by document."""
    wrong = {}
    for document in documents:
        for value in request.posted.all(f"earlier-{document.id}"):
            case, _, attachment = value.rpartition("/")
            try:
                _copy(request, token, document, case, attachment)
            except (CaseError, UnknownError):
                wrong[document.id] = "not_taken"
    return wrong


def _copy(request: PageRequest, token: str, document: Document, case: str, attachment: str) -> None:
    kept, data = request.tracking.content(case, "", request.authority, attachment)
    if kept.document == document.id:
        request.applications.attach(
            token, Content(document=document.id, name=kept.name, media_type=kept.media_type, data=data)
        )
