"""The installed state of a deployment: its package as delivered, and the local changes on top."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL, OFFERED, OVERRIDES, PILOT
from pilotkit.errors import DataError, Place
from pilotkit.model.package import PackageInfo
from pilotkit.packages import manifest as manifests
from pilotkit.packages.archive import PackageArchive
from pilotkit.packages.file_listing import list_files
from pilotkit.packages.manifest import Drift, verify_model
from pilotkit.packages.merge_base import INDEX, MergeBase, content, kept_package, read_merge_base
from pilotkit.reading.files import read_text
from pilotkit.scaffold.new_deployment import ANSWERS
from pilotkit.scaffold.order import TEMPLATE, Order, questions_in
from pilotkit.scaffold.questions import PROVINCE, UNITS_FILE, TemplateQuestion
from pilotkit.scaffold.rendering import render
from pilotkit.upgrades.file_state import FileState, Version, state_of

UNITS = "local/units.csv"


@dataclass(frozen=True)
class InstalledDeployment:
    """A deployment that was made from a package."""

    folder: Path
    deployment: Deployment
    info: PackageInfo
    seen: dict[str, Version | None] = field(default_factory=dict)
    """The version of each file when it was first read; None where there was none."""

    @classmethod
    def of(cls, folder: Path) -> InstalledDeployment:
        """Read the deployment in ``folder``.

        Raises:
            DataError: it cannot be read, was not made from a package, or was restored half.
        """
        deployment = Deployment(folder)
        info = deployment.catalog.package
        if info is None or not (deployment.folder / MODEL / manifests.FILE).is_file():
            raise DataError(
                "is missing: the model is authored here and was not made from a package.",
                where=Place(f"{MODEL}/{manifests.FILE}"),
                remedy="Edit model/ directly; pack it for others.",
            )
        installed = cls(deployment.folder, deployment, info)
        refuse_half(installed.folder, installed.merge_base)
        return installed

    @cached_property
    def merge_base(self) -> MergeBase | None:
        """The merge base; None where the deployment is older than merge bases, or was restored without it."""
        return read_merge_base(self.folder)

    @cached_property
    def drift(self) -> tuple[Drift, ...]:
        """The files of ``model/`` that differ from the package."""
        return tuple(verify_model(self.deployment))

    @cached_property
    def package(self) -> PackageArchive:
        """The package that the deployment was made from.

        Raises:
            DataError: it was not kept, and ``model/`` was changed.
        """
        if self.merge_base is not None:
            return kept_package(self.folder, self.merge_base)
        if self.drift:
            raise DataError(
                f"is {self.drift[0].kind}, and the package it came from is not kept here.",
                where=Place(self.drift[0].path),
                remedy="Put the package's file back, from version control or from the package itself.",
            )
        folder = self.folder / MODEL
        files = {name: (folder / name).read_bytes() for name in list_files(folder, dotted=True)}
        manifest = manifests.read_manifest(files[manifests.FILE])
        return PackageArchive(folder, files, manifest, manifests.identity_of(files[manifests.FILE]), self.info)

    @cached_property
    def identity(self) -> str:
        """Identity of the package: the SHA-256 of its manifest."""
        return manifests.identity_of((self.folder / MODEL / manifests.FILE).read_bytes())

    @cached_property
    def answers(self) -> Mapping[str, str]:
        """The answers to the scaffold's questions, by question.

        Raises:
            DataError: ``answers.json`` cannot be understood.
        """
        text = self.text(ANSWERS) if (self.folder / ANSWERS).is_file() else "{}"
        try:
            told = json.loads(text).get("answers", {})
            return {str(key): str(value) for key, value in told.items()}
        except (ValueError, AttributeError, RecursionError):
            remedy = "Restore it from version control or a backup."
            raise DataError("is not as pilotkit wrote it.", where=Place(ANSWERS), remedy=remedy) from None

    @cached_property
    def base(self) -> Mapping[str, bytes]:
        """Every seeded file as the package rendered it, by path; a file in conflict has its older base."""
        if self.merge_base is None:
            rendered = rendering(self.package, self.order(self.package, {}))
            return {path: data for path, data in rendered.items() if self.info.is_seeded(path)}
        return {
            path: content(self.folder, file.offered if file.offered and not self.is_waiting(path) else file.sha256)
            for path, file in self.merge_base.seeded.items()
        }

    @property
    def written(self) -> frozenset[str]:
        """Files that were rendered once and have been the deployment's own since."""
        if self.merge_base is not None:
            return frozenset(self.merge_base.written)
        rendered = rendering(self.package, self.order(self.package, {}))
        return frozenset(path for path in rendered if not self.info.is_seeded(path))

    @property
    def waiting(self) -> frozenset[str]:
        """Overrides that were stale after the last upgrade, as ``file#key``."""
        return frozenset(self.merge_base.waiting if self.merge_base else ())

    @property
    def overrides(self) -> dict[str, str]:
        """Every override file, as text by path."""
        folder = self.folder / OVERRIDES
        names = sorted(path.relative_to(self.folder).as_posix() for path in folder.rglob("*.yaml"))
        return {name: self.text(name) for name in names}

    def is_waiting(self, path: str) -> bool:
        """Return whether the package's version of a file lies beside it, still to be compared by a person."""
        return (self.folder / f"{path}{OFFERED}").is_file()

    def state(self, path: str) -> FileState | None:
        """Return the state of a file, and remember its version in ``seen`` at the first read."""
        state = state_of(self.folder, path)
        self.seen.setdefault(path, Version.of(state))
        return state

    def text(self, path: str) -> str:
        """Return the text of a file."""
        with suppress(DataError):  # a symbolic link may be read; whoever wants to write there is refused
            self.state(path)
        return read_text(self.folder / path, path)

    def free(self, path: str, data: bytes) -> str:
        """Return a path where ``data`` replaces nothing else: ``path`` itself, or ``path`` with a number."""
        place, number = path, 1
        while (held := self.state(place)) is not None and held.data != data:
            number += 1
            place = f"{path}.{number}"
        return place

    def untracked_files(self) -> Iterator[str]:
        """Yield the files that neither the package nor the core wrote: a renamed file may be among them."""
        ours = (f"{MODEL}/", "local/", "var/", f"{PILOT}/")
        known = {*self.base, *self.written, ANSWERS}
        for name in list_files(self.folder, dotted=True):
            if not name.startswith(ours) and name not in known and not name.endswith(OFFERED):
                yield name

    def order(
        self, archive: PackageArchive, given: Mapping[str, str], ask: Callable[[TemplateQuestion], str] | None = None
    ) -> Order:
        """Return the input of a package's template: the kept answers, ``given`` on top, and the local list of units.

        Raises:
            DataError: an answer is not valid, or names another province.
        """
        province = self.deployment.settings.deployment.province
        if given.get(PROVINCE, province) != province:
            raise DataError(
                f"is {province}; another province is another deployment.",
                where=Place("the answers", PROVINCE),
                remedy="Make it with 'pilotkit new'.",
            )
        asked = {each.id for each in questions_in(archive)}
        held = {name: said for name, said in self.answers.items() if name in asked}
        return Order.of(archive, province, {**held, **given, UNITS_FILE: str(self.folder / UNITS)}, self.folder, ask)


def refuse_half(folder: Path, merge_base: MergeBase | None) -> None:
    """Refuse a deployment whose ``model/`` and ``.pilot/`` do not belong together, as after half a restore.

    Raises:
        DataError: the merge base is of another package than ``model/``.
    """
    manifest = folder / MODEL / manifests.FILE
    held = manifest.read_bytes() if manifest.is_file() else b""
    if merge_base is not None and merge_base.identity != manifests.identity_of(held):
        raise DataError(
            f"is of another package than {MODEL}/{manifests.FILE}, as if only one of the two had been restored.",
            where=Place(INDEX),
            remedy=f"Restore {MODEL}/ and {PILOT}/ from the same backup; nothing was changed.",
        )


def rendering(archive: PackageArchive, order: Order) -> dict[str, bytes]:
    """Return every file that a package's template renders, by path; nothing is left on the disk."""
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        for path, data in archive.files.items():
            if path.startswith(f"{TEMPLATE}/"):
                (room / path).parent.mkdir(parents=True, exist_ok=True)
                (room / path).write_bytes(data)
        (room / "made").mkdir()
        render(room / TEMPLATE, order.context, room / "made")
        return {each: (room / "made" / each).read_bytes() for each in list_files(room / "made", dotted=True)}
