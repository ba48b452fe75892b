"""What an upgrade would do: worked out whole, and tried on a copy, before the first byte is changed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotkit.catalog.tree import MODEL, SET_ASIDE, DeploymentTree
from pilotkit.errors import DataError, PackageError, Place
from pilotkit.model.package import Ownership, precedence
from pilotkit.model.upgrade import (
    AnswerChange,
    FileAction,
    FileChange,
    Obstacle,
    ObstacleKind,
    OverrideChange,
    OverrideState,
    UpgradePlan,
)
from pilotkit.packages.archive import PackageArchive
from pilotkit.packages.conflicts import Told, undecided
from pilotkit.packages.file_listing import list_files
from pilotkit.packages.manifest import Drift
from pilotkit.packages.merge_base import FOLDER, MergeBaseFile, UndecidedSetting, digest, merge_base_files
from pilotkit.reading.toml_data import parse_toml
from pilotkit.scaffold.new_deployment import ANSWERS
from pilotkit.scaffold.order import Order, questions_in
from pilotkit.scaffold.questions import TemplateQuestion
from pilotkit.settings import FILE as SETTINGS
from pilotkit.upgrades.file_state import FileState
from pilotkit.upgrades.installed import InstalledDeployment, rendering
from pilotkit.upgrades.override_merge import Models, OverrideMerge, carry_over
from pilotkit.upgrades.renames import Renames
from pilotkit.upgrades.seeded_file_merge import Seeded, merge_seeded
from pilotkit.upgrades.staged_files import errors_of, staged, try_out
from pilotkit.upgrades.visible_changes import (
    effective_changes,
    kpis_changed,
    open_cases,
    procedures_changed,
    settings_changed,
)

_NOT_KEPT = (
    f"{FOLDER}/ is not there: what the package made was worked out anew from {MODEL}/ and {ANSWERS}, and what an "
    "earlier upgrade left to be decided is not known. If a backup has the folder, it belongs back before an upgrade."
)
_TAKE_BACK = "Take the change back with 'pilotkit override DEPLOYMENT {file}#{key} --reset', then upgrade."


@dataclass(frozen=True)
class Request:
    """What is asked of an upgrade."""

    answers: Mapping[str, str]
    """Changed answers, and answers to new questions."""
    ask: Callable[[TemplateQuestion], str] | None = None
    """Called for each question that has no answer yet; None: the question's own answer holds."""
    allow_downgrade: bool = False
    say: Callable[[str], None] = lambda _: None
    """Told each step in a few words."""


@dataclass(frozen=True)
class Prepared:
    """An upgrade that can be carried out."""

    plan: UpgradePlan
    wanted: Mapping[str, FileState | None]
    """What should stand at which path."""


def prepare(
    standing: InstalledDeployment, archive: PackageArchive, request: Request, beside: Path | None = None
) -> Prepared:
    """Work an upgrade out and try it on a copy.

    Args:
        standing: the deployment as it is.
        archive: the package to upgrade to.
        request: how.
        beside: the folder to build the copy in; None: the system's for temporary files.

    Raises:
        PackageError: the package is older, or not the one it says it is.
        DataError: the deployment or an answer is wrong.
    """
    _check_version(standing, archive, request)
    _look_at(standing, (f"{MODEL}/{name}" for name in list_files(standing.folder / MODEL, dotted=True)))
    moves = Renames.between(standing.info, archive.info)
    request.say("Merging")
    order = standing.order(archive, request.answers, request.ask)
    rendered = rendering(archive, order)
    seeded = _seeded(standing, archive, rendered, moves)
    layers = _layers(standing, archive, moves)
    told = _settings(standing, rendered, seeded)
    wanted = _wanted(standing, archive, order, rendered, seeded, layers, tuple(each for each, _ in told))
    added = _added(standing, archive, rendered, wanted)
    _look_at(standing, wanted)
    notices = (*layers.notices, *(notice for _, notice in told))
    draft = _draft(standing, archive, order, seeded, layers, wanted, added).model_copy(update={"notices": notices})
    request.say("Trying it on a copy")
    return Prepared(_tried(standing, draft, wanted, moves, beside), wanted)


def _look_at(standing: InstalledDeployment, paths: Iterable[str]) -> None:
    """Remember what stands there now, so that an edit from here on is not overwritten."""
    for path in paths:
        standing.state(path)


def _check_version(standing: InstalledDeployment, archive: PackageArchive, request: Request) -> None:
    here, there = standing.info.version, archive.info.version
    if precedence(there) < precedence(here) and not request.allow_downgrade:
        raise PackageError(
            f"is version {there}, and the deployment runs {here}, which is newer.",
            where=Place(archive.path.name),
            remedy="Name a newer package, or add --allow-downgrade.",
        )
    if there == here and archive.identity != standing.identity:
        raise PackageError(
            f"says it is version {there}, which the deployment runs already, but it is another package.",
            where=Place(archive.path.name),
            remedy="Ask its publisher: what is published under one version never changes.",
        )


def _seeded(
    standing: InstalledDeployment, archive: PackageArchive, rendered: Mapping[str, bytes], moves: Renames
) -> Seeded:
    theirs = {path: data for path, data in rendered.items() if archive.info.is_seeded(path)}
    handed_over = {path for path in standing.base if path in rendered and path not in theirs}
    base = {path: data for path, data in standing.base.items() if path not in handed_over}
    seeded = merge_seeded(base, theirs, standing.state, standing.foreign_cases(), moves.of_file)
    for path in sorted(handed_over):
        note = "the package hands it over: it is the deployment's own now"
        owner = archive.info.owner_of(path)
        seeded.changes.append(FileChange(path=path, owner=owner, action=FileAction.KEPT, note=note))
    return seeded


def _settings(standing: InstalledDeployment, rendered: Mapping[str, bytes], seeded: Seeded) -> tuple[Told, ...]:
    """Settings that both sides changed, now or before, and nobody has compared yet."""
    asked = (*(standing.pristine.settings if standing.pristine else ()), *seeded.settings)
    state = seeded.wanted.get(SETTINGS) or standing.state(SETTINGS)
    if not asked or state is None or SETTINGS not in rendered:
        return ()
    ours, package = (parse_toml(data.decode("utf-8-sig"), SETTINGS) for data in (state.data, rendered[SETTINGS]))
    return tuple(undecided(ours, package, asked))


def _layers(standing: InstalledDeployment, archive: PackageArchive, moves: Renames) -> OverrideMerge:
    models = Models(
        old=lambda path: standing.package.text(path.removeprefix(f"{MODEL}/")),
        new=lambda path: archive.text(path.removeprefix(f"{MODEL}/")),
        info=archive.info,
    )
    return carry_over(standing.overrides, models, moves, standing.waiting) if standing.overrides else OverrideMerge()


def _wanted(
    standing: InstalledDeployment,
    archive: PackageArchive,
    order: Order,
    rendered: Mapping[str, bytes],
    seeded: Seeded,
    layers: OverrideMerge,
    settings: tuple[UndecidedSetting, ...],
) -> dict[str, FileState | None]:
    """What should stand at which path; what is not named stays."""
    model = {f"{MODEL}/{path}": FileState(data) for path, data in archive.files.items()}
    held = (f"{MODEL}/{name}" for name in list_files(standing.folder / MODEL, dotted=True))
    wanted: dict[str, FileState | None] = {path: None for path in held if path not in model}
    wanted |= model | seeded.wanted
    for path, text in layers.files.items():
        if text is None:
            wanted[path] = None
        else:
            free = standing.free(path, text.encode()) if path.startswith(f"{SET_ASIDE}/") else path
            source = standing.state(layers.sources[path])
            wanted[free] = FileState(text.encode(), source.mode if source else None)
    wanted[ANSWERS] = FileState(order.told())
    kept = _undecided(standing, seeded)
    contents = {digest(data): data for data in (*standing.base.values(), *seeded.undecided.values(), b"")}
    pristine = merge_base_files(archive, rendered, kept, layers.waiting, settings, contents)
    folder = standing.folder / FOLDER
    gone = (f"{FOLDER}/{path.name}" for path in (folder.iterdir() if folder.is_dir() else ()))
    wanted |= {path: None for path in gone if path not in pristine}
    closed = _closed(standing, (*rendered.items(), *standing.base.items(), *seeded.undecided.items()))
    return wanted | {
        path: FileState(data, 0o600 if digest(data) in closed else None) for path, data in pristine.items()
    }


def _closed(standing: InstalledDeployment, made: Iterable[tuple[str, bytes]]) -> frozenset[str]:
    """Digests of what the package makes of files that only their owner may read: an answer in them may be a secret."""
    return frozenset(digest(data) for path, data in made if (held := standing.state(path)) and held.is_closed)


def _undecided(standing: InstalledDeployment, seeded: Seeded) -> dict[str, MergeBaseFile]:
    """Files that keep their older base until a person has decided."""
    return {
        path: MergeBaseFile(sha256=digest(standing.base.get(path, b"")), offered=digest(offered))
        for path, offered in seeded.undecided.items()
    }


def _added(
    standing: InstalledDeployment,
    archive: PackageArchive,
    rendered: Mapping[str, bytes],
    wanted: dict[str, FileState | None],
) -> list[FileChange]:
    """Files that are the deployment's own from the start, where the package begins them only now."""
    added = []
    for path, data in rendered.items():
        if archive.info.is_seeded(path) or path in standing.written or standing.state(path) is not None:
            continue
        wanted[path] = FileState(data)
        added.append(FileChange(path=path, owner=archive.info.owner_of(path), action=FileAction.ADDED))
    return added


def _draft(
    standing: InstalledDeployment,
    archive: PackageArchive,
    order: Order,
    seeded: Seeded,
    layers: OverrideMerge,
    wanted: Mapping[str, FileState | None],
    added: list[FileChange],
) -> UpgradePlan:
    """The plan as far as it can be told without trying it."""
    locked = [each for each in layers.changes if each.state is OverrideState.BLOCKED]
    below = ((path, state) for path, state in wanted.items() if path.startswith(f"{MODEL}/"))
    changed = [path for path, state in below if _differs(standing, path, state)]
    generated = FileChange(path=ANSWERS, owner=Ownership.GENERATED, action=FileAction.REPLACED)
    return UpgradePlan(
        deployment=standing.deployment.settings.deployment.id,
        package=archive.info.name,
        installed=standing.info.version,
        offered=archive.info.version,
        installed_identity=standing.identity,
        offered_identity=archive.identity,
        overrides=tuple(layers.changes),
        files=(*seeded.changes, *added, *((generated,) if _differs(standing, ANSWERS, wanted[ANSWERS]) else ())),
        model_files=len(changed),
        answers=tuple(_answers(standing, archive, order)),
        notes=tuple(_notes(standing, archive, order)),
        unresolved=(*layers.unresolved, *seeded.unresolved),
        blocked=(
            *(_edited(each) for each in standing.drift),
            *(_locked(each) for each in locked),
        ),
    )


_ADOPT = "Turn it into an override with 'pilotkit diff DEPLOYMENT --adopt', then upgrade."


def _edited(drift: Drift) -> Obstacle:
    said = f"{drift.path} was {drift.kind} by hand. {_ADOPT}"
    return Obstacle(kind=ObstacleKind.EDITED, file=drift.path, said=said)


def _locked(change: OverrideChange) -> Obstacle:
    back = _TAKE_BACK.format(file=change.file.removeprefix("local/overrides/"), key=change.key)
    said = f"{change.file}: {change.key} is locked by the package. {back}"
    return Obstacle(kind=ObstacleKind.LOCKED, file=change.file, key=change.key, said=said)


def _differs(standing: InstalledDeployment, path: str, state: FileState | None) -> bool:
    held = standing.state(path)
    return (held.data if held else None) != (state.data if state else None)


def _answers(standing: InstalledDeployment, archive: PackageArchive, order: Order) -> Iterator[AnswerChange]:
    for question in questions_in(archive):
        before, after = standing.answers.get(question.id), order.answers[question.id]
        if before != after:
            yield AnswerChange(question=question.id, prompt=question.prompt, before=before, after=after)


def _notes(standing: InstalledDeployment, archive: PackageArchive, order: Order) -> Iterator[str]:
    """What the merge had to do without, and where a changed answer goes that it does not write: files of our own."""
    if standing.pristine is None:
        yield _NOT_KEPT
    changed = [each.question for each in _answers(standing, archive, order) if each.before is not None]
    if not changed:
        return
    with_old = {name: said for name, said in order.answers.items() if name not in changed}
    before = rendering(archive, standing.order(archive, with_old))
    for path, data in rendering(archive, order).items():
        if not archive.info.is_seeded(path) and before.get(path) != data and path in standing.written:
            yield f"{path} is yours and stays as it is: write the new answer ({', '.join(changed)}) there yourself."


def _tried(
    standing: InstalledDeployment,
    draft: UpgradePlan,
    wanted: Mapping[str, FileState | None],
    moves: Renames,
    beside: Path | None,
) -> UpgradePlan:
    """The plan with what only the deployment as it would be can tell."""
    if standing.drift:
        return draft
    before = standing.deployment
    with tempfile.TemporaryDirectory() as temporary, staged(standing.folder, wanted, beside or Path(temporary)) as copy:
        tried = try_out(copy, errors_of(before))
        if tried.deployment is None:
            return draft.model_copy(update={"blocked": (*draft.blocked, *tried.wrong)})
        known = tried.deployment.catalog
        seeded = (each.path for each in draft.files if each.owner is Ownership.SEEDED)
        told = {
            "procedures": tuple(procedures_changed(before.catalog, known, moves, open_cases(before))),
            "kpis": tuple(kpis_changed(before.catalog, known, moves)),
            "effective": (
                *settings_changed(standing.folder, copy, seeded),
                *effective_changes(DeploymentTree(standing.folder), DeploymentTree(copy)),
            ),
            "blocked": draft.blocked or tried.wrong,
        }
    return draft.model_copy(update=told)


def refuse(plan: UpgradePlan) -> None:
    """Raise what stands in the way of an upgrade.

    Raises:
        DataError: something does.
    """
    if plan.blocked:
        more = f" {len(plan.blocked) - 1} more reasons stand in the plan." if len(plan.blocked) > 1 else ""
        raise DataError(
            f"the upgrade to {plan.offered} is refused: {plan.blocked[0].said}{more}",
            remedy="Nothing was changed. 'pilotkit upgrade DEPLOYMENT --plan' shows all of it.",
        )
