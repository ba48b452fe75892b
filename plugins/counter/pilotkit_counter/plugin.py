"""What the counter adds to a deployment: its pages, imported when the web application asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Page


@hookimpl
def register_pages() -> tuple[Page, ...]:
    """The work list, a case, receipt."""
    return ()
