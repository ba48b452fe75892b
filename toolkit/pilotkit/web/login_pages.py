"""The pages that sign in and out: officers with password and code, citizens with the provider."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pilotkit.model.access import Authority
from pilotkit.model.surface import View
from pilotkit.web.cookies_and_csrf import is_own_path
from pilotkit.web.responses import Entrance, Exit

if TYPE_CHECKING:
    from pilotkit.access.access import DeniedError


def show_sign_in(request: Any) -> View:
    """How to sign in here."""
    return _form(request)


def sign_in(request: Any) -> View | Entrance:
    """Return an officer signs in. Whatever is wrong, the page says the same."""
    from pilotkit.access.access import DeniedError  # noqa: PLC0415  # a database that other pages never need

    access = request.access
    try:
        session = access.sign_in(
            request.posted.get("login"),
            request.posted.get("password"),
            request.posted.get("code"),
            request.guest.client,
            device=request.guest.device,
            replaces=request.guest.session,
        )
    except DeniedError as problem:
        return _form(request, login=request.posted.get("login")[:100], problem=problem)
    wanted = request.query.get("next", "")
    return Entrance(wanted if is_own_path(wanted) else _desk(request, access.authority(session.value)), session)


def show_sign_out(_visit: Any) -> View:
    """Whether one wants to; and that one has, where nobody is signed in any more."""
    return View("shell/sign_out.html")


def sign_out(request: Any) -> Exit:
    """End the session here; the provider's own is another matter."""
    if request.guest.session:
        request.access.sign_out(request.guest.session)
    return Exit(request.url("shell.sign-out"))


def _form(request: Any, login: str = "", problem: DeniedError | None = None) -> View:
    wait = problem.wait if problem else timedelta(0)
    status = HTTPStatus.OK if problem is None else HTTPStatus.TOO_MANY_REQUESTS if wait else HTTPStatus.FORBIDDEN
    context = {
        "login": login,
        "is_wrong": problem is not None,
        "wait": _in_words(request, wait) if wait else "",
        "wanted": request.query.get("next", ""),
        "has_accounts": bool(request.catalog.accounts),
        "needs_code": request.deployment.settings.access.second_factor,
    }
    return View("shell/sign_in.html", context, status)


def _in_words(request: Any, wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 60:  # noqa: PLR2004  # a minute
        return str(request.ngettext("%(num)s second", "%(num)s seconds", seconds)) % {"num": seconds}
    minutes = -(-seconds // 60)
    return str(request.ngettext("%(num)s minute", "%(num)s minutes", minutes)) % {"num": minutes}


def _desk(request: Any, authority: Authority) -> str:
    """Where one's work is: the first page in the header that not everybody may see."""
    mine = [page for page in request.site_map.navigation if page.permission and authority.may(page.permission)]
    return str(request.url(mine[0].name)) if mine else f"/{request.language}"
