"""Follow keys: what opens a case to the person who sent it. Made from the vault and the case's code, stored nowhere.

Twelve symbols of Crockford's base 32 in three groups: eleven hold 55 bits of HMAC-SHA256, the last is the check symbol
of the Luhn algorithm modulo 32, so that a slip of the pen is told from a wrong key.
"""

from __future__ import annotations

import hmac

from pilotkit.storage.vault import Vault

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, which are mistaken for others."""
_LOOKALIKES = str.maketrans("ILO", "110", "- \t\u2010\u2011\u2013")
_LENGTH = 12
_LABEL = "follow"


def follow_key(vault: Vault, code: str) -> str:
    """Return the key of the case with this code, such as ``7Q2M-X0KD-93PA``."""
    return _grouped(_key(vault.derived(_LABEL), code))


def is_follow_key(vault: Vault, code: str, typed: str) -> bool:
    """Whether what somebody typed is the key of this case, made with any of the vault's keys.

    Small letters, spaces, hyphens and the lookalikes I, L and O are taken as people mean them. It takes as long for a
    wrong key as for a right one.
    """
    plain = typed.upper().translate(_LOOKALIKES).encode(errors="replace")
    found = [hmac.compare_digest(_key(secret, code).encode(), plain) for secret in vault.derivations(_LABEL)]
    return any(found)


def is_well_formed(typed: str) -> bool:
    """Whether it can be a key at all: a slip of the pen is not. Tells nothing of any case."""
    plain = typed.upper().translate(_LOOKALIKES)
    return len(plain) == _LENGTH and set(plain) <= set(ALPHABET) and check_symbol(plain[:-1]) == plain[-1]


def check_symbol(text: str) -> str:
    """Return the check symbol of a text in :data:`ALPHABET`: Luhn modulo 32 (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, symbol in enumerate(reversed(text)):
        value = ALPHABET.index(symbol) * (1 if place % 2 else 2)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def symbols(number: int, length: int) -> str:
    """Return the lowest ``5 × length`` bits of a number, written in :data:`ALPHABET`."""
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(length)))


def _key(secret: bytes, code: str) -> str:
    number = int.from_bytes(hmac.digest(secret, code.encode(errors="surrogatepass"), "sha256")[:8])
    text = symbols(number, _LENGTH - 1)
    return text + check_symbol(text)


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
