"""The way to the provider and back: ``/sign-in/start``, ``/sign-in/return`` and ``/sign-out/provider``.

Nothing is kept here while somebody is away: what must be remembered travels in a cookie that only we can read, for ten
minutes, and is taken back whatever comes of it. The provider uses each code once, so an answer cannot be replayed.
"""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pilotkit.access.access import Access
from pilotkit.access.oidc_provider import Journey, NotIdentifiedError, Provider, ProviderAwayError, TooWeakError
from pilotkit.errors import DataError
from pilotkit.settings import IdentitySettings
from pilotkit.storage.vault import Sealed, Vault
from pilotkit.web.authentication import Authenticator
from pilotkit.web.cookies_and_csrf import FLOW, cookie, drop_cookie, is_own_path, set_cookie
from pilotkit.web.responses import NO_STORE, Entrance, redirect_answer

_LOG = logging.getLogger(__name__)
_AWAY = timedelta(minutes=10)
_PLACE = "cookies/flow"
Problem = Callable[..., Response]
"""Shows a page of the shell that says what is wrong: request, template, status."""


class CitizenEntrance:
    """Of one deployment that has a provider.

    Args:
        settings: the provider.
        languages: of the deployment.
        vault: seals what the browser carries to the provider and back.
        access: returns what keeps the sessions.
        door: hands sessions out.
        problem: shows what is wrong.
        now: the clock; aware.
    """

    def __init__(
        self,
        settings: IdentitySettings,
        languages: Sequence[str],
        vault: Vault,
        access: Callable[[], Access],
        door: Authenticator,
        problem: Problem,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._languages = languages
        self._vault = vault
        self._access = access
        self._door = door
        self._problem = problem
        self._now = now
        self._provider = Provider(settings)

    def routes(self) -> list[BaseRoute]:
        """Its addresses."""
        return [
            Route("/sign-in/start", self.start),
            Route("/sign-in/return", self.come_back),
            Route("/sign-out/provider", self.leave),
        ]

    def start(self, request: Request) -> Response:
        """To the provider."""
        wanted = request.query_params.get("next", "")[:2000]
        back = self._settings.redirect_uri or str(request.base_url) + "sign-in/return"
        language = self._language(request)
        try:
            address, journey = self._provider.depart(back, language)
        except ProviderAwayError as problem:
            return self._away(request, problem)
        response = RedirectResponse(address, 303, NO_STORE)
        until = (self._now() + _AWAY).timestamp()
        flow = {**asdict(journey), "until": until, "next": wanted if is_own_path(wanted) else f"/{language}"}
        sealed = self._vault.seal(json.dumps(flow).encode(), _PLACE)
        value = f"{sealed.key_id}.{urlsafe_b64encode(sealed.data).decode()}"
        set_cookie(request, response, FLOW, value, int(_AWAY.total_seconds()))
        return response

    def come_back(self, request: Request) -> Response:
        """From the provider; signed in, or a page that says what to do."""
        response = self._welcomed(request)
        drop_cookie(request, response, FLOW)
        return response

    def leave(self, request: Request) -> Response:
        """To where one signs out of the provider itself."""
        home = f"{request.base_url}{self._language(request)}"
        try:
            return RedirectResponse(self._provider.way_out(home) or home, 303, NO_STORE)
        except ProviderAwayError as problem:
            return self._away(request, problem)

    def _welcomed(self, request: Request) -> Response:
        try:
            flow = self._flow(cookie(request, FLOW))
            wanted = str(flow.pop("next"))
            found = self._provider.arrive(dict(request.query_params), Journey(**flow))
        except ProviderAwayError as problem:
            return self._away(request, problem)
        except TooWeakError:
            return self._problem(request, "too_weak.html", HTTPStatus.FORBIDDEN)
        except NotIdentifiedError:
            return self._problem(request, "not_identified.html", HTTPStatus.FORBIDDEN)
        old = self._door.guest(request).session
        session = self._access().sign_in_citizen(found.subject, found.person, replaces=old)
        entrance = Entrance(wanted, session)
        return self._door.pass_through(request, redirect_answer(entrance), entrance)

    def _flow(self, value: str) -> dict[str, Any]:
        key_id, _, data = value.partition(".")
        try:
            plain = self._vault.open(Sealed(key_id, urlsafe_b64decode(data.encode())), _PLACE)
        except (DataError, ValueError):
            raise NotIdentifiedError("this browser has not set out from here.") from None
        flow: dict[str, Any] = json.loads(plain)
        if flow.pop("until") < self._now().timestamp():
            raise NotIdentifiedError("it took too long.")
        return flow

    def _away(self, request: Request, problem: ProviderAwayError) -> Response:
        _LOG.error("%s", problem)
        return self._problem(request, "provider_away.html", HTTPStatus.SERVICE_UNAVAILABLE)

    def _language(self, request: Request) -> str:
        languages = self._languages
        asked = request.query_params.get("language", "")
        return asked if asked in languages else languages[0]
