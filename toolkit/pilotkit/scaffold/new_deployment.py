"""A package becomes a province's own deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.checks.run import run_checks
from pilotkit.errors import DataError
from pilotkit.model.location import AdministrativeUnit
from pilotkit.model.package import PackageInfo
from pilotkit.model.registry import TrustStatement
from pilotkit.model.surface import Finding, Severity
from pilotkit.packages.archive import PackageArchive
from pilotkit.packages.file_listing import list_files
from pilotkit.packages.merge_base import merge_base_files
from pilotkit.registry.deployment_trust import record
from pilotkit.registry.verified_download import VerifiedPackage
from pilotkit.scaffold.order import TEMPLATE, Order
from pilotkit.scaffold.questions import TemplateQuestion
from pilotkit.scaffold.rendering import render
from pilotkit.scaffold.staging_folder import check_target, staged

ANSWERS = "answers.json"


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
    package: VerifiedPackage,
    province: str,
    target: Path,
    answers: Mapping[str, str] | None = None,
    ask: Callable[[TemplateQuestion], str] | None = None,
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
    order = Order.of(archive, province, answers or {}, target, ask)
    with staged(target) as folder:
        say("Unpacking the model")
        archive.write_to(folder / MODEL)
        say("Writing the deployment")
        _write(order, folder)
        record(package, folder)
        say("Checking the deployment")
        deployment, findings = _checked(folder)
        say("Moving it into place")
    deployment.plugins.tell("package_installed", context=deployment.settings.context(target), package=archive.info)
    return NewDeployment(
        target, archive.info, archive.identity, order.province, len(order.communes), order.answers,
        package.statement, findings,
    )  # fmt: skip


def template_context(package: Path, province: str, answers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Return what a package's template is given for one province: all that ``cookiecutter`` means inside it.

    Written into ``cookiecutter.json`` it lets cookiecutter's own command render the same files.

    Raises:
        PilotkitError: as :func:`new`.
    """
    return Order.of(PackageArchive.open(package), province, answers or {}, Path(), None).context


def _write(order: Order, folder: Path) -> None:
    """Write what is not the package's own, from the template that now stands in ``folder``, and keep it as it came."""
    render(folder / MODEL / TEMPLATE, order.context, folder)
    names = [name for name in list_files(folder, dotted=True) if not name.startswith(f"{MODEL}/")]
    kept = merge_base_files(order.archive, {name: (folder / name).read_bytes() for name in names})
    for name, data in {**kept, ANSWERS: order.told()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _checked(folder: Path) -> tuple[Deployment, tuple[Finding, ...]]:
    """Return the deployment as it would run.

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
