"""Words are there in every language of the deployment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from pydantic import BaseModel

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.grouping import few, gather
from pilotkit.checks.homes import home_of, of_file
from pilotkit.errors import Place
from pilotkit.model.plain_data import PlainData
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.model.text import LocalText


def run(deployment: Deployment) -> Iterator[Finding]:
    """One warning for each file and language that lacks words."""
    catalog = deployment.catalog
    lacking: dict[tuple[str, str], list[str]] = {}
    for file, key, text in _texts(catalog):
        for language in catalog.settings.deployment.languages:
            if language not in text.root:
                lacking.setdefault((language, file), []).append(key)
    for language in catalog.settings.deployment.languages:
        files = {file: keys for (lacked, file), keys in lacking.items() if lacked == language}
        yield from gather(
            (_finding(language, file, keys) for file, keys in files.items() if "/procedures/" in file),
            f"{{count}} procedures lack words in '{language}'; the first language is shown instead: {{names}}.",
        )
        yield from (_finding(language, file, keys) for file, keys in files.items() if "/procedures/" not in file)


def _finding(language: str, file: str, keys: list[str]) -> Finding:
    return Finding(
        Severity.WARNING,
        CHECK.id,
        Place(file),
        f"{len(keys)} {'text has' if len(keys) == 1 else 'texts have'} no words in '{language}' ({few(keys)}).",
        f"Translate them, or take '{language}' out of languages in pilot.toml.",
    )


def _texts(catalog: Catalog) -> Iterator[tuple[str, str, LocalText]]:
    """Every text of the catalog: its file, its key, itself."""
    for key, text in _within(catalog.settings.deployment, "deployment"):
        yield "pilot.toml", key, text
    for procedure in catalog.procedures.values():
        for key, text in _within(procedure, ""):
            yield home_of(procedure), key, text
    for thing in chain.from_iterable(things.values() for things in _listed(catalog)):
        for key, text in _within(thing, thing.id):
            yield of_file(thing), key, text
    for path, values in catalog.data.items():
        for thing in values:
            for key, text in _within(thing, str(getattr(thing, "id", ""))):
                yield path, key, text
    for contact in catalog.contacts.values():
        yield "local/contacts.toml", f"{contact.id}.label", contact.label


def _listed(catalog: Catalog) -> Iterable[Mapping[str, Any]]:
    knowledge = (catalog.domains, catalog.life_events, catalog.articles)
    people = (catalog.roles, catalog.campaigns, catalog.courses)
    return (*knowledge, *people, catalog.kpis, catalog.sources)


def _within(node: PlainData, key: str) -> Iterator[tuple[str, LocalText]]:
    """Every text inside a noun, with its dotted key."""
    if isinstance(node, LocalText):
        yield key, node
    elif isinstance(node, BaseModel):
        for name, value in node.__dict__.items():
            if isinstance(value, BaseModel | tuple | dict):
                yield from _within(value, _join(key, name))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _within(value, _join(key, str(name)))
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from _within(value, _join(key, str(getattr(value, "id", index))))


def _join(key: str, part: str) -> str:
    return f"{key}.{part}" if key else part


CHECK = Check("languages", "Are the words there in every language?", run)
