"""What a page answered, as an answer of HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from pilotkit.errors import PluginError
from pilotkit.model.surface import Download, Redirect
from pilotkit.web.cookies_and_csrf import is_own_path

if TYPE_CHECKING:
    from pilotkit.access.sessions import SessionToken


NO_STORE = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Entrance(Redirect):
    """Somebody has signed in: the browser gets the session on its way."""

    session: SessionToken


@dataclass(frozen=True)
class Exit(Redirect):
    """Whoever had signed in has signed out."""


def redirect_answer(redirect: Redirect) -> Response:
    """Go there, with GET whatever was asked before.

    Raises:
        PluginError: the address is not one of this site.
    """
    if not is_own_path(redirect.to):
        raise PluginError(
            f"a page leads to {redirect.to!r}.", remedy="Redirect to a path of this site: request.url(…)."
        )
    return RedirectResponse(redirect.to, 303, NO_STORE)


def download_answer(download: Download) -> Response:
    """Return a file to keep; never shown inside the page, and never kept by anything between."""
    headers = {**NO_STORE, "content-disposition": _disposition(download.name)}
    return Response(download.content, media_type=download.media_type, headers=headers)


def _disposition(name: str) -> str:
    """RFC 6266 with a name in any script (RFC 8187), and one in ASCII for what does not know it."""
    shown = "".join(char for char in name if char.isprintable() and char not in '/\\"')
    plain = shown.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(shown or 'file', safe='')}"
