"""The deployment tree: which file holds which nouns, and how they are read with the overlay on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from pilotkit.errors import DataError, DuplicateError, Place
from pilotkit.model.access import Account
from pilotkit.model.accountability import EscalationRule
from pilotkit.model.articles import Article, Contact, Domain, LifeEvent
from pilotkit.model.calendar import DayException
from pilotkit.model.cost import ComplianceCost
from pilotkit.model.data_file import DataFile, Holds
from pilotkit.model.form import Form
from pilotkit.model.kpi import Goal, Kpi, ReportedCount, ReportedFigure, Target
from pilotkit.model.location import AdministrativeUnit, Pattern, ServicePoint, Succession
from pilotkit.model.package import PackageInfo
from pilotkit.model.people import Campaign, Course, Head, Norm, Role, Staffing
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Procedure
from pilotkit.model.simulation import SimulationProfile
from pilotkit.model.source import Source
from pilotkit.overlay import Change, apply_overlay
from pilotkit.reading.csv_data import read_csv
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.toml_data import read_toml
from pilotkit.reading.yaml_data import parse_yaml

MODEL = "model"
LOCAL = "local"
OVERRIDES = "local/overrides"
SET_ASIDE = "local/set-aside"
"""Where what was ours and has no effect any more is kept, until somebody has looked at it."""
PILOT = ".pilot"
"""What pilotkit keeps for itself, so that a deployment can be upgraded and taken back."""
OFFERED = ".package-new"
"""What the name of a file ends with that a package offers beside ours, where the two cannot be merged."""
_N = TypeVar("_N", bound=BaseModel)

LISTS: dict[str, type[BaseModel]] = {
    "model/kpis/kpis.yaml": Kpi,
    "model/kpis/goals.yaml": Goal,
    "model/kpis/escalations.yaml": EscalationRule,
    "model/people/roles.yaml": Role,
    "model/people/norms.yaml": Norm,
    "model/people/campaigns.yaml": Campaign,
    "model/people/courses.yaml": Course,
    "model/knowledge/domains.yaml": Domain,
    "model/knowledge/life_events.yaml": LifeEvent,
    "model/knowledge/articles.yaml": Article,
    "model/evidence/sources.yaml": Source,
    "model/evidence/compliance_costs.yaml": ComplianceCost,
}
"""YAML files that hold a list of things, each with an ``id``."""

SINGLES: dict[str, type[BaseModel]] = {
    "model/network/pattern.yaml": Pattern,
    "model/evidence/simulation.yaml": SimulationProfile,
}
"""YAML files that hold one thing."""

TABLES: dict[str, type[BaseModel]] = {
    "local/units.csv": AdministrativeUnit,
    "local/successions.csv": Succession,
    "local/points.csv": ServicePoint,
    "local/heads.csv": Head,
    "local/targets.csv": Target,
    "local/staff.csv": Staffing,
    "local/accounts.csv": Account,
    "local/calendar.csv": DayException,
    "local/figures.csv": ReportedFigure,
    "local/index_inputs.csv": ReportedCount,
}
"""CSV files; each row is one thing."""

PROCEDURES = "model/procedures"
"""The folder of procedures: one file each, named after the code."""

FORMS = "model/forms"
"""The folder of forms: one file each, named after the id."""

CORE_FILES: tuple[DataFile, ...] = (
    *(DataFile(file, kind, Holds.LIST) for file, kind in LISTS.items()),
    *(DataFile(file, kind, Holds.ONE) for file, kind in SINGLES.items()),
    *(DataFile(file, kind, Holds.ROWS) for file, kind in TABLES.items()),
    DataFile(PROCEDURES, Procedure, Holds.FOLDER, "code"),
    DataFile(FORMS, Form, Holds.FOLDER),
)
"""The core's own data files, described as plugins describe theirs."""
OTHER_FILES = ("local/contacts.toml", "model/package.toml", "model/defaults.toml")
"""TOML files that the core reads; none can be overridden."""


@dataclass(frozen=True)
class OverlayChange:
    """A change that the deployment made, and the file it made it in."""

    file: str
    change: Change


def override_of(file: str) -> str:
    """Return the file that a deployment changes the package's ``file`` in."""
    return f"{OVERRIDES}/{file.removeprefix(MODEL + '/')}"


class DeploymentTree:
    """Reads one deployment's files. Files that are not there hold nothing; wrong ones are errors."""

    def __init__(self, folder: Path, more: Iterable[DataFile] = ()) -> None:
        self.folder = folder
        self.more = tuple(more)
        """Data files of plugins, beside the core's."""
        self.changes: list[OverlayChange] = []

    def procedures(self) -> tuple[Procedure, ...]:
        """Every procedure of ``model/procedures/`` with the overlay on top, by code."""
        return tuple(self._each(Procedure, PROCEDURES, "code"))

    def forms(self) -> dict[str, Form]:
        """Every form of ``model/forms/`` with the overlay on top, by id."""
        return {form.id: form for form in self._each(Form, FORMS, "id")}

    def _each(self, kind: type[_N], folder: str, key: str) -> Iterator[_N]:
        """Yield the things of a folder that holds one in each file, named after its key."""
        for name in self._names(folder):
            thing = self._noun(kind, name)
            if Path(name).stem != (called := getattr(thing, key)):
                raise DataError(
                    f"holds the {kind.__name__.lower()} {called}.",
                    where=Place(name, key),
                    remedy=f"Rename the file to {called}.yaml, or correct the {key}.",
                )
            yield thing

    def listed(self, kind: type[_N], file: str) -> dict[str, _N]:
        """Return the things of one of :data:`LISTS`, by id.

        Raises:
            DuplicateError: an id stands twice.
        """
        things: dict[str, _N] = {}
        data, text = self._data(file)
        if data is None:
            return things
        if not isinstance(data, list):
            raise DataError("must hold a list.", where=Place(file), remedy="Start each thing with '- id: …'.")
        for index, item in enumerate(data):
            key = str(item["id"]) if isinstance(item, dict) and "id" in item else str(index)
            thing = self._built(kind, item, file, key=key, text=text)
            if key in things:
                raise DuplicateError(
                    f"id '{key}' stands twice.", where=Place(file, key), remedy="Rename or remove one."
                )
            things[key] = thing
        return things

    def single(self, kind: type[_N], file: str) -> _N | None:
        """Return the thing of one of :data:`SINGLES`; None where the file is not there."""
        data, text = self._data(file)
        return None if data is None else self._built(kind, data, file, text=text)

    def table(self, kind: type[_N], file: str) -> tuple[_N, ...]:
        """Return the rows of one of :data:`TABLES`; empty where the file is not there."""
        path = self.folder / file
        return tuple(read_csv(kind, path, file)) if path.is_file() else ()

    def contacts(self) -> dict[str, Contact]:
        """``local/contacts.toml``: one table a contact."""
        file = "local/contacts.toml"
        if not (self.folder / file).is_file():
            return {}
        data = read_toml(self.folder / file, file)
        return {
            key: noun_from(Contact, {"id": key, **value} if isinstance(value, dict) else value, file, key=key)
            for key, value in data.items()
        }

    def package(self) -> PackageInfo | None:
        """``model/package.toml``; None where the deployment has no model."""
        file = "model/package.toml"
        if not (self.folder / file).is_file():
            return None
        return noun_from(PackageInfo, read_toml(self.folder / file, file), file)

    def model_files(self) -> list[str]:
        """Every file of the model that can be overridden and is there, by path."""
        found: list[str] = []
        for each in (*CORE_FILES, *self.more):
            if each.is_overridable and each.holds is Holds.FOLDER:
                found += self._names(each.path)
            elif each.is_overridable and (self.folder / each.path).is_file():
                found.append(each.path)
        return found

    def values(self, file: DataFile) -> tuple[BaseModel, ...]:
        """Return the values of a data file, with the overlay on top; empty where it is not there.

        Raises:
            DataError: a value is not one of its class; names file, key and line.
            DuplicateError: an id stands twice.
        """
        if file.holds is Holds.LIST:
            return tuple(self.listed(file.noun, file.path).values())
        if file.holds is Holds.ROWS:
            return self.table(file.noun, file.path)
        if file.holds is Holds.FOLDER:
            return tuple(self._each(file.noun, file.path, file.key))
        return tuple(filter(None, (self.single(file.noun, file.path),)))

    def effective(self, file: str) -> PlainData:
        """Return the plain data of a file with the overlay on top; None where it is not there."""
        return self._data(file)[0]

    def has_same(self, file: str, other: DeploymentTree) -> bool:
        """Whether a file, and what is changed of it, stand in another deployment byte for byte."""
        return all(_content(self.folder / name) == _content(other.folder / name) for name in (file, override_of(file)))

    def _names(self, folder: str) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in (self.folder / folder).glob("*.yaml"))

    def _noun(self, kind: type[_N], file: str) -> _N:
        if not (self.folder / override_of(file)).is_file():
            noun: _N = _as_packed(kind, file, read_text(self.folder / file, file))
            return noun
        data, text = self._data(file)
        return self._built(kind, data, file, text=text)

    def _built(self, kind: type[_N], data: PlainData, file: str, *, key: str = "", text: str) -> _N:
        """Return the noun; what an override brought in is the override's fault, not the package's."""
        try:
            return noun_from(kind, data, file, key=key, text=text)
        except DataError as problem:
            wrong = problem.where.key if problem.where else ""
            for change in self.changes:
                if change.file == override_of(file) and f"{wrong}.".startswith(f"{change.change.key}."):
                    raise DataError(problem.what, where=Place(change.file, wrong), remedy=problem.remedy) from None
            raise

    def _data(self, file: str) -> tuple[Any, str]:
        path = self.folder / file
        if not path.is_file():
            return None, ""
        text = read_text(path, file)
        data = parse_yaml(text, file)
        override = override_of(file)
        if (self.folder / override).is_file():
            overlay = parse_yaml(read_text(self.folder / override, override), override)
            data, changes = apply_overlay(data, {} if overlay is None else overlay, override)
            self.changes.extend(OverlayChange(override, change) for change in changes)
        return data, text


@lru_cache(maxsize=4096)
def _as_packed(kind: type[_N], file: str, text: str) -> _N:
    """Return a noun that nothing changes; frozen, so the same text may give the same one again."""
    return noun_from(kind, parse_yaml(text, file), file, key="", text=text)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
