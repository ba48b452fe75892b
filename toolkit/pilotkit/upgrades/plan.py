"""The plan of an upgrade: computed in full and tested on a staged copy before the first byte is changed."""

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
    """The options of an upgrade."""

    answers: Mapping[str, str]
    """Changed answers, and answers to new questions."""
    ask: Callable[[TemplateQuestion], str] | None = None
    """Called for each question that has no answer yet; None: the question's default applies."""
    allow_downgrade: bool = False
    say: Callable[[str], None] = lambda _: None
    """Called with a short description of each step."""


@dataclass(frozen=True)
class Prepared:
    """An upgrade that can be carried out."""

    plan: UpgradePlan
    wanted: Mapping[str, FileState | None]
    """The wanted state by path."""


def prepare(
    installed: InstalledDeployment, archive: PackageArchive, request: Request, beside: Path | None = None
) -> Prepared:
    """Compute the plan of an upgrade and test it on a staged copy.

    Args:
        installed: the deployment as it is.
        archive: the package to upgrade to.
        request: the options.
        beside: the folder to build the copy in; None: the system's temporary folder.

    Raises:
        PackageError: the package is older, or not the one it says it is.
        DataError: the deployment or an answer is wrong.
    """
    _check_version(installed, archive, request)
    _look_at(installed, (f"{MODEL}/{name}" for name in list_files(installed.folder / MODEL, dotted=True)))
    renames = Renames.between(installed.info, archive.info)
    request.say("Merging")
    order = installed.order(archive, request.answers, request.ask)
    rendered = rendering(archive, order)
    seeded = _seeded(installed, archive, rendered, renames)
    layers = _layers(installed, archive, renames)
    told = _settings(installed, rendered, seeded)
    wanted = _wanted(installed, archive, order, rendered, seeded, layers, tuple(each for each, _ in told))
    added = _added(installed, archive, rendered, wanted)
    _look_at(installed, wanted)
    notices = (*layers.notices, *(notice for _, notice in told))
    draft = _draft(installed, archive, order, seeded, layers, wanted, added).model_copy(update={"notices": notices})
    request.say("Trying it on a copy")
    return Prepared(_tried(installed, draft, wanted, renames, beside), wanted)


def _look_at(installed: InstalledDeployment, paths: Iterable[str]) -> None:
    """Record the present version of each path, so that a later edit is detected and not overwritten."""
    for path in paths:
        installed.state(path)


def _check_version(installed: InstalledDeployment, archive: PackageArchive, request: Request) -> None:
    here, there = installed.info.version, archive.info.version
    if precedence(there) < precedence(here) and not request.allow_downgrade:
        raise PackageError(
            f"is version {there}, and the deployment runs {here}, which is newer.",
            where=Place(archive.path.name),
            remedy="Name a newer package, or add --allow-downgrade.",
        )
    if there == here and archive.identity != installed.identity:
        raise PackageError(
            f"says it is version {there}, which the deployment runs already, but it is another package.",
            where=Place(archive.path.name),
            remedy="Ask its publisher: what is published under one version never changes.",
        )


def _seeded(
    installed: InstalledDeployment, archive: PackageArchive, rendered: Mapping[str, bytes], renames: Renames
) -> Seeded:
    theirs = {path: data for path, data in rendered.items() if archive.info.is_seeded(path)}
    handed_over = {path for path in installed.base if path in rendered and path not in theirs}
    base = {path: data for path, data in installed.base.items() if path not in handed_over}
    seeded = merge_seeded(base, theirs, installed.state, installed.untracked_files(), renames.of_file)
    for path in sorted(handed_over):
        note = "the package hands it over: it is the deployment's own now"
        owner = archive.info.owner_of(path)
        seeded.changes.append(FileChange(path=path, owner=owner, action=FileAction.KEPT, note=note))
    return seeded


def _settings(installed: InstalledDeployment, rendered: Mapping[str, bytes], seeded: Seeded) -> tuple[Told, ...]:
    """Return the settings in conflict: changed on both sides, now or before, and not decided yet."""
    asked = (*(installed.merge_base.settings if installed.merge_base else ()), *seeded.settings)
    state = seeded.wanted.get(SETTINGS) or installed.state(SETTINGS)
    if not asked or state is None or SETTINGS not in rendered:
        return ()
    ours, package = (parse_toml(data.decode("utf-8-sig"), SETTINGS) for data in (state.data, rendered[SETTINGS]))
    return tuple(undecided(ours, package, asked))


def _layers(installed: InstalledDeployment, archive: PackageArchive, renames: Renames) -> OverrideMerge:
    models = Models(
        old=lambda path: installed.package.text(path.removeprefix(f"{MODEL}/")),
        new=lambda path: archive.text(path.removeprefix(f"{MODEL}/")),
        info=archive.info,
    )
    return (
        carry_over(installed.overrides, models, renames, installed.waiting) if installed.overrides else OverrideMerge()
    )


def _wanted(
    installed: InstalledDeployment,
    archive: PackageArchive,
    order: Order,
    rendered: Mapping[str, bytes],
    seeded: Seeded,
    layers: OverrideMerge,
    settings: tuple[UndecidedSetting, ...],
) -> dict[str, FileState | None]:
    """Return the wanted state by path; a path that is not named stays as it is."""
    model = {f"{MODEL}/{path}": FileState(data) for path, data in archive.files.items()}
    held = (f"{MODEL}/{name}" for name in list_files(installed.folder / MODEL, dotted=True))
    wanted: dict[str, FileState | None] = {path: None for path in held if path not in model}
    wanted |= model | seeded.wanted
    for path, text in layers.files.items():
        if text is None:
            wanted[path] = None
        else:
            free = installed.free(path, text.encode()) if path.startswith(f"{SET_ASIDE}/") else path
            source = installed.state(layers.sources[path])
            wanted[free] = FileState(text.encode(), source.mode if source else None)
    wanted[ANSWERS] = FileState(order.told())
    kept = _undecided(installed, seeded)
    contents = {digest(data): data for data in (*installed.base.values(), *seeded.undecided.values(), b"")}
    base_files = merge_base_files(archive, rendered, kept, layers.waiting, settings, contents)
    folder = installed.folder / FOLDER
    gone = (f"{FOLDER}/{path.name}" for path in (folder.iterdir() if folder.is_dir() else ()))
    wanted |= {path: None for path in gone if path not in base_files}
    closed = _closed(installed, (*rendered.items(), *installed.base.items(), *seeded.undecided.items()))
    return wanted | {
        path: FileState(data, 0o600 if digest(data) in closed else None) for path, data in base_files.items()
    }


def _closed(installed: InstalledDeployment, made: Iterable[tuple[str, bytes]]) -> frozenset[str]:
    """Return digests of the package's versions of owner-only files: an answer in them may be a secret."""
    return frozenset(digest(data) for path, data in made if (held := installed.state(path)) and held.is_closed)


def _undecided(installed: InstalledDeployment, seeded: Seeded) -> dict[str, MergeBaseFile]:
    """Return the files in conflict, which keep their older base until a person has decided."""
    return {
        path: MergeBaseFile(sha256=digest(installed.base.get(path, b"")), offered=digest(offered))
        for path, offered in seeded.undecided.items()
    }


def _added(
    installed: InstalledDeployment,
    archive: PackageArchive,
    rendered: Mapping[str, bytes],
    wanted: dict[str, FileState | None],
) -> list[FileChange]:
    """Return files that are the deployment's own once written, and that this version of the package adds."""
    added = []
    for path, data in rendered.items():
        if archive.info.is_seeded(path) or path in installed.written or installed.state(path) is not None:
            continue
        wanted[path] = FileState(data)
        added.append(FileChange(path=path, owner=archive.info.owner_of(path), action=FileAction.ADDED))
    return added


def _draft(
    installed: InstalledDeployment,
    archive: PackageArchive,
    order: Order,
    seeded: Seeded,
    layers: OverrideMerge,
    wanted: Mapping[str, FileState | None],
    added: list[FileChange],
) -> UpgradePlan:
    """Return the plan as far as it is known without testing it."""
    locked = [each for each in layers.changes if each.state is OverrideState.BLOCKED]
    below = ((path, state) for path, state in wanted.items() if path.startswith(f"{MODEL}/"))
    changed = [path for path, state in below if _differs(installed, path, state)]
    generated = FileChange(path=ANSWERS, owner=Ownership.GENERATED, action=FileAction.REPLACED)
    return UpgradePlan(
        deployment=installed.deployment.settings.deployment.id,
        package=archive.info.name,
        installed=installed.info.version,
        offered=archive.info.version,
        installed_identity=installed.identity,
        offered_identity=archive.identity,
        overrides=tuple(layers.changes),
        files=(*seeded.changes, *added, *((generated,) if _differs(installed, ANSWERS, wanted[ANSWERS]) else ())),
        model_files=len(changed),
        answers=tuple(_answers(installed, archive, order)),
        notes=tuple(_notes(installed, archive, order)),
        unresolved=(*layers.unresolved, *seeded.unresolved),
        blocked=(
            *(_edited(each) for each in installed.drift),
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


def _differs(installed: InstalledDeployment, path: str, state: FileState | None) -> bool:
    held = installed.state(path)
    return (held.data if held else None) != (state.data if state else None)


def _answers(installed: InstalledDeployment, archive: PackageArchive, order: Order) -> Iterator[AnswerChange]:
    for question in questions_in(archive):
        before, after = installed.answers.get(question.id), order.answers[question.id]
        if before != after:
            yield AnswerChange(question=question.id, prompt=question.prompt, before=before, after=after)


def _notes(installed: InstalledDeployment, archive: PackageArchive, order: Order) -> Iterator[str]:
    """Yield a note for a missing merge base, and for each own file that a changed answer would render otherwise."""
    if installed.merge_base is None:
        yield _NOT_KEPT
    changed = [each.question for each in _answers(installed, archive, order) if each.before is not None]
    if not changed:
        return
    with_old = {name: said for name, said in order.answers.items() if name not in changed}
    before = rendering(archive, installed.order(archive, with_old))
    for path, data in rendering(archive, order).items():
        if not archive.info.is_seeded(path) and before.get(path) != data and path in installed.written:
            yield f"{path} is yours and stays as it is: write the new answer ({', '.join(changed)}) there yourself."


def _tried(
    installed: InstalledDeployment,
    draft: UpgradePlan,
    wanted: Mapping[str, FileState | None],
    renames: Renames,
    beside: Path | None,
) -> UpgradePlan:
    """Return the plan completed by what the staged copy shows: visible changes and failing checks."""
    if installed.drift:
        return draft
    before = installed.deployment
    with (
        tempfile.TemporaryDirectory() as temporary,
        staged(installed.folder, wanted, beside or Path(temporary)) as copy,
    ):
        tried = try_out(copy, errors_of(before))
        if tried.deployment is None:
            return draft.model_copy(update={"blocked": (*draft.blocked, *tried.wrong)})
        known = tried.deployment.catalog
        seeded = (each.path for each in draft.files if each.owner is Ownership.SEEDED)
        told = {
            "procedures": tuple(procedures_changed(before.catalog, known, renames, open_cases(before))),
            "kpis": tuple(kpis_changed(before.catalog, known, renames)),
            "effective": (
                *settings_changed(installed.folder, copy, seeded),
                *effective_changes(
                    DeploymentTree(installed.folder, before.data_files.of_plugins),
                    DeploymentTree(copy, tried.deployment.data_files.of_plugins),
                ),
            ),
            "blocked": draft.blocked or tried.wrong,
        }
    return draft.model_copy(update=told)


def refuse(plan: UpgradePlan) -> None:
    """Refuse a plan that has obstacles.

    Raises:
        DataError: the plan is blocked; the first obstacle is named.
    """
    if plan.blocked:
        more = f" {len(plan.blocked) - 1} more reasons stand in the plan." if len(plan.blocked) > 1 else ""
        raise DataError(
            f"the upgrade to {plan.offered} is refused: {plan.blocked[0].said}{more}",
            remedy="Nothing was changed. 'pilotkit upgrade DEPLOYMENT --plan' shows all of it.",
        )
