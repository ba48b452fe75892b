"""The core's own checks, offered through the same hook as any plugin's. Every deployment loads this one as ``core``."""

from __future__ import annotations

from pilotkit.hookspecs import hookimpl
from pilotkit.model.surface import Check


@hookimpl
def register_checks() -> tuple[Check, ...]:
    """Every check of the core, one module each."""
    from pilotkit.checks import (
        capacity,
        codes,
        dates,
        deadlines,
        evidence,
        integrity,
        kpis,
        languages,
        leftovers,
        network,
        overrides,
        references,
        required,
        responsibility,
        strays,
    )

    return (
        required.CHECK,
        references.CHECK,
        codes.CHECK,
        network.CHECK,
        kpis.CHECK,
        responsibility.CHECK,
        capacity.CHECK,
        dates.CHECK,
        deadlines.CHECK,
        evidence.CHECK,
        languages.CHECK,
        overrides.CHECK,
        integrity.CHECK,
        leftovers.CHECK,
        strays.CHECK,
    )
