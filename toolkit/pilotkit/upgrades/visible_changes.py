"""The changes of an upgrade that people notice: procedures, deadlines, fees, KPI and every effective value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import PROCEDURES, DeploymentTree
from pilotkit.errors import DataError, PilotkitError
from pilotkit.merging.documents import FORMATS
from pilotkit.merging.values import differences
from pilotkit.model.kpi import Kpi
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Procedure
from pilotkit.model.upgrade import KpiChange, ProcedureChange, ValueChange
from pilotkit.overlay import ABSENT
from pilotkit.packages.package_diff import paired
from pilotkit.reading.files import read_text
from pilotkit.settings import FILE as SETTINGS
from pilotkit.storage.address import is_there
from pilotkit.upgrades.renames import Renames

_KPIS = "model/kpis/kpis.yaml"


def open_cases(deployment: Deployment) -> Mapping[str, int] | None:
    """Return the number of open cases by procedure; None where the database does not answer."""
    if not is_there(deployment.settings.storage.url, deployment.folder):
        return {}
    from pilotkit.storage.store import Store  # noqa: PLC0415  # only where there is a database to ask

    try:
        with closing(Store.of(deployment)) as store:
            return store.open_by_procedure()
    except PilotkitError:
        return None


def procedures_changed(
    before: Catalog, after: Catalog, renames: Renames, cases: Mapping[str, int] | None
) -> Iterator[ProcedureChange]:
    """Yield every procedure that is added, removed, changed or renamed."""
    moved = {_code(renames.of_file(f"{PROCEDURES}/{code}.yaml")): code for code in before.procedures}
    for code, old, new in paired(before.procedures, after.procedures, moved):
        if new is not None:
            yield from _changed(old, new, cases)
        elif old is not None:
            yield ProcedureChange(
                code=code, name=old.name, kind="removed", on_change=old.on_change, open_cases=_open(cases, code)
            )


def kpis_changed(before: Catalog, after: Catalog, renames: Renames) -> Iterator[KpiChange]:
    """Yield every KPI that is added, removed, changed or renamed."""
    moved = {".".join(renames.of_key(_KPIS, (id_,))[1]): id_ for id_ in before.kpis}
    for id_, old, new in paired(before.kpis, after.kpis, moved):
        if new is None and old is not None:
            yield KpiChange(id=id_, name=old.name, kind="removed")
        elif new is not None and old is None:
            yield KpiChange(id=id_, name=new.name, kind="added")
        elif new is not None and old is not None:
            yield _kpi(old, new)


def _kpi(old: Kpi, new: Kpi) -> KpiChange:
    is_renamed = old.id != new.id
    values = _values(_KPIS, _plain(old), _plain(new), new.id)
    return KpiChange(
        id=new.id,
        name=new.name,
        kind="renamed" if is_renamed else "changed",
        formerly=old.id if is_renamed else None,
        is_counted_differently=old.definition_hash != new.definition_hash,
        values=tuple(each for each in values if each.key != f"{new.id}.id"),
    )


def effective_changes(before: DeploymentTree, after: DeploymentTree) -> Iterator[ValueChange]:
    """Yield every effective value of the model, overrides included, that changes."""
    files = dict.fromkeys((*before.model_files(), *after.model_files()))
    for file in (each for each in files if not before.has_same(each, after)):
        old, new = before.effective(file), after.effective(file)
        if file.startswith(f"{PROCEDURES}/") and (old is None or new is None):
            continue  # it comes or goes as a whole
        yield from _values(file, old, new)


def settings_changed(before: Path, after: Path, files: Iterable[str]) -> Iterator[ValueChange]:
    """Yield every value that changes in files that both sides write and that are read by key; settings first.

    Args:
        before: the deployment.
        after: its staged copy.
        files: paths in both; a missing or unreadable file is reported as a file only.
    """
    for file in sorted(files, key=lambda each: each != SETTINGS):
        form = FORMATS.get(PurePosixPath(file).suffix)
        if form is None or not ((before / file).is_file() and (after / file).is_file()):
            continue
        try:
            old, new = (form.parse(read_text(folder / file, file), file) for folder in (before, after))
        except DataError:
            continue
        yield from _values(file, old, new)


def _changed(old: Procedure | None, new: Procedure, cases: Mapping[str, int] | None) -> Iterator[ProcedureChange]:
    if old is None:
        yield ProcedureChange(code=new.code, name=new.name, kind="added", on_change=new.on_change)
        return
    values = [each for each in _values(f"{PROCEDURES}/{new.code}.yaml", _plain(old), _plain(new)) if each.key != "code"]
    is_renamed = old.code != new.code
    if not values and not is_renamed:
        return
    deadlines = tuple(_of_offers(values, "deadline"))
    fees = tuple(_of_offers(values, "fees", "fees_certainty"))
    yield ProcedureChange(
        code=new.code,
        name=new.name,
        kind="renamed" if is_renamed else "changed",
        formerly=old.code if is_renamed else None,
        deadlines=deadlines,
        fees=fees,
        others=tuple(each for each in values if each not in deadlines and each not in fees),
        on_change=new.on_change,
        open_cases=_open(cases, old.code),
    )


def _of_offers(values: list[ValueChange], *parts: str) -> Iterator[ValueChange]:
    """Yield the changes to these parts of the channels; for an added or removed channel, the parts that it has."""
    for each in values:
        keys = each.key.split(".")
        if keys[0] != "offers":
            continue
        if keys[2:]:
            if keys[2] in parts:
                yield each
            continue
        for part in parts:
            before, after = (side.get(part) if isinstance(side, dict) else None for side in (each.before, each.after))
            if before != after:
                yield each.model_copy(update={"key": f"{each.key}.{part}", "before": before, "after": after})


def _values(file: str, old: PlainData, new: PlainData, below: str = "") -> tuple[ValueChange, ...]:
    found = differences(old, new, (below,) if below else ())
    return tuple(
        ValueChange(file=file, key=".".join(path), before=_shown(was), after=_shown(now)) for path, was, now in found
    )


def _plain(noun: Procedure | Kpi) -> PlainData:
    return noun.model_dump(mode="json", exclude_defaults=True)


def _shown(value: PlainData) -> PlainData:
    return None if value is ABSENT else value


def _open(cases: Mapping[str, int] | None, code: str) -> int | None:
    return None if cases is None else cases.get(code, 0)


def _code(file: str) -> str:
    return file.removeprefix(f"{PROCEDURES}/").removesuffix(".yaml")
