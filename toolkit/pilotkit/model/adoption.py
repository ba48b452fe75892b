"""Adoption: what a deployment tells the ministry about itself. Counts and codes only, nothing of any person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from pilotkit.model.kpi import ToldFigure
from pilotkit.model.package import MeasuredFigure, SemanticVersion, Sha256
from pilotkit.model.registry import Voucher
from pilotkit.model.text import Identifier, Noun

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0)]


class InstalledPackage(Noun):
    """The package that a deployment runs, and how it stands with its registry."""

    name: Identifier
    version: SemanticVersion
    identity: Sha256 | None = None
    """Absent: the model is authored in the deployment itself."""
    voucher: Voucher | None = None
    """Absent: nothing was kept of where it came from."""
    stale_since: AwareDatetime | None = None
    is_revoked: bool = False
    overrides: Count = 0
    """Files of ``local/overrides/``."""
    changed_keys: Count = 0
    drifted_files: Count = 0
    """Files of ``model/`` that are not as the package has them."""


class CheckSummary(Noun):
    """What ``pilotkit check`` finds, counted."""

    errors: Count
    warnings: Count
    notices: Count
    blocked: tuple[Identifier, ...] = ()
    """The checks that found errors."""


class MonthlyFigure(ToldFigure):
    """One KPI of the cases received in one month, in one unit or in all of a deployment's units together."""

    kpi: Identifier
    unit: Annotated[str, StringConstraints(max_length=40)] | None = None
    """A code; absent: all together."""
    month: Month
    definition_hash: Annotated[str, StringConstraints(max_length=64)]
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    """Percent of the rows it should be of that it is of. Told of all units together alone: with the same of each unit
    it would say how many cases the others have."""


class AdoptionReceipt(Noun):
    """A deployment's statement of what it runs and how it does."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    deployment: Identifier
    scheme: Identifier
    province: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    issued: AwareDatetime
    pilotkit: Annotated[str, StringConstraints(max_length=40)]
    package: InstalledPackage
    checks: CheckSummary
    since: date | None = None
    """Figures are of cases received from this day on; absent: all."""
    as_of: AwareDatetime | None = None
    """Absent: there are no cases yet, and so no figures."""
    location_version: Annotated[str, StringConstraints(max_length=120)]
    completeness: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    is_simulated: bool = False
    figures: tuple[MeasuredFigure, ...] = ()
    """Of all units together; what is of few cases is left out."""
    monthly: tuple[MonthlyFigure, ...] = ()
    """Where they were asked for; what has too few cases, and so might say something of a person, is left out, and so is
    whatever would give it away by subtraction."""
