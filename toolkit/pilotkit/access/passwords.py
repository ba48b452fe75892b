"""Passwords (argon2id, RFC 9106) and one-time codes (TOTP, RFC 6238)."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime
from functools import lru_cache
from threading import BoundedSemaphore

import pyotp
from pwdlib import PasswordHash

from pilotkit.errors import DataError, RefusedError

SHORTEST = 12
"""Characters of a password (NIST SP 800-63B asks for 8, or 15 where it stands alone)."""
LONGEST = 256
_STEP = 30
"""Seconds that a code counts for."""
_PATIENCE = 8.0
"""Seconds to wait for one's turn."""
_TURNS = BoundedSemaphore(2)
"""Each check takes 64 MiB: a crowd at the door must not fill the memory."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return the hash that an unknown login is checked against, so that it takes as long as a known one."""
    return _hasher().hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """Return a password as it is kept.

    Raises:
        DataError: it is shorter than :data:`SHORTEST` or longer than :data:`LONGEST` characters.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise DataError(
            f"the password has {len(password)} characters.",
            remedy=f"Take one with {SHORTEST} to {LONGEST}: four or five words that do not belong together.",
        )
    return _hasher().hash(_normal(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the one; takes as long where nothing is kept.

    Raises:
        RefusedError: too many wait to be checked.
    """
    if not _TURNS.acquire(timeout=_PATIENCE):
        raise RefusedError("too many people sign in at this moment.", remedy="Try again in a minute.")
    try:
        is_right = _hasher().verify(_normal(password[: LONGEST + 1]), kept or _nobody())
    finally:
        _TURNS.release()
    return is_right and kept is not None and len(password) <= LONGEST


def new_secret() -> str:
    """Return a secret for codes, 160 bits in base32 (RFC 4226, section 4)."""
    return pyotp.random_base32()


def step_of(code: str, secret: str, now: datetime) -> int | None:
    """Return the time step whose code it is; None where it is none of now, of the one before or of the one after."""
    digits, codes = "".join(code.split()), pyotp.TOTP(secret)
    step = int(now.timestamp()) // _STEP
    near = [each for each in (step - 1, step, step + 1) if secrets.compare_digest(_at(codes, each), digits.encode())]
    return near[0] if near else None


def address_of(secret: str, login: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def _at(codes: pyotp.TOTP, step: int) -> bytes:
    return codes.generate_otp(step).encode()


def _normal(password: str) -> str:
    """Return the same however the keyboard composes letters with marks (NIST SP 800-63B, section 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
