"""Working days of the administration, and the exceptions to the week."""

from __future__ import annotations

from datetime import date
from typing import Literal, Protocol, runtime_checkable

from pilotkit.model.text import Noun


class DayException(Noun):
    """An exception to the working week: ``local/calendar.csv``."""

    day: date
    kind: Literal["holiday", "working"]
    """``holiday``: closed. ``working``: open, such as a make-up Saturday."""
    name: str
    announced: bool = True
    """False when computed ahead of the official announcement."""


@runtime_checkable
class Calendar(Protocol):
    """A source of exceptions, usually a country's. The deployment's own table takes precedence."""

    @property
    def id(self) -> str:
        """The id in pilot.toml."""

    def exceptions(self, year: int) -> tuple[DayException, ...]:
        """Return the exceptions of one year in order of date."""
