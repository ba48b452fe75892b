"""An ID token proves who somebody is only when all of it is right."""

import time

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from pilotkit.access.id_tokens import verified_claims

ISSUER, CLIENT, NONCE = "https://id.test", "town", "n" * 43
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})


def _claims(**changes):
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "ada", "nonce": NONCE, "iat": now, "exp": now + 300, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def _signed(key=KEY, algorithm="RS256", **changes):
    return jwt.encode({"alg": algorithm, "kid": "one"}, _claims(**changes), key, algorithms=[algorithm])


def _verify(token):
    keys = {"keys": [KEY.as_dict(private=False)]}
    return verified_claims({"id_token": token}, lambda: keys, issuer=ISSUER, client=CLIENT, nonce=NONCE)


def test_a_token_that_is_right_is_believed():
    assert "ada" == _verify(_signed())["sub"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"},
        {"aud": "another"},
        {"aud": ["another"], "azp": CLIENT},
        {"aud": None},
        {"sub": None},
        {"nonce": "x" * 43},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"iat": 99999999999},
    ],
)
def test_a_token_with_a_wrong_claim_proves_nothing(changes):
    with pytest.raises(JoseError):
        _verify(_signed(**changes))


def test_a_token_of_another_key_proves_nothing():
    with pytest.raises(JoseError):
        _verify(_signed(OTHER))


def test_a_token_that_was_altered_proves_nothing():
    head, body, signature = _signed().split(".")
    _, forged, _ = _signed(sub="bob").split(".")
    with pytest.raises(JoseError):
        _verify(f"{head}.{forged}.{signature}")
    with pytest.raises((JoseError, ValueError)):
        _verify(f"{head}.{body}.")


def test_a_token_that_needs_no_key_or_a_shared_one_proves_nothing():
    shared = OctKey.import_key("x" * 64)
    with pytest.raises((JoseError, ValueError)):
        _verify(jwt.encode({"alg": "HS256", "kid": "one"}, _claims(), shared))
    with pytest.raises((JoseError, ValueError)):
        _verify(f"eyJhbGciOiJub25lIn0.{_signed().split('.')[1]}.")  # {"alg":"none"}
    with pytest.raises((JoseError, ValueError)):
        _verify(_signed(ECKey.generate_key("P-256"), "ES256"))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "." * 2, None, 7])
def test_what_is_no_token_proves_nothing(token):
    with pytest.raises((JoseError, ValueError, TypeError)):
        _verify(token)
