"""What is different for people: procedures, deadlines, fees, KPI, and every value that holds otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Literal

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import PROCEDURES, DeploymentTree
from pilotkit.errors import PilotkitError
from pilotkit.merging import differences
from pilotkit.model.kpi import Kpi
from pilotkit.model.procedure import Procedure
from pilotkit.model.upgrade import KpiChange, ProcedureChange, ValueChange
from pilotkit.overlay import ABSENT
from pilotkit.storage.engine import is_there
from pilotkit.storage.store import Store
from pilotkit.upgrades.moves import Moves

_LISTS = "kpis/kpis.yaml"


def open_cases(deployment: Deployment) -> Mapping[str, int] | None:
    """How many cases are open, by procedure; None where the database could not be asked."""
    if not is_there(deployment.settings.storage.url, deployment.folder):
        return {}
    try:
        with closing(Store.of(deployment)) as store:
            return store.open_by_procedure()
    except PilotkitError:
        return None


def procedures_changed(
    before: Catalog, after: Catalog, moves: Moves, cases: Mapping[str, int] | None
) -> Iterator[ProcedureChange]:
    """Every procedure that comes, goes, changes or has another code."""
    formerly = {_code(moves.of_file(f"{PROCEDURES}/{code}.yaml")): code for code in before.procedures}
    for code in sorted(before.procedures.keys() | after.procedures.keys()):
        if code in after.procedures:
            old_code = formerly.get(code, code)
            yield from _changed(before.procedures.get(old_code), after.procedures[code], cases)
        elif _code(moves.of_file(f"{PROCEDURES}/{code}.yaml")) not in after.procedures:
            gone = before.procedures[code]
            yield ProcedureChange(
                code=code, name=gone.name, kind="removed", on_change=gone.on_change, open_cases=_open(cases, code)
            )


def kpis_changed(before: Catalog, after: Catalog) -> Iterator[KpiChange]:
    """Every KPI that comes, goes or changes."""
    for each in sorted(before.kpis.keys() | after.kpis.keys()):
        old, new = before.kpis.get(each), after.kpis.get(each)
        if old is None or new is None:
            kind: Literal["added", "removed"] = "added" if old is None else "removed"
            yield KpiChange(id=each, name=_either(old, new).name, kind=kind)
        elif values := _values(f"model/{_LISTS}", _plain(old), _plain(new), each):
            differs = old.definition_hash != new.definition_hash
            yield KpiChange(id=each, name=new.name, kind="changed", is_counted_differently=differs, values=values)


def effective_changes(before: DeploymentTree, after: DeploymentTree) -> Iterator[ValueChange]:
    """Every value of a file of the model, overrides counted in, that holds otherwise afterwards."""
    files = dict.fromkeys((*before.model_files(), *after.model_files()))
    for file in files:
        old, new = before.effective(file), after.effective(file)
        if file.startswith(f"{PROCEDURES}/") and (old is None or new is None):
            continue  # it comes or goes as a whole
        yield from _values(file, old, new)


def _changed(old: Procedure | None, new: Procedure, cases: Mapping[str, int] | None) -> Iterator[ProcedureChange]:
    if old is None:
        yield ProcedureChange(code=new.code, name=new.name, kind="added", on_change=new.on_change)
        return
    values = [each for each in _values(f"{PROCEDURES}/{new.code}.yaml", _plain(old), _plain(new)) if each.key != "code"]
    is_renamed = old.code != new.code
    if not values and not is_renamed:
        return
    deadlines = tuple(each for each in values if _is_of(each.key, "deadline"))
    fees = tuple(each for each in values if _is_of(each.key, "fees") or _is_of(each.key, "fees_certainty"))
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


def _is_of(key: str, part: str) -> bool:
    parts = key.split(".")
    return parts[0] == "offers" and part in parts[2:3]


def _values(file: str, old: Any, new: Any, below: str = "") -> tuple[ValueChange, ...]:
    found = differences(old, new, (below,) if below else ())
    return tuple(
        ValueChange(file=file, key=".".join(path), before=_shown(was), after=_shown(now)) for path, was, now in found
    )


def _plain(noun: Procedure | Kpi) -> Any:
    return noun.model_dump(mode="json", exclude_defaults=True)


def _shown(value: Any) -> Any:
    return None if value is ABSENT else value


def _open(cases: Mapping[str, int] | None, code: str) -> int | None:
    return None if cases is None else cases.get(code, 0)


def _code(file: str) -> str:
    return file.removeprefix(f"{PROCEDURES}/").removesuffix(".yaml")


def _either(old: Kpi | None, new: Kpi | None) -> Kpi:
    found = old or new
    if found is None:
        raise ValueError("neither is there")
    return found
