"""Whatever names another thing must name one that is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.homes import ROWS, home_of, of_file, sourced_things
from pilotkit.errors import Place
from pilotkit.model.kpi import Target
from pilotkit.model.procedure import Procedure
from pilotkit.model.surface import Check, Finding, Severity


class Mention(NamedTuple):
    """One place that names a thing of some kind."""

    where: Place
    kind: str
    name: str


def run(deployment: Deployment) -> Iterator[Finding]:
    """One error for each name that leads nowhere, however often it is mentioned."""
    known = _known(deployment.catalog)
    lost: dict[tuple[str, str], list[Place]] = {}
    for mention in _mentions(deployment.catalog):
        if mention.name not in known[mention.kind]:
            lost.setdefault((mention.kind, mention.name), []).append(mention.where)
    for (kind, name), places in lost.items():
        again = f" (named in {len(places)} places)" if len(places) > 1 else ""
        yield Finding(
            Severity.ERROR,
            CHECK.id,
            places[0],
            f"There is no {kind} '{name}'{again}.",
            f"Correct the name, or add it to {_HOMES[kind]}.",
        )


_HOMES = {
    "source": "model/evidence/sources.yaml",
    "domain": "model/knowledge/domains.yaml",
    "life event": "model/knowledge/life_events.yaml",
    "role": "model/people/roles.yaml",
    "course": "model/people/courses.yaml",
    "procedure": "model/procedures/",
    "KPI": "model/kpis/kpis.yaml",
    "unit": "local/units.csv",
    "service point": "local/points.csv",
    "head": "local/heads.csv",
    "calendar": "[plugins] enabled a plugin that offers it",
    "identifier pattern": "[plugins] enabled a plugin that offers it",
}


def _known(catalog: Catalog) -> Mapping[str, Collection[str]]:
    return {
        "source": catalog.sources,
        "domain": catalog.domains,
        "life event": catalog.life_events,
        "role": catalog.roles,
        "course": catalog.courses,
        "procedure": catalog.procedures,
        "KPI": catalog.kpis.keys() | catalog.formulas.keys(),
        "unit": catalog.units,
        "service point": catalog.points,
        "head": catalog.heads,
        "calendar": catalog.calendars,
        "wage": catalog.wages,
        "index input": {each.id for formula in catalog.formulas.values() for each in formula.inputs},
        "identifier pattern": catalog.patterns,
    }


def _mentions(catalog: Catalog) -> Iterator[Mention]:
    yield from _in_settings(catalog)
    yield from _of_sources(catalog)
    for procedure in catalog.procedures.values():
        yield from _in_procedure(procedure)
    yield from _in_model(catalog)
    yield from _in_local(catalog)


def _in_settings(catalog: Catalog) -> Iterator[Mention]:
    settings = catalog.settings
    if catalog.units:
        yield Mention(Place("pilot.toml", "deployment.province"), "unit", settings.deployment.province)
    yield from _named("pilot.toml", "calendar.source", "calendar", settings.calendar.source)
    yield from _named("pilot.toml", "identifiers.procedure", "identifier pattern", settings.identifiers.procedure)
    yield from _named("pilot.toml", "identifiers.case", "identifier pattern", settings.identifiers.case)


def _of_sources(catalog: Catalog) -> Iterator[Mention]:
    for where, thing in sourced_things(catalog):
        yield Mention(where, "source", thing.reference)
    for line, target in enumerate(catalog.targets, start=ROWS):
        yield from _named("local/targets.csv", "also_reference", "source", target.also_reference, line)
    for figure in catalog.figures:
        yield Mention(Place("local/figures.csv", figure.id), "source", figure.reference)
    for contact in catalog.contacts.values():
        yield from _named("local/contacts.toml", f"{contact.id}.reference", "source", contact.reference)
    if catalog.pattern:
        yield Mention(Place("model/network/pattern.yaml", "reference"), "source", catalog.pattern.reference)


def _in_procedure(procedure: Procedure) -> Iterator[Mention]:
    file = home_of(procedure)
    yield Mention(Place(file, "domain"), "domain", procedure.domain)
    yield from _each(file, "life_events", "life event", procedure.life_events)
    for step in procedure.steps:
        yield Mention(Place(file, f"steps.{step.id}.role"), "role", step.role)
    for channel, offer in procedure.offers.items():
        for fee in offer.fees if isinstance(offer.fees, tuple) else ():
            yield from _named(file, f"offers.{channel}.fees.{fee.id}.reference", "source", fee.reference)


def _in_model(catalog: Catalog) -> Iterator[Mention]:
    for article in catalog.articles.values():
        yield from _each(of_file(article), f"{article.id}.procedures", "procedure", article.procedures)
    for goal in catalog.goals.values():
        yield Mention(Place(of_file(goal), f"{goal.id}.kpi"), "KPI", goal.kpi)
    for norm in catalog.norms.values():
        yield Mention(Place(of_file(norm), f"{norm.id}.role"), "role", norm.role)
    for course in catalog.courses.values():
        yield from _each(of_file(course), f"{course.id}.roles", "role", course.roles)
        yield from _each(of_file(course), f"{course.id}.requires", "course", course.requires)
    if catalog.profile:
        yield from _each(of_file(catalog.profile), "mix", "procedure", catalog.profile.mix)
    for handler in catalog.handlers.values():
        yield Mention(Place("pilot.toml", "plugins.enabled"), "procedure", handler.procedure_code)
    for cost in catalog.costs.values():
        yield Mention(Place(of_file(cost), f"{cost.id}.procedure"), "procedure", cost.procedure)
        yield Mention(Place(of_file(cost), f"{cost.id}.wage"), "wage", cost.wage)


def _in_local(catalog: Catalog) -> Iterator[Mention]:
    for line, row in enumerate(catalog.reported_counts, start=ROWS):
        yield Mention(Place("local/index_inputs.csv", "unit", line), "unit", row.unit)
        yield Mention(Place("local/index_inputs.csv", "input", line), "index input", row.input)
    for point in catalog.points.values():
        yield Mention(Place("local/points.csv", f"{point.id}.unit"), "unit", point.unit)
        yield from _named("local/points.csv", f"{point.id}.parent", "service point", point.parent)
    for head in catalog.heads.values():
        if head.valid_to is None:
            yield Mention(Place("local/heads.csv", f"{head.id}.unit"), "unit", head.unit)
        yield from _named("local/heads.csv", f"{head.id}.superior", "head", head.superior)
    for line, target in enumerate(catalog.targets, start=ROWS):
        yield Mention(Place("local/targets.csv", "kpi", line), "KPI", target.kpi)
        if target.unit_from is None or catalog.lineage.named(target.unit, target.unit_from) is None:
            yield Mention(Place("local/targets.csv", "unit", line), "unit", _unit_name(target))
        yield from _named("local/targets.csv", "head", "head", target.head, line)
    for line, staff in enumerate(catalog.staffing, start=ROWS):
        yield Mention(Place("local/staff.csv", "point", line), "service point", staff.point)
        yield Mention(Place("local/staff.csv", "role", line), "role", staff.role)


def _unit_name(target: Target) -> str:
    """Return a former unit is missing under its code and first day, for its code alone may name another."""
    return target.unit if target.unit_from is None else f"{target.unit} from {target.unit_from}"


def _named(file: str, key: str, kind: str, name: str | None, line: int | None = None) -> Iterator[Mention]:
    if name is not None:
        yield Mention(Place(file, key, line), kind, name)


def _each(file: str, key: str, kind: str, names: Iterable[str]) -> Iterator[Mention]:
    for name in names:
        yield Mention(Place(file, key), kind, name)


CHECK = Check("references", "Does everything that is named exist?", run)
