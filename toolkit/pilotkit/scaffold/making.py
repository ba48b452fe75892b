"""A package becomes a province's own deployment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import PluginHost, unique
from pilotkit.catalog.tree import MODEL
from pilotkit.checks import run_checks
from pilotkit.errors import DataError, PackageError, Place
from pilotkit.model.location import AdministrativeUnit, LocationDirectory
from pilotkit.model.package import PackageInfo
from pilotkit.model.registry import TrustStatement
from pilotkit.model.surface import Finding, Severity, Site
from pilotkit.packages import PackageArchive
from pilotkit.registry import Obtained, record
from pilotkit.scaffold.provinces import UnitsFile, directory_of, find_province
from pilotkit.scaffold.questions import PROVINCE, UNITS_FILE, Question, answer, questions_of
from pilotkit.scaffold.rendering import SETTINGS, read_template_settings, render
from pilotkit.scaffold.seed import ModelParts, seed
from pilotkit.scaffold.staging import check_target, staged
from pilotkit.version import __version__

ANSWERS = "answers.json"
_TEMPLATE = "template"


@dataclass(frozen=True)
class NewDeployment:
    """A deployment that has just been made and is in its place."""

    folder: Path
    package: PackageInfo
    identity: str
    """The identity of the package it was made from."""
    province: AdministrativeUnit
    communes: int
    answers: Mapping[str, str]
    trust: TrustStatement
    """Who vouches for the package."""
    findings: tuple[Finding, ...]
    """What its checks say is still to be done; none of it is an error."""


def new(
    package: Obtained,
    province: str,
    target: Path,
    answers: Mapping[str, str] | None = None,
    ask: Callable[[Question], str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> NewDeployment:
    """Make the deployment of one province from a package; all of it or nothing.

    Args:
        package: a package and why it is trusted, as :func:`pilotkit.registry.obtain` gives it.
        province: code or name, as the register of the package's country has it.
        target: the folder to make; it may be there if it is empty.
        answers: answers by question; ``units_file`` names a CSV file of units (relative to the current folder) for a
            country that no plugin knows.
        ask: called for each question that has no answer yet; absent: the question's own answer holds.
        progress: told each step in a few words.

    Raises:
        PackageError: the package is refused, or its template is.
        UnknownError: there is no such province.
        DataError: an answer cannot be, or the deployment would not pass its checks.
        TargetError: ``target`` cannot be written.
        PluginError: a plugin is broken. From ``package_installed`` it comes when the deployment is already in place.
    """
    say, target = progress or _keep_quiet, target.absolute()
    check_target(target)
    say("Verifying the package")
    archive = package.open()
    order = _Order.of(archive, province, answers or {}, target, ask)
    with staged(target) as folder:
        say("Unpacking the model")
        archive.write_to(folder / MODEL)
        say("Writing the deployment")
        order.write(folder)
        record(package, folder)
        say("Checking the deployment")
        deployment, findings = _checked(folder)
        say("Moving it into place")
    deployment.plugins.tell("package_installed", site=deployment.settings.site(target), package=archive.info)
    return NewDeployment(
        target, archive.info, archive.identity, order.province, len(order.communes), order.answers,
        package.statement, findings,
    )  # fmt: skip


def template_context(package: Path, province: str, answers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """What a package's template is given for one province: all that ``cookiecutter`` means inside it.

    Written into ``cookiecutter.json`` it lets cookiecutter's own command render the same files.

    Raises:
        PilotkitError: as :func:`new`.
    """
    return _Order.of(PackageArchive.open(package), province, answers or {}, Path(), None).context


@dataclass(frozen=True)
class _Order:
    """Everything that is known before the first byte is written."""

    archive: PackageArchive
    province: AdministrativeUnit
    communes: tuple[AdministrativeUnit, ...]
    answers: Mapping[str, str]
    context: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        archive: PackageArchive,
        province: str,
        given: Mapping[str, str],
        target: Path,
        ask: Callable[[Question], str] | None,
    ) -> _Order:
        parts = ModelParts.of(archive)
        national = parts.defaults.deployment
        host = PluginHost(archive.info.requires.plugins)
        site = Site(target, national.scheme, "", national.languages)
        directories = _directories(host, site, given)
        unit = find_province(directories, national.scheme, province)
        communes = directory_of(directories, national.scheme).communes(unit.code)
        answers = answer(
            questions_of(_template_settings(archive)),
            {**given, PROVINCE: unit.code},
            ask,
            languages=national.languages,
            today=date.today(),  # noqa: DTZ011  # a calendar day where this is run
        )
        calendars = unique(host.collect("register_calendars"), lambda each: each.id, "calendar")
        return cls(archive, unit, communes, answers, seed(archive, parts, unit, communes, calendars, answers))

    def write(self, folder: Path) -> None:
        """Write what is not the package's own, from the template that now stands in ``folder``."""
        render(folder / MODEL / _TEMPLATE, self.context, folder)
        info = self.archive.info
        told = {
            "answers": dict(self.answers),
            "package": {"identity": self.archive.identity, "name": info.name, "version": info.version},
            "pilotkit": __version__,
        }
        text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
        (folder / ANSWERS).write_text(f"{text}\n", encoding="utf-8")


def _template_settings(archive: PackageArchive) -> dict[str, Any]:
    text = archive.text(f"{_TEMPLATE}/{SETTINGS}")
    if text is None:
        raise PackageError(
            "is missing, so no deployment can be made.",
            where=Place(f"{_TEMPLATE}/{SETTINGS}"),
            remedy="Tell the package's owner.",
        )
    return read_template_settings(text)


def _directories(host: PluginHost, site: Site, given: Mapping[str, str]) -> Sequence[LocationDirectory]:
    if UNITS_FILE in given:
        return (UnitsFile(Path(given[UNITS_FILE]), site.scheme),)
    offered = host.collect("register_locations", site=site)
    return tuple(offer.value for offer in offered if isinstance(offer.value, LocationDirectory))


def _checked(folder: Path) -> tuple[Deployment, tuple[Finding, ...]]:
    """The deployment as it would run.

    Raises:
        DataError: its checks find an error.
    """
    deployment = Deployment(folder)
    findings = run_checks(deployment)
    if errors := [finding for finding in findings if finding.severity is Severity.ERROR]:
        more = f" {len(errors) - 1} more errors were found." if len(errors) > 1 else ""
        first = errors[0]
        raise DataError(
            f"{first.message} The deployment would not pass its checks, so it was not made.{more}",
            where=first.where,
            remedy=first.remedy,
        )
    return deployment, findings


def _keep_quiet(_: str) -> None:
    """Nobody wants to know."""
