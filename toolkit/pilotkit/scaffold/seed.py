"""What a new deployment holds at first: plain data, prepared for the template to write down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from pilotkit.catalog.tree import MODEL
from pilotkit.errors import PackageError, Place
from pilotkit.model.calendar import Calendar
from pilotkit.model.kpi import Goal, Target
from pilotkit.model.location import AdministrativeUnit, Pattern, PointKind, ServicePoint
from pilotkit.model.people import Head, Norm, Staffing
from pilotkit.model.procedure import Channel
from pilotkit.model.source import Certainty
from pilotkit.packages.archive import PackageArchive, plugins_for
from pilotkit.packages.defaults import FILE as DEFAULTS
from pilotkit.packages.defaults import SettingDefaults
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.toml_data import parse_toml
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.scaffold.provinces import bare_name

_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")
_PREFIX = "P"


@dataclass(frozen=True)
class ModelParts:
    """What of a package decides how a deployment starts."""

    defaults: SettingDefaults
    pattern: Pattern
    goals: tuple[Goal, ...]
    norms: tuple[Norm, ...]

    @classmethod
    def of(cls, archive: PackageArchive) -> ModelParts:
        """Read them from a verified package.

        Raises:
            DataError: one of them is broken.
            PackageError: the package has no defaults or no pattern of points.
        """
        pattern, goals, norms = (f"{name}.yaml" for name in ("network/pattern", "kpis/goals", "people/norms"))
        return cls(
            noun_from(SettingDefaults, parse_toml(_needed(archive, DEFAULTS), DEFAULTS), DEFAULTS),
            noun_from(Pattern, parse_yaml(_needed(archive, pattern), pattern), pattern),
            tuple(noun_from(Goal, item, goals) for item in parse_yaml(archive.text(goals) or "", goals) or ()),
            tuple(noun_from(Norm, item, norms) for item in parse_yaml(archive.text(norms) or "", norms) or ()),
        )


def _needed(archive: PackageArchive, path: str) -> str:
    text = archive.text(path)
    if text is None:
        raise PackageError(
            "is missing, so no deployment can be made from the package.",
            where=Place(path),
            remedy=f"Add it to {MODEL}/ of the donor, and pack it again.",
        )
    return text


def seed(
    archive: PackageArchive,
    parts: ModelParts,
    province: AdministrativeUnit,
    communes: Sequence[AdministrativeUnit],
    calendars: Mapping[str, Calendar],
    answers: Mapping[str, str],
) -> dict[str, Any]:
    """Return ``cookiecutter`` as the template sees it: the answers, and prepared values under names with ``_``."""
    units = (province, *communes)
    points = tuple(_points(parts.pattern, province, communes))
    heads = tuple(_heads(parts.pattern, province, communes))
    return {
        **answers,
        "_folder": "deployment",
        "_package": {"name": archive.info.name, "version": archive.info.version},
        "_deployment": _deployment(archive, parts.defaults, province, answers),
        "_units": rows(units),
        "_points": rows(points),
        "_heads": rows(heads),
        "_targets": rows(_targets(parts.goals, units, heads, answers)),
        "_staff": rows(_staff(parts.norms, points)),
        "_days": rows(_days(calendars, parts.defaults.calendar.source, answers)),
    }


def rows(things: Iterable[BaseModel]) -> list[dict[str, str]]:
    """Each thing as a row of cells by column; what is absent is an empty cell."""
    return [{column: _cell(value) for column, value in thing.model_dump(mode="json").items()} for thing in things]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _slug(text: str) -> str:
    return _NOT_IN_IDS.sub("-", text.lower()).strip("-") or "x"


def _deployment(
    archive: PackageArchive, defaults: SettingDefaults, province: AdministrativeUnit, answers: Mapping[str, str]
) -> dict[str, Any]:
    national = defaults.model_dump(mode="json", exclude_none=True)
    main = answers.get("language", defaults.deployment.languages[0])
    languages = [main, *(each for each in defaults.deployment.languages if each != main)]
    return {
        **national["deployment"],
        "id": _slug(bare_name(province)),
        "name": dict.fromkeys(languages, province.name),
        "tagline": archive.info.title.model_dump(),
        "province": province.code,
        "languages": languages,
        "plugins": plugins_for(archive.info),
        "calendar": national["calendar"],
        "identifiers": national["identifiers"],
        "prefix": f"{_PREFIX}{_slug(province.code).replace('-', '').upper()}",
    }


def _points(
    pattern: Pattern, province: AdministrativeUnit, communes: Sequence[AdministrativeUnit]
) -> Iterator[ServicePoint]:
    """One centre, one point a commune, and its kiosks: open where the pattern says that provinces have them."""
    yield _point(pattern, PointKind.CENTRE, province, "centre", counters=pattern.centre_counters)
    for commune in communes:
        id_ = f"point-{_slug(commune.code)}"
        counters = pattern.commune_point_counters
        yield _point(pattern, PointKind.COMMUNE_POINT, commune, id_, parent="centre", counters=counters)
        for number in range(1, pattern.kiosks_per_commune_point + 1):
            kiosk = f"kiosk-{_slug(commune.code)}-{number}"
            yield _point(pattern, PointKind.KIOSK, commune, kiosk, parent=id_, number=number)


def _point(
    pattern: Pattern,
    kind: PointKind,
    unit: AdministrativeUnit,
    id_: str,
    *,
    parent: str | None = None,
    counters: int | None = None,
    number: int = 1,
) -> ServicePoint:
    is_kiosk = kind is PointKind.KIOSK
    return ServicePoint(
        id=id_,
        kind=kind,
        name=pattern.name_point(kind, unit, number),
        unit=unit.code,
        parent=parent,
        latitude=None if is_kiosk else unit.latitude,
        longitude=None if is_kiosk else unit.longitude,
        hours=None if is_kiosk else pattern.hours,
        counters=counters,
        channels=(Channel.ONLINE,) if is_kiosk else (Channel.IN_PERSON, Channel.ONLINE),
        status="open" if kind in pattern.open_kinds else "planned",
        reference=pattern.reference,
        certainty=Certainty.SYNTHETIC,
    )


def _heads(pattern: Pattern, province: AdministrativeUnit, communes: Sequence[AdministrativeUnit]) -> Iterator[Head]:
    above = f"head-{_slug(province.code)}"
    yield Head(id=above, unit=province.code, office=pattern.name_head(province))
    for commune in communes:
        office = pattern.name_head(commune)
        yield Head(id=f"head-{_slug(commune.code)}", unit=commune.code, office=office, superior=above)


def _targets(
    goals: Sequence[Goal], units: Sequence[AdministrativeUnit], heads: Sequence[Head], answers: Mapping[str, str]
) -> Iterator[Target]:
    assigned, due = (_date(answers.get(name)) for name in ("assigned_on", "due_on"))
    for goal in goals:
        for unit, head in zip(units, heads, strict=True):
            if unit.level in goal.levels:
                yield Target(
                    kpi=goal.kpi, unit=unit.code, head=head.id, goal=goal.goal, assigned=assigned, due=due,
                    reference=goal.reference, certainty=Certainty.SYNTHETIC,
                )  # fmt: skip


def _staff(norms: Sequence[Norm], points: Sequence[ServicePoint]) -> Iterator[Staffing]:
    """As many as the norms ask for: a plan, and marked as one."""
    for norm in norms:
        for point in points:
            if point.kind is norm.at and norm.minimum:
                yield Staffing(
                    point=point.id, role=norm.role, count=norm.minimum,
                    reference=norm.reference, certainty=Certainty.SYNTHETIC,
                )  # fmt: skip


def _days(calendars: Mapping[str, Calendar], source: str | None, answers: Mapping[str, str]) -> Iterator[BaseModel]:
    """Yield the year before the assignment, its own, and the two after it."""
    start = _date(answers.get("assigned_on")) or date.today()  # noqa: DTZ011  # a calendar day where this is run
    if source is not None and source in calendars:
        for year in range(start.year - 1, start.year + 3):
            yield from calendars[source].exceptions(year)


def _date(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None
