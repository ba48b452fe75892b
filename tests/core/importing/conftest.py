"""One log in every form that is read."""

import csv
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pilotkit import Deployment
from pilotkit.cases import Case
from pilotkit.importing.importer import Imported, import_cases
from pilotkit.importing.mapping import Mapping
from pilotkit.storage.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("case:concept:name", "concept:name", "time:timestamp", "how", "where", "until", "org:resource", "amount")
MAPPING: dict[str, Any] = {
    "columns": {
        "case": "case:concept:name", "activity": "concept:name", "at": "time:timestamp", "channel": "how",
        "unit": "where", "due": "until",
    },
    "values": {
        "activity": {"Register": "received", "Ask": "supplement_requested", "Answer": "resumed", "Close": "finished"},
        "channel": {"Internet": "online", "Desk": "in_person"},
    },
    "defaults": {"procedure": "ZZ-201"},
    "attributes": {"types": {"amount": "number"}},
}  # fmt: skip
Rows = Sequence[tuple[str, ...]]


def write_csv(path: Path, rows: Rows, header: Sequence[str] = COLUMNS, **how: Any) -> Path:
    with path.open("w", encoding=how.pop("encoding", "utf-8"), newline="") as file:
        csv.writer(file, **how).writerows([header, *rows])
    return path


def write_parquet(path: Path, rows: Rows) -> Path:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    pq.write_table(
        pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(COLUMNS, columns, strict=True)}), path
    )
    return path


def write_xes(path: Path, rows: Rows) -> Path:
    traces: dict[str, list[str]] = {}
    for row in rows:
        cells = list(zip(COLUMNS[1:], row[1:], strict=True))
        event = "".join(f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in cells)
        traces.setdefault(row[0], []).append(f"<event>{event}</event>")
    body = "".join(
        f'<trace><string key="concept:name" value={quoteattr(code)}/>{"".join(events)}</trace>'
        for code, events in traces.items()
    )
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/">{body}</log>')
    return path


def write_excel(path: Path, rows: Rows) -> Path:
    def line(number: int, cells: Sequence[str]) -> str:
        written = "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
            for at, cell in enumerate(cells)
        )
        return f'<row r="{number}">{written}</row>'

    sheet = "".join(line(number, cells) for number, cells in enumerate([COLUMNS, *rows], start=1))
    formats, package = "http://schemas.openxmlformats.org", "http://schemas.openxmlformats.org/package/2006"
    main, office = f"{formats}/spreadsheetml/2006/main", f"{formats}/officeDocument/2006/relationships"
    kinds = "application/vnd.openxmlformats-"
    book = f"{kinds}officedocument.spreadsheetml.sheet.main+xml"
    relation = f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}'
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="rels" ContentType="{kinds}package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{book}"/></Types>'
        ),
        "_rels/.rels": f'{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Log" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": f'{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    "log.csv": write_csv, "log.parquet": write_parquet, "log.xes": write_xes, "log.xlsx": write_excel
}  # fmt: skip


def mapped(**changes: dict[str, Any]) -> Mapping:
    return Mapping.model_validate({**MAPPING, **{k: {**MAPPING.get(k, {}), **v} for k, v in changes.items()}})


@pytest.fixture
def take_in(town: Deployment, store: Store) -> Callable[..., Imported]:
    def run(path: Path, mapping: Mapping | None = None) -> Imported:
        return import_cases(town, store, path, mapping or mapped(), now=NOW)

    return run


def cases_in(store: Store) -> dict[str, Case]:
    return {code: store.case(code) for code in store.codes()}
