"""What a deployment must fill in itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import Place
from pilotkit.model.plain_data import PlainData
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.reading.files import read_text
from pilotkit.reading.toml_data import parse_toml
from pilotkit.reading.yaml_data import parse_yaml

UNITS = "local/units.csv"


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield an error without units, a warning for each key that the package requires and nobody has filled in."""
    package = deployment.catalog.package
    if not deployment.catalog.units:
        yield Finding(
            Severity.ERROR,
            CHECK.id,
            Place(UNITS),
            "The deployment has no administrative units.",
            "List the province and its communes there, one row each.",
        )
    for wanted in package.required if package else ():
        file, _, key = wanted.partition("#")
        if file != UNITS and not _is_filled(deployment.folder / file, file, key):
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place(file, key),
                "The package requires this of every deployment, and it is not filled in.",
                "Fill it in before people are served.",
            )


def _is_filled(path: Path, name: str, key: str) -> bool:
    if not path.is_file():
        return False
    text = read_text(path, name)
    if path.suffix == ".csv":
        return _has_cells(text, key)
    if not key:
        return bool(text.strip())
    data: Any = parse_toml(text, name) if path.suffix == ".toml" else parse_yaml(text, name)
    for part in key.split("."):
        data = _child(data, part)
    return data not in (None, "", [], {})


def _has_cells(text: str, column: str) -> bool:
    """Whether a table has rows and, where a column is named, none of its cells is empty."""
    rows = [row for row in csv.DictReader(io.StringIO(text, newline="")) if any(row.values())]
    return bool(rows) and (not column or all(row.get(column) for row in rows))


def _child(data: PlainData, part: str) -> PlainData:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list):
        return next((item for item in data if isinstance(item, dict) and str(item.get("id")) == part), None)
    return None


CHECK = Check("required", "Is everything filled in that the package requires of a deployment?", run)
