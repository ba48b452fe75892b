"""``pilotkit upgrade``: plan, carry out, roll back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.model.upgrade import UpgradePlan
from pilotkit.registry.deployment_trust import record, trust_of, vouching_files
from pilotkit.scaffold.questions import TemplateQuestion
from pilotkit.upgrades import journal
from pilotkit.upgrades.blocked_upgrade_log import clear_blocked, record_blocked
from pilotkit.upgrades.file_state import FileState
from pilotkit.upgrades.installed import InstalledDeployment
from pilotkit.upgrades.journal import JOURNAL, Journal, change, locked, take_back
from pilotkit.upgrades.package_source import KEPT, FoundPackage, PackageSource, find
from pilotkit.upgrades.plan import Request, prepare, refuse
from pilotkit.upgrades.staged_files import clear


def plan_upgrade(
    folder: Path,
    source: PackageSource = KEPT,
    answers: Mapping[str, str] | None = None,
    ask: Callable[[TemplateQuestion], str] | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    allow_downgrade: bool = False,
) -> UpgradePlan:
    """Return the plan of :func:`upgrade` without carrying it out.

    Nothing is written but the registry's signed metadata, into ``.pilot/trust/``, and the rest of an interrupted one.

    Raises:
        PilotkitError: as :func:`upgrade`, except for obstacles, which are in the plan.
    """
    if (folder / JOURNAL).exists():
        recover(folder)
    say = progress or _keep_quiet
    say("Verifying the package")
    installed = InstalledDeployment.of(folder)
    found = find(installed.folder, installed.info.name, source)
    return _told(prepare(installed, found.archive, Request(answers or {}, ask, allow_downgrade, say)).plan, found)


def upgrade(
    folder: Path,
    source: PackageSource = KEPT,
    answers: Mapping[str, str] | None = None,
    ask: Callable[[TemplateQuestion], str] | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    allow_downgrade: bool = False,
) -> UpgradePlan:
    """Upgrade a deployment to another version of its package, atomically.

    Args:
        folder: the deployment.
        source: which package, and who has to vouch for it; default: the package it has, to change an answer.
        answers: changed answers, and answers to new questions, by question.
        ask: called for each question that has no answer yet; None: the question's default applies.
        progress: called with a short description of each step.
        allow_downgrade: whether the package may be older than the installed one.

    Returns:
        The plan that was carried out. Where something is ``unresolved``, the local version is kept and a person has to
        decide; ``notices`` name what takes precedence by rule.

    Raises:
        TrustError: nobody vouches for the package.
        PackageError: the package is refused, is another, or is older.
        DataError: there is an obstacle: ``model/`` was edited, a key is locked, a check would fail, a file was
            edited meanwhile, or only half of the deployment was restored.
        TargetError: the disk refused.
    """
    say = progress or _keep_quiet
    with locked(folder):
        _recovered(folder)
        say("Verifying the package")
        installed = InstalledDeployment.of(folder)
        found = find(installed.folder, installed.info.name, source)
        archive = found.archive
        request = Request(answers or {}, ask, allow_downgrade, say)
        prepared = prepare(installed, archive, request, installed.folder.parent)
        record_blocked(installed.folder, prepared.plan)
        refuse(prepared.plan)
        say("Moving it into place")
        title = f"{archive.info.name} {installed.info.version} to {archive.info.version}"
        wanted = {**prepared.wanted, **_vouched(installed.folder, found)}
        changed = change(installed.folder, wanted, title, installed.seen)
        if changed and found.obtained is not None:
            record(found.obtained, installed.folder)
        clear_blocked(installed.folder, archive.info.version)
    if changed:
        deployment = Deployment(folder)
        deployment.plugins.tell("package_installed", context=deployment.context, package=archive.info)
    return _told(prepared.plan, found)


def roll_back(folder: Path, *, also_edited: bool = False) -> Journal:
    """Roll back the last upgrade: restore every file that it changed byte for byte, with its permissions.

    Args:
        folder: the deployment.
        also_edited: also roll back files that were edited since.

    Raises:
        DataError: there is no change to roll back, or a file was edited since.
        TargetError: the disk refused.
    """
    with locked(folder):
        _recovered(folder)
        return take_back(folder, also_edited=also_edited)


def recover(folder: Path) -> str | None:
    """Finish or discard the change of a killed command; return ``finished``, ``undone`` or None.

    Raises:
        TargetError: the disk refused.
    """
    with locked(folder):
        return _recovered(folder)


def _told(plan: UpgradePlan, found: FoundPackage) -> UpgradePlan:
    voucher = found.obtained.statement.voucher if found.obtained is not None else None
    return plan.model_copy(update={"voucher": voucher})


def _vouched(folder: Path, found: FoundPackage) -> dict[str, FileState]:
    """Return the new package's trust statement as files of the change, so that a rollback restores the old one."""
    if found.obtained is None:
        return {}
    before, said = trust_of(folder), found.obtained.statement
    if before is not None and (before.statement.identity, before.statement.voucher) == (said.identity, said.voucher):
        return {}
    return {path: FileState(data) for path, data in vouching_files(found.obtained).items()}


def _recovered(folder: Path) -> str | None:
    clear(folder.resolve(), folder.resolve().parent)
    return journal.recover(folder)


def _keep_quiet(_: str) -> None:
    """Ignore progress."""
