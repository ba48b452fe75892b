"""Signing in with an OpenID Connect provider: authorization code with PKCE, through Authlib.

OpenID Connect Core 1.0, sections 3.1 (the flow) and 3.1.3.7 (what an ID token must prove); RFC 7636 (PKCE).
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from authlib.oauth2.client import OAuth2Client
from joserfc.errors import JoseError

from pilotkit.access.id_tokens import verified_claims
from pilotkit.errors import PilotkitError
from pilotkit.model.personal import Person
from pilotkit.settings import IdentitySettings

SECRET = "PILOTKIT_IDENTITY_SECRET"  # noqa: S105  # the variable's name
_PATIENCE = 5.0
"""Seconds to wait for the provider."""
_LONGEST = 300


class ProviderAwayError(PilotkitError):
    """The provider does not answer, or answers with what is no answer."""


class NotIdentifiedError(PilotkitError):
    """What came back from the provider proves nobody's identity: forged, replayed, too late, or refused there."""


class TooWeakError(NotIdentifiedError):
    """Somebody was identified, but at a level of assurance that is not enough."""


@dataclass(frozen=True)
class Journey:
    """What must be remembered while somebody is at the provider. Secret; lives in the browser, sealed."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True)
class Identified:
    """Whom the provider has identified."""

    subject: str
    """The issuer and its name for them."""
    person: Person


class Provider:
    """The provider of ``[identity]``; the client's secret is in ``PILOTKIT_IDENTITY_SECRET``.

    Args:
        settings: who it is and what is asked of it.
    """

    def __init__(self, settings: IdentitySettings) -> None:
        self._settings = settings
        self._secret = os.environ.get(SECRET, "")

    def depart(self, redirect_uri: str, language: str) -> tuple[str, Journey]:
        """Where to send the browser, and what to remember meanwhile.

        Raises:
            ProviderAwayError: it does not answer.
        """
        with _client() as http:
            endpoint = self._metadata(http)["authorization_endpoint"]
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        journey = Journey(state, nonce, verifier, redirect_uri)
        wanted = {"acr_values": " ".join(self._settings.acr_values)} if self._settings.acr_values else {}
        client = OAuth2Client(None, self._settings.client_id, redirect_uri=redirect_uri, code_challenge_method="S256")
        address, _ = client.create_authorization_url(
            endpoint,
            state=journey.state,
            code_verifier=journey.verifier,
            nonce=journey.nonce,
            scope=" ".join(self._settings.scopes),
            ui_locales=language,
            **wanted,
        )
        return str(address), journey

    def arrive(self, query: dict[str, str], journey: Journey) -> Identified:
        """Who has come back.

        Args:
            query: what the provider gave the browser for us.
            journey: what :meth:`depart` said to remember.

        Raises:
            NotIdentifiedError: nobody is proven to have.
            TooWeakError: somebody is, at a level that is not enough.
            ProviderAwayError: it does not answer.
        """
        if not secrets.compare_digest(query.get("state", "").encode(), journey.state.encode()):
            raise NotIdentifiedError("the answer belongs to no question of this browser.")
        if "error" in query or not query.get("code"):
            raise NotIdentifiedError(f"the provider refused: {query.get('error', 'no code')}.")
        with _client() as http:
            metadata = self._metadata(http)
            if query.get("iss", self._settings.issuer) != self._settings.issuer:  # RFC 9207
                raise NotIdentifiedError("the answer names another issuer.")
            token = self._token(http, metadata, query["code"], journey)
            claims = self._claims(http, metadata, token, journey)
            told = {**self._told(http, metadata, token, claims["sub"]), **claims}
        return Identified(f"{claims['iss']}|{claims['sub']}", _person(told, self._settings.identity_number))

    def way_out(self, back: str) -> str | None:
        """Where one signs out of the provider itself; None where it offers that nowhere.

        Raises:
            ProviderAwayError: it does not answer.
        """
        with _client() as http:
            endpoint = self._metadata(http).get("end_session_endpoint")
        known = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back}
        return f"{endpoint}?{urlencode(known)}" if endpoint else None

    def _metadata(self, http: httpx.Client) -> dict[str, Any]:
        address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = _json(http.build_request("GET", address), http)
        if metadata.get("issuer") != self._settings.issuer or "authorization_endpoint" not in metadata:
            raise ProviderAwayError(
                "the provider's configuration is that of another issuer.", remedy="Mend [identity]."
            )
        return metadata

    def _token(self, http: httpx.Client, metadata: dict[str, Any], code: str, journey: Journey) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": journey.redirect_uri,
            "code_verifier": journey.verifier,
        }
        named = (quote(self._settings.client_id, safe=""), quote(self._secret, safe=""))  # RFC 6749, section 2.3.1
        if not self._secret:
            form["client_id"] = self._settings.client_id
        request = http.build_request("POST", metadata["token_endpoint"], data=form)
        return _json(request, http, auth=httpx.BasicAuth(*named) if self._secret else None)

    def _claims(
        self, http: httpx.Client, metadata: dict[str, Any], token: dict[str, Any], journey: Journey
    ) -> dict[str, Any]:
        def keys() -> dict[str, Any]:
            return _json(http.build_request("GET", metadata["jwks_uri"]), http)

        try:
            claims = verified_claims(token, keys, issuer=self._settings.issuer, client=self._settings.client_id,
                                     nonce=journey.nonce)  # fmt: skip
        except (JoseError, ValueError, KeyError, TypeError) as problem:
            raise NotIdentifiedError(f"the provider's ID token is not accepted: {problem}.") from None
        if self._settings.acr_values and claims.get("acr") not in self._settings.acr_values:
            raise TooWeakError(f"the level of assurance is {claims.get('acr')!r}.")
        return claims

    def _told(self, http: httpx.Client, metadata: dict[str, Any], token: dict[str, Any], who: str) -> dict[str, Any]:
        """Return the provider's userinfo, where it is about the same person (section 5.3.2)."""
        if "userinfo_endpoint" not in metadata or "access_token" not in token:
            return {}
        headers = {"authorization": f"Bearer {token['access_token']}"}
        told = _json(http.build_request("GET", metadata["userinfo_endpoint"], headers=headers), http)
        if told.get("sub") != who:
            raise NotIdentifiedError("the provider's userinfo is about somebody else.")
        return told


def _client() -> httpx.Client:
    return httpx.Client(timeout=_PATIENCE, follow_redirects=False)


def _json(request: httpx.Request, http: httpx.Client, auth: httpx.BasicAuth | None = None) -> dict[str, Any]:
    try:
        answer = http.send(request, auth=auth)
        data = answer.json()
    except (httpx.HTTPError, ValueError) as problem:
        raise ProviderAwayError(f"the provider does not answer at {request.url.host}: {problem}.") from None
    if answer.is_server_error or not isinstance(data, dict):
        raise ProviderAwayError(f"the provider answers with {answer.status_code}.")
    if answer.is_error:
        raise NotIdentifiedError(f"the provider refused: {data.get('error', answer.status_code)}.")
    return data


def _person(claims: dict[str, Any], identity_number: str | None) -> Person:
    """Return the standard claims (section 5.1) and the identity number; what is no text is left out."""
    address = claims.get("address")
    return Person(
        name=_line(claims.get("name")) or _line(claims.get("preferred_username")) or "–",
        identity_number=_line(claims.get(identity_number)) if identity_number else None,
        born=_day(claims.get("birthdate")),
        phone=_line(claims.get("phone_number")),
        email=_line(claims.get("email")),
        address=_line(address.get("formatted")) if isinstance(address, dict) else None,
    )


def _line(value: Any) -> str | None:
    text = "".join(char if char.isprintable() else " " for char in value).strip() if isinstance(value, str) else ""
    return text[:_LONGEST] or None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
