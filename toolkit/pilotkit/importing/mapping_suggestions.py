"""A mapping to begin with, from what the columns of a file are called."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path

from pilotkit.errors import TargetError
from pilotkit.importing.mapping import Source
from pilotkit.importing.sources import Table, open_table
from pilotkit.model.text import search_form

_SEEN = 5_000
_MOST_WORDS = 40
_NAMES = {
    "case": ("case concept name", "case id", "caseid", "case", "dossier", "file number", "application"),
    "at": ("time timestamp", "timestamp", "complete timestamp", "time", "at", "date", "event time"),
    "activity": ("concept name", "activity", "action", "event", "task"),
    "due": ("deadline", "due", "due at", "due date", "case deadline"),
    "channel": ("case channel", "channel"),
    "unit": ("unit", "office", "district", "municipality"),
    "procedure": ("procedure", "service", "permit type"),
}
_PERSONAL = ("resource", "name", "user", "actor", "phone", "mail", "address", "birth", "person", "applicant", "citizen")


def suggest(path: Path, into: Path) -> Path:
    """Write a mapping to begin with; read it and correct it before you import.

    Raises:
        TargetError: there is a mapping already, or it cannot be written.
        DataError: the file cannot be read.
    """
    table = open_table(path, Source())
    try:
        with into.open("x", encoding="utf-8") as file:
            file.write(_text(table, path.name))
    except OSError as problem:
        why = "is there already" if isinstance(problem, FileExistsError) else f"cannot be written: {problem.strerror}"
        raise TargetError(f"{into} {why}.", remedy="Name another file with --mapping.") from None
    return into


def _text(table: Table, name: str) -> str:
    columns = _columns(table.header)
    personal = [
        column
        for column in table.header
        if column not in columns.values() and any(word in search_form(column) for word in _PERSONAL)
    ]
    lines = [f"# How the columns and words of {name} become ours. Correct it before you import.", "", "[columns]"]
    lines += [f"{ours} = {_quoted(columns.get(ours, ''))}" for ours in ("case", "at")]
    lines += [f"{ours} = {_quoted(theirs)}" for ours, theirs in columns.items() if ours not in {"case", "at"}]
    lines += [
        "",
        "[values.activity]",
        "# activity = received, advanced, supplement_requested, payment_requested, resumed,",
    ]
    lines += ["# stopped, transferred, extended, refused, withdrawn, finished, returned or ignore"]
    lines += [f'# {_quoted(word)} = "advanced"' for word in _words(table, columns.get("activity"))]
    lines += ["", "[values.channel]"]
    lines += [f'# {_quoted(word)} = "in_person"' for word in _words(table, columns.get("channel"))]
    lines += ["", "[defaults]", '# procedure = "…"', '# unit = "…"', '# channel = "in_person"', ""]
    lines += ["[attributes]", "# Whatever tells who a person is must stand here:"]
    return "\n".join([*lines, f"drop = [{', '.join(map(_quoted, personal))}]", ""])


def _columns(header: tuple[str, ...]) -> dict[str, str]:
    forms = {search_form(column): column for column in reversed(header)}
    found = {ours: next((forms[name] for name in names if name in forms), None) for ours, names in _NAMES.items()}
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}


def _words(table: Table, column: str | None) -> list[str]:
    if column is None:
        return []
    place = table.header.index(column)
    rows = islice(table.rows(), _SEEN)
    seen = Counter(cells[place].strip() for _, cells in rows if place < len(cells))
    return [word for word, _ in seen.most_common(_MOST_WORDS) if word and word.isprintable()]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
