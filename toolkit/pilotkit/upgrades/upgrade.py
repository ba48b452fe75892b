"""``pilotkit upgrade``: plan, carry out, take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.model.upgrade import UpgradePlan
from pilotkit.registry.deployment_trust import record, trust_of, vouching_files
from pilotkit.scaffold.questions import TemplateQuestion
from pilotkit.upgrades import journal
from pilotkit.upgrades.blocked_upgrade_log import forget_refusal, note_refusal
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
    """What :func:`upgrade` would do.

    Nothing is written but what the registry says, into ``.pilot/trust/``, and what a killed command left undone.

    Raises:
        PilotkitError: as :func:`upgrade`, but for what only stands in the way, which the plan tells.
    """
    if (folder / JOURNAL).exists():
        recover(folder)
    say = progress or _keep_quiet
    say("Verifying the package")
    standing = InstalledDeployment.of(folder)
    found = find(standing.folder, standing.info.name, source)
    return _told(prepare(standing, found.archive, Request(answers or {}, ask, allow_downgrade, say)).plan, found)


def upgrade(
    folder: Path,
    source: PackageSource = KEPT,
    answers: Mapping[str, str] | None = None,
    ask: Callable[[TemplateQuestion], str] | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    allow_downgrade: bool = False,
) -> UpgradePlan:
    """Take a deployment to another version of its package; all of it or nothing.

    Args:
        folder: the deployment.
        source: which package, and who has to vouch for it; left out: the package it has, to change an answer.
        answers: changed answers, and answers to new questions, by question.
        ask: called for each question that has no answer yet; None: the question's own answer holds.
        progress: told each step in a few words.
        allow_downgrade: whether the package may be older than what is there.

    Returns:
        What was done. Where something is ``unresolved``, ours holds and a person has to look at it; ``notices`` tell
        where ours holds by rule.

    Raises:
        TrustError: nobody vouches for the package.
        PackageError: the package is refused, is another, or is older.
        DataError: something stands in the way: ``model/`` was edited, a key is locked, a check would fail, a file was
            edited meanwhile, the deployment was restored half.
        TargetError: the disk refused.
    """
    say = progress or _keep_quiet
    with locked(folder):
        _recovered(folder)
        say("Verifying the package")
        standing = InstalledDeployment.of(folder)
        found = find(standing.folder, standing.info.name, source)
        archive = found.archive
        request = Request(answers or {}, ask, allow_downgrade, say)
        prepared = prepare(standing, archive, request, standing.folder.parent)
        note_refusal(standing.folder, prepared.plan)
        refuse(prepared.plan)
        say("Moving it into place")
        title = f"{archive.info.name} {standing.info.version} to {archive.info.version}"
        wanted = {**prepared.wanted, **_vouched(standing.folder, found)}
        changed = change(standing.folder, wanted, title, standing.seen)
        if changed and found.obtained is not None:
            record(found.obtained, standing.folder)
        forget_refusal(standing.folder, archive.info.version)
    if changed:
        deployment = Deployment(folder)
        deployment.plugins.tell("package_installed", context=deployment.context, package=archive.info)
    return _told(prepared.plan, found)


def roll_back(folder: Path, *, also_edited: bool = False) -> Journal:
    """Put every file that the last upgrade or override changed back as it was, byte for byte, with its rights.

    Args:
        folder: the deployment.
        also_edited: also files that were edited since.

    Raises:
        DataError: there is nothing to take back, or a file was edited since.
        TargetError: the disk refused.
    """
    with locked(folder):
        _recovered(folder)
        return take_back(folder, also_edited=also_edited)


def recover(folder: Path) -> str | None:
    """Finish, or undo, what a command that was killed began.

    Raises:
        TargetError: the disk refused.
    """
    with locked(folder):
        return _recovered(folder)


def _told(plan: UpgradePlan, found: FoundPackage) -> UpgradePlan:
    voucher = found.obtained.statement.voucher if found.obtained is not None else None
    return plan.model_copy(update={"voucher": voucher})


def _vouched(folder: Path, found: FoundPackage) -> dict[str, FileState]:
    """Why the new package was taken, as files of the change, so that taking it back takes this back too."""
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
    """Nobody wants to know."""
