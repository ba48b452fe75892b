"""The counter's words for what a case's clock says and for what went wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pilotkit.cases import ClockState

if TYPE_CHECKING:
    from pilotkit import PilotkitError
    from pilotkit.cases import Countdown
    from pilotkit.pages import PageRequest

MARKS = {ClockState.LATE: "late", ClockState.SOON: "at_risk", ClockState.RUNNING: "on_track"}
"""The shape of each state; what is not here has the open circle."""


def clock_words(request: PageRequest, clock: Countdown) -> str:
    """Return what is left of the clock, in working time."""
    _ = request.gettext
    match clock.state:
        case ClockState.ENDED:
            return _("Ended")
        case ClockState.UNTIMED:
            return _("No deadline published")
        case ClockState.STANDING:
            return _("Clock stands: the person is awaited")
        case ClockState.LATE if clock.left is None or clock.left >= timedelta(0):
            return _("Late: asked a second time")
        case ClockState.LATE:
            return _("Late by %(time)s") % {"time": duration(request, -clock.left if clock.left else timedelta(0))}
        case _:
            return _("%(time)s left") % {"time": duration(request, clock.left or timedelta(0))}


def duration(request: PageRequest, time: timedelta) -> str:
    """Working time in words: the two greatest of working days, hours and minutes."""
    day = _working_day(request)
    days, rest = divmod(time, day)
    hours, minutes = rest // timedelta(hours=1), rest % timedelta(hours=1) // timedelta(minutes=1)
    parts = []
    if days:
        parts.append(request.ngettext("%(num)s working day", "%(num)s working days", days) % {"num": days})
    if hours:
        parts.append(request.ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": hours})
    if not days and (minutes or not hours):
        parts.append(request.ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes})
    return " ".join(parts)


def said(request: PageRequest, problem: PilotkitError) -> str:
    """Return what is wrong and what to do, on one line."""
    return f"{problem.what} {problem.remedy}".strip() or request.gettext("It cannot be done.")


def closing(request: PageRequest, text: str) -> datetime | None:
    """Return closing time of a day written ``2025-07-28`` or ``28/7/2025``; None where it is no day."""
    parts = text.strip().replace("/", "-").split("-")
    if parts and len(parts[-1]) == 4:  # noqa: PLR2004  # a year
        parts.reverse()
    try:
        year, month, day = (int(part) for part in parts)
        return datetime.combine(date(year, month, day), request.deployment.settings.calendar.closes, request.zone)
    except ValueError:
        return None


def _working_day(request: PageRequest) -> timedelta:
    hours = request.deployment.settings.calendar
    times = [timedelta(hours=each.hour, minutes=each.minute) for each in (
        hours.opens, hours.break_starts, hours.break_ends, hours.closes
    )]  # fmt: skip
    return times[1] - times[0] + times[3] - times[2]
