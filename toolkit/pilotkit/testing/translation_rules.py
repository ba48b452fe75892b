"""Every word that a plugin shows is translated, in each language it speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

SHELL = Path(__file__).parent.parent / "web"
"""The web shell: what it translates, a plugin need not."""

_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]


def word_problems(source: Path, labels: Iterable[str] = ()) -> Iterator[str]:
    """Messages of the package in ``source`` that a catalogue lacks, leaves empty or is unsure of.

    A package without ``locales/`` says nothing and has no problems. English is the language messages are written in.

    Args:
        source: the package's folder.
        labels: further messages, such as the labels of its pages.
    """
    catalogues = sorted(source.glob("locales/*/messages.po"))
    used = sorted({*labels, *_used(source)}) if catalogues else ()
    for path in catalogues:
        name = path.relative_to(source).as_posix()
        catalogue, shell = read_catalogue(path), _of_shell(path.parent.name)
        for text in used:
            if text not in catalogue and text not in shell:
                yield f"{name} lacks {text!r}."
        for message in catalogue:
            if message.id and not _is_translated(message):
                yield f"{name} does not translate {message.id!r}."


@lru_cache
def read_catalogue(path: Path) -> Catalog:
    """One ``messages.po``."""
    with path.open("rb") as stream:
        return read_po(stream)


def _of_shell(language: str) -> Catalog:
    path = SHELL / "locales" / language / "messages.po"
    return read_catalogue(path) if path.is_file() else Catalog()


def _used(source: Path) -> Iterator[str]:
    for _, _, message, _, _ in extract_from_dir(str(source), method_map=_METHODS):
        yield message[0] if isinstance(message, tuple) else message


def _is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return not message.fuzzy and all(forms)
