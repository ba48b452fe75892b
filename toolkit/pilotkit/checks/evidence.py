"""How far what is shown may be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import gather
from pilotkit.checks.homes import sourced_things
from pilotkit.errors import Place
from pilotkit.model.source import Certainty
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.packages.measured_evidence import unproven_claims


def run(deployment: Deployment) -> Iterator[Finding]:
    """Errors for what was not measured as claimed, warnings for claims beyond their source, notices of fiction."""
    catalog = deployment.catalog
    yield from gather(_unproven(deployment), "{count} claims are not what the facts give: {names}.")
    yield from gather(_surer_than_source(catalog), "{count} statements rest on a synthetic source alone: {names}.")
    for file, count in sorted(_synthetic(catalog).items()):
        yield Finding(
            Severity.NOTICE,
            CHECK.id,
            Place(file),
            f"{count} {'entry is' if count == 1 else 'entries are'} synthetic and shown with that mark.",
            "Replace them by what is measured or published here.",
        )


def _unproven(deployment: Deployment) -> Iterator[Finding]:
    for each in unproven_claims(deployment):
        yield Finding(
            Severity.ERROR,
            CHECK.id,
            Place(each.file, each.figure),
            f"It claims {each.claimed}, but the facts here give {each.found}.",
            "Measure again with 'pilotkit evidence', or remove the file.",
        )


def _claims(catalog: Catalog) -> Iterator[tuple[Place, str, Certainty]]:
    for where, thing in sourced_things(catalog):
        yield where, thing.reference, thing.certainty
    for figure in catalog.figures:
        yield Place("local/figures.csv", figure.id), figure.reference, figure.certainty


def _surer_than_source(catalog: Catalog) -> Iterator[Finding]:
    for where, reference, certainty in _claims(catalog):
        source = catalog.sources.get(reference)
        if source and source.certainty is Certainty.SYNTHETIC and certainty is not Certainty.SYNTHETIC:
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                where,
                f"Its certainty is '{certainty}', but its source '{source.id}' is synthetic.",
                "Mark it synthetic, or name the publication it rests on.",
            )


def _synthetic(catalog: Catalog) -> Counter[str]:
    """How many entries are made up, by file. A simulation profile is so by nature."""
    claims = [where for where, _, certainty in _claims(catalog) if certainty is Certainty.SYNTHETIC]
    return Counter(where.file for where in claims if where.file != "model/evidence/simulation.yaml")


CHECK = Check("evidence", "Does what is shown say how far it may be trusted?", run)
