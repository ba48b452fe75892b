"""Authentication of browsers: sessions and devices in cookies, and the permission that a page asks for."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from pilotkit.errors import DataError, RefusedError
from pilotkit.model.access import CITIZEN
from pilotkit.model.surface import FormData, Page, Redirect
from pilotkit.storage.vault import Vault
from pilotkit.web.cookies_and_csrf import (
    DEVICE,
    FIELD,
    SESSION,
    VISITOR,
    FormTokens,
    Requester,
    cookie,
    drop_cookie,
    is_from_here,
    set_cookie,
)
from pilotkit.web.responses import Entrance, Exit

if TYPE_CHECKING:
    from pilotkit.access.access import Access

_LOG = logging.getLogger(__name__)
_DEVICE_SECONDS = 180 * 24 * 3600


class Authenticator:
    """Authenticates the requests of one deployment.

    Args:
        access: returns what knows the sessions; called when the first browser brings one.
    """

    def __init__(self, access: Callable[[], Access]) -> None:
        self._access = access
        self._tokens = FormTokens(_form_secret())

    def guest(self, request: Request) -> Requester:
        """Who asks; found out once for each request."""
        if not hasattr(request.state, "guest"):
            visitor = cookie(request, VISITOR)
            is_new = not self._tokens.is_visitor(visitor)
            guest = Requester(
                self._tokens.new_visitor() if is_new else visitor,
                is_new=is_new,
                device=cookie(request, DEVICE),
                client=request.client.host if request.client else "",
            )
            request.state.guest = guest  # whoever says that the database is away finds somebody to say it to
            request.state.guest = self._recognised(guest, cookie(request, SESSION))
        found: Requester = request.state.guest
        return found

    def is_open(self, page: Page, guest: Requester) -> bool:
        """Whether the page is for the guest; where it is not, whether signing in may change that.

        Raises:
            RefusedError: it is not, and whoever asks has signed in.
        """
        if page.permission is None or guest.authority.may(page.permission):
            return True
        if guest.authority.is_anonymous or guest.authority.subject.startswith(CITIZEN):
            return False
        raise RefusedError(f"'{guest.authority.subject}' does not have the permission {page.permission}.")

    def is_genuine(self, request: Request, posted: FormData) -> bool:
        """Whether a form was sent by the page that we gave to this very guest."""
        return is_from_here(request) and self._tokens.is_token(self.guest(request), posted.get(FIELD))

    def token(self, request: Request) -> str:
        """Return what the forms of a page for whoever asks carry."""
        return self._tokens.token(self.guest(request))

    def name_browser(self, request: Request, response: Response) -> None:
        """Give the browser the name that its form's token is bound to, where it has none."""
        guest = self.guest(request)
        if guest.is_new and not guest.session:
            set_cookie(request, response, VISITOR, guest.visitor)

    def pass_through(self, request: Request, response: Response, answered: Redirect) -> Response:
        """Hand out the session of who has signed in; take back that of who has signed out."""
        if isinstance(answered, Entrance):
            set_cookie(request, response, SESSION, answered.session.value)
            if answered.session.device:
                set_cookie(request, response, DEVICE, answered.session.device, _DEVICE_SECONDS)
            drop_cookie(request, response, VISITOR)
        elif isinstance(answered, Exit):
            drop_cookie(request, response, SESSION)
        return response

    def _recognised(self, guest: Requester, session: str) -> Requester:
        if not session:
            return guest
        try:
            authority = self._access().authority(session)
        except DataError as problem:  # the keys have gone; what is public is still for everybody
            _LOG.error("a session cannot be read: %s", problem)
            return guest
        return guest if authority.is_anonymous else replace(guest, authority=authority, session=session)


def _form_secret() -> bytes:
    """Return the secret of form tokens: of the keys, so that all processes share it; else of this process."""
    try:
        return Vault.from_environment().derived("web/forms")
    except DataError:
        return secrets.token_bytes(32)
