"""What an ID token proves: OpenID Connect Core 1.0, section 3.1.3.7, checked by Authlib."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures by the provider's own key. Never ``none``, and never one made with the client's secret."""
_LEEWAY = 60
"""Seconds that two clocks may differ by."""


def verified_claims(
    token: dict[str, Any], keys: Callable[[], dict[str, Any]], *, issuer: str, client: str, nonce: str
) -> dict[str, Any]:
    """Return the claims of the ID token in a token response.

    Args:
        token: the response of the token endpoint.
        keys: fetches the provider's JSON Web Key Set.
        issuer: who must have made it.
        client: whom it must be for.
        nonce: what was asked.

    Raises:
        JoseError: it is not signed by the provider, or not for us, or over, or an answer to something else.
        ValueError: it is no token.
        KeyError: there is none.
    """
    decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys()), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]  # a set's TypedDict
    wanted = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    known = {"nonce": nonce, "client_id": client, "access_token": token.get("access_token")}
    claims = CodeIDToken(decoded.claims, decoded.header, wanted, known)
    claims.validate(leeway=_LEEWAY)
    return dict(claims)
