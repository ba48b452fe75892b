"""How long one waits after failures to sign in: longer each time, kept in the database, and nobody locks others out.

A browser that a login has signed in from before is counted for itself. So whoever tries passwords from elsewhere, or
from the same office, slows down unknown browsers only; the officers at their desks do not notice
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from pilotkit.storage.account_tables import FailureRow, failures_of, known_failures

FORGETTING = timedelta(hours=24)
"""Failures older than this no longer count."""
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and how long the longest wait is."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long to wait after so many failures: 0, then 1 s, 2 s, 4 s, … up to the longest."""
        if failures <= self.free:
            return timedelta(0)
        return min(self.longest, timedelta(seconds=2 ** min(failures - self.free - 1, 20)))


OF_LOGIN = Limit(free=5, longest=timedelta(minutes=15))
OF_NETWORK = Limit(free=30, longest=timedelta(minutes=1))
"""Short: a whole office may stand behind one address."""
OF_DEVICE = Limit(free=5, longest=timedelta(minutes=5))


def network_of(client: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 that one household or office has of IPv6."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def waiting(session: Session, limits: dict[str, Limit], now: datetime) -> timedelta:
    """How long is still to wait until an attempt is heard, by what is known already; 0 where it may be asked."""
    known = known_failures(session, limits)
    return max((row.last_at + limits[row.subject].wait(_counted(row, now)) - now for row in known), default=_NOTHING)


def _counted(row: FailureRow, now: datetime) -> int:
    """Return the failures that are not forgotten yet."""
    return row.count if now - row.last_at < FORGETTING else 0


def asked(session: Session, limits: dict[str, Limit], now: datetime) -> timedelta:
    """How long is still to wait until an attempt is heard; 0 where this one is, and then it counts as failed already.

    It counts before it is checked, so that a thousand at once do not all pass as the first.
    """
    rows = failures_of(session, limits, now).values()  # held: nobody else counts meanwhile
    wait = waiting(session, limits, now)
    if wait > _NOTHING:
        return wait
    for row in rows:
        row.count, row.last_at = _counted(row, now) + 1, now
    return _NOTHING


def forgive(session: Session, limits: dict[str, Limit], now: datetime) -> None:
    """After an attempt that was right: its failures are forgotten; of a network only this one, for others share it."""
    for subject, row in failures_of(session, limits, now).items():
        row.count = max(0, row.count - 1) if limits[subject] is OF_NETWORK else 0
