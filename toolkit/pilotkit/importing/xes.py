"""XES, the standard form of event logs (IEEE 1849-2023), read as a stream.

An attribute of a trace becomes the column ``case:…`` in each of its events, as process mining tools write it in CSV.
Document types, and with them entities of any kind, are refused: a log needs none.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError  # the class only; defusedxml parses
from zlib import error as ZlibError  # noqa: N812  # an error is called one

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from pilotkit.errors import DataError, Place

_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})


def xes_columns(path: Path) -> tuple[str, ...]:
    """Every attribute that some trace or event has, in order of appearance."""
    names: dict[str, None] = {}
    for case, events in _traces(path):
        names.update(dict.fromkeys(case))
        for event in events:
            names.update(dict.fromkeys(event))
    return tuple(names)


def xes_rows(path: Path, header: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every event with its trace's attributes, numbered from 1."""
    number = 0
    for case, events in _traces(path):
        for event in events:
            number += 1
            said = case | event
            yield number, tuple(said.get(name, "") for name in header)


def _traces(path: Path) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """Each trace as its own attributes and those of its events; what was read is let go of."""
    with _opened(path) as file:
        root: Element | None = None
        for happening, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = element
            if happening == "end" and _tag(element) == "trace":
                events = [_attributes(child, "") for child in element if _tag(child) == "event"]
                yield _attributes(element, "case:"), events
                root.clear()


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    packed = path.name.lower().endswith(".gz")
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            yield file  # type: ignore[misc]  # both are streams of bytes
    except DefusedXmlException:
        raise DataError(
            "declares a document type or entities, which no log needs.",
            where=Place(path.name),
            remedy="Remove the declaration, and ask where the file comes from.",
        ) from None
    except ParseError as problem:
        line = problem.position[0]
        raise DataError(
            f"is not XML: {problem}.", where=Place(path.name, line=line), remedy="Export it anew."
        ) from None
    except (gzip.BadGzipFile, EOFError, ZlibError) as problem:
        raise DataError(f"is not a gzip file: {problem}.", where=Place(path.name), remedy="Copy it anew.") from None


def _attributes(element: Element, prefix: str) -> dict[str, str]:
    return {
        prefix + child.get("key", ""): _value(child) for child in element if _tag(child) in _VALUES and child.get("key")
    }


def _value(child: Element) -> str:
    value = child.get("value", "")
    return value.lower() if _tag(child) == "boolean" else value


def _tag(element: Any) -> str:
    name: str = element.tag
    return name.rpartition("}")[2]
