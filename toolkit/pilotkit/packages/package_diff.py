"""The differences between two packages, as typed release notes; a page words them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from packaging.version import InvalidVersion, Version
from pydantic import BaseModel

from pilotkit.model.kpi import Kpi
from pilotkit.model.notes import DeadlineNote, FeesNote, KpiNote, ProcedureNote, ReleaseNotes
from pilotkit.model.package import Origin, Rename
from pilotkit.model.procedure import Procedure
from pilotkit.packages import defaults, lineage, manifest
from pilotkit.packages import donor_fingerprints as marks
from pilotkit.packages.archive import INFO, PackageArchive
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.yaml_data import parse_yaml

_PROCEDURES, _KPIS = "procedures/", "kpis/kpis.yaml"
_GENERATED = {INFO, manifest.FILE, marks.FILE, defaults.FILE, lineage.FILE}
_TOLD_APART = {"code", "offers", "id"}
_N = TypeVar("_N", bound=BaseModel)


def compare_packages(old: PackageArchive, new: PackageArchive) -> ReleaseNotes:
    """Return the release notes of replacing ``old`` by ``new``.

    Raises:
        DataError: a procedure or a KPI of one of them is broken.
    """
    renames = tuple(each for each in new.info.renames if _is_later(each.since, old.info.version))
    return ReleaseNotes(
        old=_named(old),
        new=_named(new),
        procedures=tuple(_procedures(_procedures_of(old), _procedures_of(new), _moved(renames, _PROCEDURES, ".yaml"))),
        kpis=tuple(_kpis(kpis_of(old), kpis_of(new), _moved(renames, f"{_KPIS}#", ""))),
        renames=renames,
        files=tuple(_files(old, new)),
    )


def _named(archive: PackageArchive) -> Origin:
    return Origin(name=archive.info.name, version=archive.info.version, identity=archive.identity)


def _is_later(version: str, than: str) -> bool:
    try:
        return Version(version) > Version(than)
    except InvalidVersion:  # a pre-release of Semantic Versioning that PEP 440 does not know
        return version != than


def _procedures_of(archive: PackageArchive) -> dict[str, Procedure]:
    paths = [path for path in archive.files if path.startswith(_PROCEDURES) and path.endswith(".yaml")]
    found = (noun_from(Procedure, parse_yaml(archive.text(path) or "", path), path) for path in sorted(paths))
    return {procedure.code: procedure for procedure in found}


def kpis_of(archive: PackageArchive) -> dict[str, Kpi]:
    """Return the KPI of a package, by id.

    Raises:
        DataError: one of them is broken.
    """
    found = (noun_from(Kpi, item, _KPIS) for item in parse_yaml(archive.text(_KPIS) or "", _KPIS) or ())
    return {kpi.id: kpi for kpi in found}


def _moved(renames: tuple[Rename, ...], start: str, end: str) -> dict[str, str]:
    """Return old names by new ones, of the renames of one kind; paths with or without ``model/``."""
    pairs = ((each.old.removeprefix("model/"), each.new.removeprefix("model/")) for each in renames)
    fitting = ((old, new) for old, new in pairs if old.startswith(start) and new.startswith(start))
    return {_bare(new, start, end): _bare(old, start, end) for old, new in fitting}


def _bare(path: str, start: str, end: str) -> str:
    return path.removeprefix(start).removesuffix(end)


def paired(
    old: Mapping[str, _N], new: Mapping[str, _N], moved: Mapping[str, str]
) -> Iterator[tuple[str, _N | None, _N | None]]:
    """Yield each value that differs between two sides, by newest name, with its old and new version.

    Args:
        old: the old values by name.
        new: the new values by name.
        moved: old names by new ones.
    """
    formerly = {now: was for now, was in moved.items() if was in old and now in new and now not in old}
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(formerly.get(name, name)), new.get(name)
        if name not in formerly.values() and was != now:
            yield name, was, now


def _procedures(
    old: Mapping[str, Procedure], new: Mapping[str, Procedure], moved: Mapping[str, str]
) -> Iterator[ProcedureNote]:
    for code, was, now in paired(old, new, moved):
        if was is None and now is not None:
            yield ProcedureNote(code=code, name=now.name, kind="added")
        elif now is None and was is not None:
            yield ProcedureNote(code=code, name=was.name, kind="removed")
        elif was is not None and now is not None:
            yield _procedure(was, now)


def _procedure(was: Procedure, now: Procedure) -> ProcedureNote:
    is_renamed = was.code != now.code
    channels = [channel for channel in (*was.offers, *now.offers) if was.offer(channel) != now.offer(channel)]
    pairs = {channel: (was.offer(channel), now.offer(channel)) for channel in channels}
    deadlines = ((channel, a.deadline if a else None, b.deadline if b else None) for channel, (a, b) in pairs.items())
    fees = ((channel, a.fees if a else None, b.fees if b else None) for channel, (a, b) in pairs.items())
    return ProcedureNote(
        code=now.code,
        name=now.name,
        kind="renamed" if is_renamed else "changed",
        formerly=was.code if is_renamed else None,
        deadlines=tuple(DeadlineNote(channel=each, was=a, now=b) for each, a, b in deadlines if a != b),
        fees=tuple(FeesNote(channel=each, was=a, now=b) for each, a, b in fees if a != b),
        others=tuple(_others(was, now)),
    )


def _kpis(old: Mapping[str, Kpi], new: Mapping[str, Kpi], moved: Mapping[str, str]) -> Iterator[KpiNote]:
    for id_, was, now in paired(old, new, moved):
        if was is None and now is not None:
            yield KpiNote(id=id_, name=now.name, kind="added")
        elif now is None and was is not None:
            yield KpiNote(id=id_, name=was.name, kind="removed")
        elif was is not None and now is not None:
            is_renamed = was.id != now.id
            yield KpiNote(
                id=id_,
                name=now.name,
                kind="renamed" if is_renamed else "changed",
                formerly=was.id if is_renamed else None,
                is_counted_differently=was.definition_hash != now.definition_hash,
                others=tuple(_others(was, now)),
            )


def _others(was: BaseModel, now: BaseModel) -> Iterator[str]:
    for name in type(now).model_fields:
        if name not in _TOLD_APART and getattr(was, name) != getattr(now, name):
            yield name


def _files(old: PackageArchive, new: PackageArchive) -> Iterator[str]:
    for path in sorted(old.files.keys() | new.files.keys()):
        is_told = path in _GENERATED or path == _KPIS or path.startswith(_PROCEDURES)
        if not is_told and old.files.get(path) != new.files.get(path):
            yield path
