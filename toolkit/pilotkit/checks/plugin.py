"""The core's own checks, offered through the same hook as any plugin's. Every deployment loads this one as ``core``."""

from __future__ import annotations

from pilotkit.hookspecs import hookimpl
from pilotkit.model.printing import DocumentTemplate
from pilotkit.model.surface import Check, Connector


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
        trust,
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
        trust.CHECK,
    )


@hookimpl
def register_documents() -> tuple[DocumentTemplate, ...]:
    """The core's own printed documents."""
    from pilotkit.casework.tickets import TICKET

    return (TICKET,)


@hookimpl
def register_connectors() -> tuple[Connector, ...]:
    """The core's own connectors: payments for development."""
    from pilotkit.casework.local_payments import CONNECTOR

    return (CONNECTOR,)
