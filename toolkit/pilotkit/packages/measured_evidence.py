"""Measured evidence: computed from a deployment's facts, and verified by computing it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.errors import DataError, PackageError, Place
from pilotkit.model.kpi import KpiValue
from pilotkit.model.package import MeasuredEvidence, MeasuredFigure, UnitStaff
from pilotkit.model.source import Certainty
from pilotkit.packages import manifest
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from
from pilotkit.storage.address import is_there

CLAIM = "local/evidence.json"
"""The evidence that a deployment claims; it is packed."""
FOLDER = "evidence/measured"
"""Its folder in a package: one file a deployment."""
_SURENESS = (Certainty.HIGH, Certainty.MEDIUM, Certainty.LOW, Certainty.SYNTHETIC)


@dataclass(frozen=True)
class Unproven:
    """A claim that the deployment's facts do not reproduce."""

    file: str
    """Relative to the deployment."""
    figure: str
    """The figure, such as ``on_time of unit PA-03``."""
    claimed: str
    found: str


def measure(deployment: Deployment, as_of: datetime, since: date | None = None) -> MeasuredEvidence:
    """Measure every KPI of every unit and of all together, with the context to reproduce and compare it.

    Args:
        deployment: the deployment with the facts.
        as_of: the aware instant; later events are ignored.
        since: the first day of receipt of the counted cases.

    Raises:
        DataError: a KPI cannot be computed, or there are no cases here to measure.
    """
    from pilotkit.measures.kpi_values import completeness_of  # noqa: PLC0415  # the same
    from pilotkit.measures.measures import Measures  # noqa: PLC0415  # engines and a database: most packages need none
    from pilotkit.storage.store import Store  # noqa: PLC0415  # the same

    if not is_there(deployment.settings.storage.url, deployment.folder):
        raise DataError("there are no cases here, so nothing can be measured.", remedy="Measure where the cases are.")
    with closing(Store.of(deployment)) as store:
        measures = Measures(deployment, store)
        values = measures.values(by="unit", since=since, as_of=as_of)
        completeness = completeness_of((measures.facts.cases, store.extent().cases))
    who = deployment.settings.deployment
    return MeasuredEvidence(
        deployment=who.id,
        scheme=who.scheme,
        province=who.province,
        since=since,
        as_of=as_of,
        location_version=deployment.catalog.location_version,
        completeness=completeness,
        is_simulated=measures.simulated_until is not None,
        figures=tuple(map(figure_of, values)),
        staffing=tuple(staffing_of(deployment.catalog)),
    )


def figure_of(value: KpiValue) -> MeasuredFigure:
    """Return a value without the fields that all values of one evidence share."""
    return MeasuredFigure(**{name: getattr(value, name) for name in MeasuredFigure.model_fields})


def staffing_of(catalog: Catalog) -> Iterator[UnitStaff]:
    """Yield the number of staff of each unit by code; units without data are skipped."""
    rows: dict[str, list[tuple[int, Certainty]]] = {}
    for row in catalog.staffing:
        rows.setdefault(catalog.point(row.point).unit, []).append((row.count, row.certainty))
    for unit, found in sorted(rows.items()):
        least = max((certainty for _, certainty in found), key=_SURENESS.index)
        yield UnitStaff(unit=unit, people=sum(count for count, _ in found), certainty=least)


def as_bytes(evidence: MeasuredEvidence) -> bytes:
    """Return the bytes of the file: one figure a line, deterministic."""
    data = evidence.model_dump(mode="json", exclude_none=True)
    lists = {name: data.pop(name) for name in ("figures", "staffing")}
    lines = [f"{json.dumps(key)}: {_compact(value)}" for key, value in sorted(data.items())]
    for name, rows in lists.items():
        listed = ",\n  ".join(map(_compact, rows))
        lines.append(f"{json.dumps(name)}: [\n  {listed}\n ]" if rows else f"{json.dumps(name)}: []")
    return ("{\n " + ",\n ".join(lines) + "\n}\n").encode()


def parse_evidence(text: str, name: str) -> MeasuredEvidence:
    """Parse evidence from its file.

    Raises:
        DataError: the text is not measured evidence.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError(
            "is not valid JSON.", where=Place(name), remedy="Write it anew with 'pilotkit evidence'."
        ) from None
    return noun_from(MeasuredEvidence, data, name)


def read_claims(deployment: Deployment) -> dict[str, MeasuredEvidence]:
    """Return the claimed evidence that did not come with the package, by file.

    Raises:
        DataError: a file is broken.
    """
    names = [f"{MODEL}/{FOLDER}/{path.name}" for path in sorted((deployment.folder / MODEL / FOLDER).glob("*.json"))]
    came = _as_packed(deployment)
    claims = [name for name in (CLAIM, *names) if name not in came and (deployment.folder / name).is_file()]
    return {name: parse_evidence(read_text(deployment.folder / name, name), name) for name in claims}


def _as_packed(deployment: Deployment) -> set[str]:
    """Return the unchanged files of ``model/``; none where the model is authored here."""
    path: Path = deployment.folder / MODEL / manifest.FILE
    if not path.is_file():
        return set()
    changed = {drift.path for drift in manifest.verify_model(deployment)}
    listed = manifest.read_manifest(path.read_bytes()).files
    return {f"{MODEL}/{entry.path}" for entry in listed} - changed


def unproven_claims(deployment: Deployment) -> Iterator[Unproven]:
    """Yield every claim that a new measurement, for the same period and instant, does not reproduce.

    Raises:
        DataError: a claim's file is broken, or a KPI cannot be computed.
    """
    for file, claim in read_claims(deployment).items():
        if claim.deployment != deployment.settings.deployment.id:
            yield Unproven(file, "the deployment", claim.deployment, deployment.settings.deployment.id)
        elif not is_there(deployment.settings.storage.url, deployment.folder):
            yield Unproven(file, "every figure", f"{len(claim.figures)} figures", "no cases")
        else:
            yield from _differing(file, claim, measure(deployment, claim.as_of, claim.since))


def _differing(file: str, claim: MeasuredEvidence, found: MeasuredEvidence) -> Iterator[Unproven]:
    for name in ("scheme", "province", "location_version", "completeness", "is_simulated"):
        if getattr(claim, name) != getattr(found, name):
            yield Unproven(file, name, str(getattr(claim, name)), str(getattr(found, name)))
    figures = {(each.kpi, each.unit): each for each in found.figures}
    for figure in claim.figures:
        there = figures.get((figure.kpi, figure.unit))
        if there is not None and figure.completeness is None:
            there = there.model_copy(update={"completeness": None})  # a claim of before figures said it
        if figure != there:
            where = f" of unit {figure.unit}" if figure.unit else ""
            yield Unproven(file, f"{figure.kpi}{where}", _said(figure), _said(there))
    staff = {each.unit: each for each in found.staffing}
    for row in claim.staffing:
        if row != staff.get(row.unit):
            yield Unproven(file, f"staff of unit {row.unit}", _people(row), _people(staff.get(row.unit)))


def refuse_unproven(deployment: Deployment) -> None:
    """Refuse to pack evidence that the facts do not reproduce.

    Raises:
        PackageError: a figure differs; the first is named with the claimed and the measured value.
    """
    for each in unproven_claims(deployment):
        raise PackageError(
            f"claims {each.claimed} for {each.figure}, but the facts here give {each.found}.",
            where=Place(each.file, each.figure),
            remedy="Measure again with 'pilotkit evidence', or remove the file.",
        )


def _said(figure: MeasuredFigure | None) -> str:
    if figure is None:
        return "nothing"
    return f"{figure.numerator} of {figure.denominator} (definition {figure.definition_hash}, minimum {figure.minimum})"


def _people(row: UnitStaff | None) -> str:
    return "nothing" if row is None else f"{row.people} people ({row.certainty})"


def _compact(value: Mapping[str, Any] | Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(", ", ": "))
