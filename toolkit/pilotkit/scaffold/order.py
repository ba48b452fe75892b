"""Everything that is known before the first byte of a deployment is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from pilotkit.catalog.plugins import PluginHost, unique
from pilotkit.errors import PackageError, Place
from pilotkit.model.location import AdministrativeUnit, LocationDirectory
from pilotkit.model.surface import PluginContext
from pilotkit.packages.archive import PackageArchive, plugins_for
from pilotkit.scaffold.provinces import UnitsFile, directory_of, find_province
from pilotkit.scaffold.questions import PROVINCE, UNITS_FILE, TemplateQuestion, answer, questions_of
from pilotkit.scaffold.rendering import SETTINGS, read_template_settings
from pilotkit.scaffold.seed import ModelParts, seed
from pilotkit.version import __version__

TEMPLATE = "template"


@dataclass(frozen=True)
class Order:
    """A package, a province and the answers to the package's questions."""

    archive: PackageArchive
    province: AdministrativeUnit
    communes: tuple[AdministrativeUnit, ...]
    answers: Mapping[str, str]
    context: Mapping[str, Any]
    """What ``cookiecutter`` means inside the template."""

    @classmethod
    def of(
        cls,
        archive: PackageArchive,
        province: str,
        given: Mapping[str, str],
        target: Path,
        ask: Callable[[TemplateQuestion], str] | None,
    ) -> Self:
        """Find the province and settle every answer.

        Raises:
            PilotkitError: as :func:`pilotkit.scaffold.new`.
        """
        parts = ModelParts.of(archive)
        national = parts.defaults.deployment
        host = PluginHost(plugins_for(archive.info))
        context = PluginContext(target, national.scheme, "", national.languages)
        directories = _directories(host, context, given)
        unit = find_province(directories, national.scheme, province)
        communes = directory_of(directories, national.scheme).communes(unit.code)
        answers = answer(
            questions_in(archive),
            {**given, PROVINCE: unit.code},
            ask,
            languages=national.languages,
            today=date.today(),  # noqa: DTZ011  # a calendar day where this is run
        )
        calendars = unique(host.collect("register_calendars"), lambda each: each.id, "calendar")
        return cls(archive, unit, communes, answers, seed(archive, parts, unit, communes, calendars, answers))

    def told(self) -> bytes:
        """Return the text of ``answers.json``: what was answered, of which package, to which pilotkit."""
        info = self.archive.info
        told = {
            "answers": dict(self.answers),
            "package": {"identity": self.archive.identity, "name": info.name, "version": info.version},
            "pilotkit": __version__,
        }
        return f"{json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)}\n".encode()


def questions_in(archive: PackageArchive) -> tuple[TemplateQuestion, ...]:
    """Return what a package's template asks.

    Raises:
        PackageError: the package has no template, or one that may not be used.
    """
    text = archive.text(f"{TEMPLATE}/{SETTINGS}")
    if text is None:
        raise PackageError(
            "is missing, so no deployment can be made.",
            where=Place(f"{TEMPLATE}/{SETTINGS}"),
            remedy="Tell the package's owner.",
        )
    return questions_of(read_template_settings(text))


def _directories(host: PluginHost, context: PluginContext, given: Mapping[str, str]) -> Sequence[LocationDirectory]:
    if UNITS_FILE in given:
        return (UnitsFile(Path(given[UNITS_FILE]), context.scheme),)
    offered = host.collect("register_locations", context=context)
    return tuple(offer.value for offer in offered if isinstance(offer.value, LocationDirectory))
