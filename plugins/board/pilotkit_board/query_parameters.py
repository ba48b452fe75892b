"""What a visitor asks for, read from the address: bounded, checked, and answered in words where it cannot be met."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from pilotkit import View

if TYPE_CHECKING:
    from pilotkit import AdministrativeUnit, Kpi
    from pilotkit.pages import PageRequest

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?")
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4})")
"""As people write a date: day, month, year."""
_PAGE = re.compile(r"[0-9]{1,6}")
_EARLIEST = 1970
_LONGEST_ECHO = 60


@dataclass(frozen=True)
class Choice:
    """Something that can be asked for instead."""

    label: str
    url: str


class UnanswerableError(Exception):
    """What was asked for is not there, or cannot be understood. Shown as a page of its own.

    Args:
        what: one sentence in the visitor's language.
        advice: what to do now.
        status: 404 where a thing is missing, 400 where the address cannot be understood.
        choices: what can be asked for instead.
    """

    def __init__(self, what: str, advice: str, *, status: int = 404, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(what)
        self.view = View("board/unanswerable.html", {"what": what, "advice": advice, "choices": choices}, status)


_Answer = TypeVar("_Answer")


def with_error_page(show: Callable[[PageRequest], _Answer]) -> Callable[[PageRequest], _Answer | View]:
    """Return a page that explains what it cannot answer, and says what to do before there are cases."""

    @wraps(show)
    def answer(request: PageRequest) -> _Answer | View:
        try:
            return show(request) if request.measures.facts.cases else View("board/no_cases.html")
        except UnanswerableError as problem:
            return problem.view

    return answer


def latest_moment(request: PageRequest) -> datetime:
    """Return the newest instant there can be figures of, to the second, so that an address can name it."""
    present: datetime = request.measures.present(request.now)
    return present.astimezone(request.zone).replace(microsecond=0)


def asked_moment(request: PageRequest) -> datetime:
    """Return the as-of instant: ``?as_of=2025-07-28`` is the end of that day, never later than the newest figures.

    Raises:
        UnanswerableError: no such date.
    """
    latest, text = latest_moment(request), asked_text(request)
    if not text:
        return latest
    asked = _read(request, text)
    if len(text) > len("2025-07-28"):
        return min(asked.replace(tzinfo=request.zone), latest)
    end: datetime = request.measures.end_of(asked.date()) if asked.date() < latest.date() else latest
    return end


def asked_text(request: PageRequest) -> str:
    """``?as_of`` as addresses carry it, where it was typed as ``28/7/2025``; as it stands where it is no such date."""
    text = request.query.get("as_of", "").strip()
    typed = _WRITTEN_DAY.fullmatch(text)
    return f"{typed[3]}-{int(typed[2]):02}-{int(typed[1]):02}" if typed else text


def asked_day(request: PageRequest, key: str) -> date | None:
    """Return a day in the query; None where none is asked.

    Raises:
        UnanswerableError: no such date.
    """
    text = request.query.get(key, "")
    return _read(request, text).date() if text else None


def written(request: PageRequest, moment: datetime) -> str:
    """Return an as-of instant as addresses carry it: :func:`asked_moment` reads the same instant from it."""
    local = moment.astimezone(request.zone)
    return local.date().isoformat() if local.microsecond else local.replace(tzinfo=None).isoformat()


def written_day(day: date) -> str:
    """Return a date as the field for it is filled: ``28/7/2025``, in every language."""
    return f"{day.day}/{day.month}/{day.year}"


def asked_page(request: PageRequest) -> int:
    """Return the number of a page, from 1; the first where none is asked.

    Raises:
        UnanswerableError: not a number.
    """
    text = request.query.get("page", "1")
    if not _PAGE.fullmatch(text):
        raise UnanswerableError(
            request.gettext("“%(page)s” is not the number of a page.") % {"page": echo(text)},
            request.gettext("Go back to the board and open the number again."),
            status=400,
            choices=to_board(request),
        )
    return max(1, int(text))


def known_kpi(request: PageRequest, name: str, among: Mapping[str, Kpi] | None = None) -> Kpi:
    """Return the KPI of that name among those the page is about.

    Raises:
        UnanswerableError: no such KPI; names those there are.
    """
    known = request.catalog.kpis if among is None else among
    if name in known:
        return known[name]
    raise UnanswerableError(
        request.gettext("There is no measure “%(name)s” here.") % {"name": echo(name)},
        request.gettext("Choose one of these:"),
        choices=tuple(Choice(request.text(kpi.name), request.url("board.kpi", kpi=kpi.id)) for kpi in known.values()),
    )


def known_unit(request: PageRequest, code: str) -> AdministrativeUnit:
    """Return the unit with that code.

    Raises:
        UnanswerableError: no such unit.
    """
    if code in request.catalog.units:
        return request.catalog.units[code]
    raise UnanswerableError(
        request.gettext("There is no unit with the code “%(code)s” here.") % {"code": echo(code)},
        request.gettext("The board lists every unit."),
        choices=to_board(request),
    )


def one_of(request: PageRequest, key: str, known: Mapping[str, Any], default: str) -> str:
    """Return a word in the query that must be among the known ones.

    Raises:
        UnanswerableError: another word.
    """
    word = request.query.get(key, default)
    if word in known:
        return word
    raise UnanswerableError(
        request.gettext("“%(word)s” is not something that can be shown of a number.") % {"word": echo(word)},
        request.gettext("Go back to the board and open the number again."),
        status=400,
        choices=to_board(request),
    )


def _read(request: PageRequest, text: str) -> datetime:
    try:
        asked = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        asked = None
    if asked is None or asked.year <= _EARLIEST:
        raise UnanswerableError(
            request.gettext("“%(text)s” is not a date.") % {"text": echo(text)},
            request.gettext("Write the date as day/month/year, for example %(example)s.")
            % {"example": written_day(latest_moment(request).date())},
            status=400,
            choices=to_board(request),
        )
    return asked


def to_board(request: PageRequest) -> tuple[Choice, ...]:
    """Return the way back to the board."""
    return (Choice(request.gettext("Open the board"), request.url("board.overview")),)


def echo(text: str) -> str:
    """Return what was asked for, short enough to stand in a sentence."""
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}…"
