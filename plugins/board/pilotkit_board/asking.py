"""What a visitor asks for, read from the address: bounded, checked, and answered in words where it cannot be met."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeVar

from pilotkit import AdministrativeUnit, Kpi, View, Visit

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


def answering(show: Callable[[Visit], _Answer]) -> Callable[[Visit], _Answer | View]:
    """A page that explains what it cannot answer, and says what to do before there are cases."""

    @wraps(show)
    def answer(visit: Visit) -> _Answer | View:
        try:
            return show(visit) if visit.measures.facts.cases else View("board/no_cases.html")
        except UnanswerableError as problem:
            return problem.view

    return answer


def latest_moment(visit: Visit) -> datetime:
    """The newest instant there can be figures of, to the second, so that an address can name it."""
    present: datetime = visit.measures.present(visit.now)
    return present.astimezone(visit.zone).replace(microsecond=0)


def asked_moment(visit: Visit) -> datetime:
    """The as-of instant: ``?as_of=2025-07-28`` is the end of that day, never later than the newest figures.

    Raises:
        UnanswerableError: no such date.
    """
    latest, text = latest_moment(visit), asked_text(visit)
    if not text:
        return latest
    asked = _read(visit, text)
    if len(text) > len("2025-07-28"):
        return min(asked.replace(tzinfo=visit.zone), latest)
    end: datetime = visit.measures.end_of(asked.date()) if asked.date() < latest.date() else latest
    return end


def asked_text(visit: Visit) -> str:
    """``?as_of`` as addresses carry it, where it was typed as ``28/7/2025``; as it stands where it is no such date."""
    text = visit.query.get("as_of", "").strip()
    typed = _WRITTEN_DAY.fullmatch(text)
    return f"{typed[3]}-{int(typed[2]):02}-{int(typed[1]):02}" if typed else text


def asked_day(visit: Visit, key: str) -> date | None:
    """A day in the query; None where none is asked.

    Raises:
        UnanswerableError: no such date.
    """
    text = visit.query.get(key, "")
    return _read(visit, text).date() if text else None


def written(visit: Visit, moment: datetime) -> str:
    """An as-of instant as addresses carry it: :func:`asked_moment` reads the same instant from it."""
    local = moment.astimezone(visit.zone)
    return local.date().isoformat() if local.microsecond else local.replace(tzinfo=None).isoformat()


def written_day(day: date) -> str:
    """A date as the field for it is filled: ``28/7/2025``, in every language."""
    return f"{day.day}/{day.month}/{day.year}"


def asked_page(visit: Visit) -> int:
    """The number of a page, from 1; the first where none is asked.

    Raises:
        UnanswerableError: not a number.
    """
    text = visit.query.get("page", "1")
    if not _PAGE.fullmatch(text):
        raise UnanswerableError(
            visit.gettext("“%(page)s” is not the number of a page.") % {"page": echo(text)},
            visit.gettext("Go back to the board and open the number again."),
            status=400,
            choices=to_board(visit),
        )
    return max(1, int(text))


def known_kpi(visit: Visit, name: str, among: Mapping[str, Kpi] | None = None) -> Kpi:
    """The KPI of that name among those the page is about.

    Raises:
        UnanswerableError: no such KPI; names those there are.
    """
    known = visit.catalog.kpis if among is None else among
    if name in known:
        return known[name]
    raise UnanswerableError(
        visit.gettext("There is no measure “%(name)s” here.") % {"name": echo(name)},
        visit.gettext("Choose one of these:"),
        choices=tuple(Choice(visit.text(kpi.name), visit.url("board.kpi", kpi=kpi.id)) for kpi in known.values()),
    )


def known_unit(visit: Visit, code: str) -> AdministrativeUnit:
    """The unit with that code.

    Raises:
        UnanswerableError: no such unit.
    """
    if code in visit.catalog.units:
        return visit.catalog.units[code]
    raise UnanswerableError(
        visit.gettext("There is no unit with the code “%(code)s” here.") % {"code": echo(code)},
        visit.gettext("The board lists every unit."),
        choices=to_board(visit),
    )


def one_of(visit: Visit, key: str, known: Mapping[str, Any], default: str) -> str:
    """A word in the query that must be among the known ones.

    Raises:
        UnanswerableError: another word.
    """
    word = visit.query.get(key, default)
    if word in known:
        return word
    raise UnanswerableError(
        visit.gettext("“%(word)s” is not something that can be shown of a number.") % {"word": echo(word)},
        visit.gettext("Go back to the board and open the number again."),
        status=400,
        choices=to_board(visit),
    )


def _read(visit: Visit, text: str) -> datetime:
    try:
        asked = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        asked = None
    if asked is None or asked.year <= _EARLIEST:
        raise UnanswerableError(
            visit.gettext("“%(text)s” is not a date.") % {"text": echo(text)},
            visit.gettext("Write the date as day/month/year, for example %(example)s.")
            % {"example": written_day(latest_moment(visit).date())},
            status=400,
            choices=to_board(visit),
        )
    return asked


def to_board(visit: Visit) -> tuple[Choice, ...]:
    """The way back to the board."""
    return (Choice(visit.gettext("Open the board"), visit.url("board.overview")),)


def echo(text: str) -> str:
    """What was asked for, short enough to stand in a sentence."""
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}…"
