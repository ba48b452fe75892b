"""Adoption: the receipt that a deployment sends the ministry. Counts and codes only, no personal data."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from pilotkit.model.kpi import ToldFigure
from pilotkit.model.package import MeasuredFigure, SemanticVersion, Sha256
from pilotkit.model.registry import Voucher
from pilotkit.model.text import Identifier, Noun
from pilotkit.model.upgrade import ObstacleKind

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0)]
FORMAT = 2
"""The format of new receipts; earlier ones can be read."""
MOST_CHECKS, MOST_REASONS, MOST_PLACES = 200, 20, 100
"""The maximum number of each in a receipt."""
_LONGEST = 200


def _quoted(text: object) -> object:
    """Return a foreign name of a file or key made safe to show: one line, printable, bounded in length."""
    if not isinstance(text, str):
        return text
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in cut)


Quoted = Annotated[str, BeforeValidator(_quoted)]


def _in_this_century(instant: datetime) -> datetime:
    if not 2000 <= instant.year < 2100:  # noqa: PLR2004  # years that a receipt can speak of
        raise ValueError(f"lies in the year {instant.year}")
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_in_this_century)]


class InstalledPackage(Noun):
    """The package that a deployment runs, and its trust status."""

    name: Identifier
    version: SemanticVersion
    identity: Sha256 | None = None
    """Absent: the model is authored in the deployment itself."""
    voucher: Voucher | None = None
    """Absent: no trust statement was kept."""
    stale_since: Instant | None = None
    is_revoked: bool = False
    overrides: Count = 0
    """Files of ``local/overrides/``."""
    changed_keys: Count = 0
    drifted_files: Count = 0
    """Files of ``model/`` that differ from the package."""


class CheckSummary(Noun):
    """The counts of ``pilotkit check``'s findings."""

    errors: Count
    warnings: Count
    notices: Count
    blocked: Annotated[tuple[Identifier, ...], Field(max_length=MOST_CHECKS)] = ()
    """The checks that found errors."""


class RefusalReason(Noun):
    """An obstacle of a refused upgrade: its location, never a value."""

    kind: ObstacleKind
    file: Quoted = ""
    key: Quoted = ""
    check: Identifier | None = None
    """The check that would fail."""


class RefusedUpgrade(Noun):
    """``.pilot/refused.json``: the last upgrade that was refused because of obstacles."""

    version: SemanticVersion
    """The refused version."""
    since: Instant
    """When it was first refused."""
    count: Count
    """The number of reasons."""
    reasons: Annotated[tuple[RefusalReason, ...], Field(max_length=MOST_REASONS)] = ()
    """The first of them."""


class OpenKind(StrEnum):
    """The kinds of open decisions."""

    FILE = "file"
    """Both sides changed it: the package's lies beside it as ``.package-new``."""
    OVERRIDE = "override"
    """The package changed the value that it replaced."""
    SETTING = "setting"
    """Both sides set it."""
    SET_ASIDE = "set_aside"
    """Its key was removed: it lies below ``local/set-aside/``, without effect."""


class OpenPlace(Noun):
    """The location of an open decision."""

    kind: OpenKind
    file: Quoted
    key: Quoted = ""
    """Empty: the file as a whole."""


class LeftOpen(Noun):
    """The decisions that upgrades left open: their locations, never a value."""

    count: Count
    places: Annotated[tuple[OpenPlace, ...], Field(max_length=MOST_PLACES)] = ()
    """The first of them."""


class MonthlyFigure(ToldFigure):
    """One KPI of the cases received in one month, in one unit or in all of a deployment's units together."""

    kpi: Identifier
    unit: Annotated[str, StringConstraints(max_length=40)] | None = None
    """A code; absent: all together."""
    month: Month
    definition_hash: Annotated[str, StringConstraints(max_length=64)]
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    """Completeness: percent of the expected rows that were counted. Given for all units together only: by unit it would
    reveal how many cases the others have."""


class AdoptionReceipt(Noun):
    """A deployment's signed statement of its version, health and figures."""

    format: Annotated[int, Field(ge=1, le=FORMAT)] = FORMAT
    deployment: Identifier
    scheme: Identifier
    province: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    issued: Instant
    pilotkit: Annotated[str, StringConstraints(max_length=40)]
    package: InstalledPackage
    checks: CheckSummary
    left_open: LeftOpen | None = None
    """Absent in receipts of format 1, which did not tell."""
    refused: RefusedUpgrade | None = None
    """Absent: no newer version was refused, or the receipt is of format 1, which did not tell."""
    since: date | None = None
    """Figures are of cases received from this day on; absent: all."""
    as_of: Instant | None = None
    """Absent: there are no cases yet, and so no figures."""
    location_version: Annotated[str, StringConstraints(max_length=120)]
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    is_simulated: bool = False
    figures: tuple[MeasuredFigure, ...] = ()
    """Of all units together; what is of few cases is left out."""
    monthly: tuple[MonthlyFigure, ...] = ()
    """Figures by unit, where requested. A figure of too few cases, which might reveal a person, is suppressed, and so
    is every figure that would reveal it by subtraction."""
