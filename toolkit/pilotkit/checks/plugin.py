"""The core's own checks, offered through the same hook as any plugin's. Every deployment loads this one as ``core``."""

from __future__ import annotations

from pilotkit.hookspecs import hookimpl
from pilotkit.model.printing import DocumentTemplate
from pilotkit.model.search import SearchSource
from pilotkit.model.surface import Check, Connector


@hookimpl
def register_checks() -> tuple[Check, ...]:
    """Every check of the core, one module each."""
    from pilotkit.checks import (
        capacity,
        dates,
        deadlines,
        donor_leaks,
        evidence,
        identifiers,
        integrity,
        kpis,
        languages,
        network,
        optional_plugins,
        overrides,
        references,
        required,
        responsibility,
        trust,
        unfinished_upgrade,
        unread_files,
    )

    return (
        required.CHECK,
        references.CHECK,
        identifiers.CHECK,
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
        donor_leaks.CHECK,
        unread_files.CHECK,
        optional_plugins.CHECK,
        trust.CHECK,
        unfinished_upgrade.CHECK,
    )


@hookimpl
def register_search() -> tuple[SearchSource, ...]:
    """Return what of the catalog can be found."""
    from pilotkit.search.catalog_documents import SOURCES

    return SOURCES


@hookimpl
def register_documents() -> tuple[DocumentTemplate, ...]:
    """Return the core's own printed documents."""
    from pilotkit.casework.ticket_document import TICKET

    return (TICKET,)


@hookimpl
def register_connectors() -> tuple[Connector, ...]:
    """Return the core's own connectors: payments for development."""
    from pilotkit.payments.simulated_provider import CONNECTOR

    return (CONNECTOR,)
