"""Why a registry's word does not hold, in words for whoever waits for a package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tuf.api import exceptions as tuf

from pilotkit.errors import TargetError, TrustError
from pilotkit.registry.fetcher import Fetcher

_TELL = "Nothing was installed. Tell the registry's operator."
_LATER = "Check the address and the network; or take a copy on a stick ('pilotkit registry export')."


@contextmanager
def explain(place: str, fetcher: Fetcher, store: Path) -> Iterator[None]:
    """Turn the refusals of the update framework and of the disk into the project's own.

    Raises:
        TrustError: in place of whatever the framework refused with.
        TargetError: what is kept of the registry cannot be written.
    """
    try:
        yield
    except tuf.ExpiredMetadataError as problem:
        role = _role_in(str(problem))
        raise TrustError(_expired(role, fetcher.expiry_of(role, store)), remedy=_RENEW) from None
    except tuf.DownloadHTTPError as problem:
        raise TrustError(f"{place} lacks a file that it should have ({problem}).", remedy=_LATER) from None
    except tuf.DownloadLengthMismatchError as problem:
        raise TrustError(f"{place} sends more than was signed for: {problem}.", remedy=_TELL) from None
    except tuf.DownloadError as problem:
        raise TrustError(f"{place} cannot be read: {problem.__cause__ or problem}.", remedy=_LATER) from None
    except tuf.UnsignedMetadataError as problem:
        raise TrustError(f"{place} is not signed by enough of the keys that count: {problem}.", remedy=_TELL) from None
    except tuf.BadVersionNumberError as problem:
        raise TrustError(
            f"{place} offers an older or another version than it has to: {problem}.", remedy=_TELL
        ) from None
    except tuf.LengthOrHashMismatchError as problem:
        raise TrustError(f"{place} holds a file that is not the signed one: {problem}.", remedy=_TELL) from None
    except tuf.RepositoryError as problem:
        raise TrustError(f"{place} does not hold together: {problem}.", remedy=_TELL) from None
    except OSError as problem:
        raise TargetError(
            f"{problem.filename or store} cannot be written: {problem.strerror}.",
            remedy="Make room, or name another folder for what is kept of registries.",
        ) from None


_RENEW = (
    "What is installed keeps running. Ask the registry's operator to run 'pilotkit registry refresh', or fetch a newer "
    "copy; and look whether this machine's date is right."
)


def _role_in(what: str) -> str:
    """Which role the framework means with ``timestamp.json is expired`` or ``New amber is expired``."""
    words = what.split()
    return next((word.removesuffix(".json") for word in words if word.endswith(".json")), words[1])


def _expired(role: str, since: datetime | None) -> str:
    if since is None:
        return f"what the registry says ({role}) has expired, so nothing new is installed from it."
    days = (datetime.now(UTC) - since).days
    ago = {0: "today", 1: "a day ago"}.get(days, f"{days} days ago")
    return f"what the registry says ({role}) expired on {since:%Y-%m-%d %H:%M} UTC, {ago}: nothing new is installed."
