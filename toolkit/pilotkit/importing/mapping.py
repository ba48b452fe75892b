"""The mapping: how the columns and words of another system's log become ours (``map.toml``)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from pilotkit.model.case import CaseStatus, EventKind
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun, search_form
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.toml_data import parse_toml

PERSONS = frozenset({"org:resource"})
"""Columns of the XES standard that name a person: never stored, whatever the mapping says."""
Words = Annotated[tuple[str, ...], Field(strict=False)]


class Source(Noun):
    """``[source]``: how the file is written."""

    format: Literal["csv", "xlsx", "parquet", "xes"] | None = None
    """Told from the file's name where absent: ``.csv``, ``.xlsx``, ``.xls``, ``.ods``, ``.parquet``, ``.xes``."""
    encoding: str | None = None
    """Of a CSV file, as Python names it (``utf-16``, ``cp1258``). Absent: UTF-8, or what a byte order mark says."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """Between cells of a CSV file. Absent: the one of ``, ; | tab`` that stands most often in the header."""
    sheet: str | None = None
    """Of a workbook; the first where absent."""
    zone: str | None = None
    """The IANA time zone of instants that name none; the deployment's where absent."""
    day_first: bool | None = None
    """Whether ``3/7/2025`` is in July. Absent: such a date is refused, because nobody can know."""
    only: dict[str, Words] = Field(default_factory=dict)
    """Rows are taken only where the column has one of these words, such as ``"lifecycle:transition" = ["complete"]``.
    The others are left out and counted."""

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str | None) -> str | None:
        try:
            return zone and ZoneInfo(zone).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is not an IANA time zone such as Europe/Paris") from None


class Columns(Noun):
    """``[columns]``: which column says what. Rows of a case may stand anywhere in the file and in any order."""

    case: str
    """What tells cases apart; with ``[defaults] prefix`` it becomes the case's code."""
    at: str
    """When the row's event happened."""
    activity: str | None = None
    """What happened, in the log's own words."""
    status: str | None = None
    """The status after the event, different from row to row."""
    final_status: str | None = None
    """The status when the log was taken, the same in every row of a case: it ends a case whose events do not."""
    finished: str | None = None
    """When the case ended, the same in every row of a case."""
    due: str | None = None
    """The deadline as the other system gave it. It is kept as it is; empty is none."""
    procedure: str | None = None
    unit: str | None = None
    channel: str | None = None
    point: str | None = None
    """The service point that took it in."""

    def mapped(self) -> dict[str, str]:
        """Return what each named column says, by what it is called here."""
        return {ours: theirs for ours, theirs in self if theirs is not None}


Happening = EventKind | Literal["ignore"]


class Values(Noun):
    """``[values.…]``: the log's words in ours. A word that is a code or a name of ours needs no line."""

    activity: dict[str, Happening] = Field(default_factory=dict)
    """Activity → kind of event, or ``ignore``. Others are ``advanced`` to a step of the activity's own name."""
    step: dict[str, str] = Field(default_factory=dict)
    """Activity → the step that the case stands at after it."""
    status: dict[str, CaseStatus] = Field(default_factory=dict)
    channel: dict[str, Channel] = Field(default_factory=dict)
    procedure: dict[str, str] = Field(default_factory=dict)
    unit: dict[str, str] = Field(default_factory=dict)
    point: dict[str, str] = Field(default_factory=dict)


class Defaults(Noun):
    """``[defaults]``: what holds where the log says nothing."""

    prefix: str = ""
    """Stands before every case code, such as ``old-``."""
    procedure: str | None = None
    unit: str | None = None
    channel: Channel | None = None
    point: str | None = None
    due: Literal["none", "rules"] = "none"
    """``rules``: a case of a log without deadlines is due as its procedure says."""


class Attributes(Noun):
    """``[attributes]``: columns that are not mapped become attributes of the case, as its last row has them."""

    keep: Words | None = None
    """Only these; all where absent."""
    drop: Words = ()
    """Never stored and never reported: whatever tells who a person is."""
    types: dict[str, Literal["text", "number", "boolean"]] = Field(default_factory=dict)
    """Text unless said here. A row with another value is rejected."""


class Mapping(Noun):
    """A whole ``map.toml``."""

    source: Source = Field(default_factory=Source)
    columns: Columns
    values: Values = Field(default_factory=Values)
    defaults: Defaults = Field(default_factory=Defaults)
    attributes: Attributes = Field(default_factory=Attributes)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        both = {*self.attributes.drop} & {*self.columns.mapped().values(), *(self.attributes.keep or ())}
        if both:
            raise ValueError(f"the column {min(both)!r} is dropped and used")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def attribute_columns(self, header: tuple[str, ...]) -> dict[str, int]:
        """Return the name of each attribute with the place of its column.

        Raises:
            ValueError: two columns would become the same attribute.
        """
        taken = {*self.columns.mapped().values(), *self.attributes.drop, *PERSONS}
        wanted = self.attributes.keep if self.attributes.keep is not None else header
        named: dict[str, int] = {}
        for place, column in enumerate(header):
            if column in taken or column not in wanted:
                continue
            name = attribute_name(column)
            if name in named:
                raise ValueError(f"the columns {header[named[name]]!r} and {column!r} are both the attribute {name!r}")
            named[name] = place
        return named


def attribute_name(column: str) -> str:
    """Return what a KPI calls the attribute of a column: lower case, without marks, ``_`` between words."""
    return search_form(column).replace(" ", "_") or "column"


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a file.

    Raises:
        DataError: it is missing, or wrong.
    """
    text = read_text(path, path.name)
    return noun_from(Mapping, parse_toml(text, path.name), path.name, text=text)
