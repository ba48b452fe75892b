"""The pages that sign in and out: officers with password and code, citizens with the provider."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from pilotkit.access.access import DeniedError
from pilotkit.model.access import Authority
from pilotkit.model.surface import View
from pilotkit.web.answers import Entrance, Exit
from pilotkit.web.guests import is_own_path


def show_sign_in(visit: Any) -> View:
    """How to sign in here."""
    return _form(visit)


def sign_in(visit: Any) -> View | Entrance:
    """An officer signs in. Whatever is wrong, the page says the same."""
    access = visit.backoffice.access
    try:
        session = access.sign_in(
            visit.posted.get("login"),
            visit.posted.get("password"),
            visit.posted.get("code"),
            visit.guest.client,
            device=visit.guest.device,
            replaces=visit.guest.session,
        )
    except DeniedError as problem:
        return _form(visit, login=visit.posted.get("login")[:100], problem=problem)
    wanted = visit.query.get("next", "")
    return Entrance(wanted if is_own_path(wanted) else _desk(visit, access.authority(session.value)), session)


def show_sign_out(_visit: Any) -> View:
    """Whether one wants to; and that one has, where nobody is signed in any more."""
    return View("shell/sign_out.html")


def sign_out(visit: Any) -> Exit:
    """End the session here; the provider's own is another matter."""
    if visit.guest.session:
        visit.backoffice.access.sign_out(visit.guest.session)
    return Exit(visit.url("shell.sign-out"))


def _form(visit: Any, login: str = "", problem: DeniedError | None = None) -> View:
    wait = problem.wait if problem else timedelta(0)
    status = HTTPStatus.OK if problem is None else HTTPStatus.TOO_MANY_REQUESTS if wait else HTTPStatus.FORBIDDEN
    context = {
        "login": login,
        "is_wrong": problem is not None,
        "wait": _in_words(visit, wait) if wait else "",
        "wanted": visit.query.get("next", ""),
        "has_accounts": bool(visit.catalog.accounts),
        "needs_code": visit.deployment.settings.access.second_factor,
    }
    return View("shell/sign_in.html", context, status)


def _in_words(visit: Any, wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 60:  # noqa: PLR2004  # a minute
        return str(visit.ngettext("%(num)s second", "%(num)s seconds", seconds)) % {"num": seconds}
    minutes = -(-seconds // 60)
    return str(visit.ngettext("%(num)s minute", "%(num)s minutes", minutes)) % {"num": minutes}


def _desk(visit: Any, authority: Authority) -> str:
    """Where one's work is: the first page in the header that not everybody may see."""
    mine = [page for page in visit.site_map.navigation if page.permission and authority.may(page.permission)]
    return str(visit.url(mine[0].name)) if mine else f"/{visit.language}"
