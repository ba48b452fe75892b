"""The contributions of plugins: pages, commands, checks, connectors, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pilotkit.errors import Place


@dataclass(frozen=True)
class PluginContext:
    """The deployment that a hook is called for, before its catalog exists."""

    folder: Path
    scheme: str
    """The scheme of its administrative codes."""
    province: str
    """The code of its province."""
    languages: tuple[str, ...]
    """The languages; the first is the main one."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The values of ``[plugins.options]`` by plugin."""


@dataclass(frozen=True)
class View:
    """An HTML response: a template of the plugin's package, and its context."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Redirect:
    """A redirect, such as after a form was processed (POST, redirect, GET)."""

    to: str
    """A path of this site."""


@dataclass(frozen=True)
class Download:
    """A file response."""

    content: bytes
    media_type: str
    name: str
    """The file name for the browser."""


@dataclass(frozen=True)
class Stream:
    """A live page: one view, rendered every few seconds and sent to all subscribers.

    Server-sent events (HTML Living Standard, 9.2). The event ``view`` carries the HTML; ``trouble`` reports that
    rendering failed. The shell bounds the number and duration of subscriptions, and is idle without subscribers.
    """

    shared: str
    """The cache key: requests of the same page, language and key share a view. It includes everything that ``make``
    depends on, such as the units that may be seen."""
    make: Callable[[Any], View]
    """Called with an anonymous ``PageRequest`` of its own instant, because the view is shared."""
    every: float = 10.0
    """Seconds between two views."""


@dataclass(frozen=True)
class Upload:
    """An uploaded file of a form."""

    name: str
    media_type: str
    """The browser's claim; never trusted."""
    data: bytes


@dataclass(frozen=True)
class FormData:
    """The data of a form: every field's values in order, and its files. The shell limits its size."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of a field."""
        return self.fields[name][-1] if self.fields.get(name) else default

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return self.fields.get(name, ())


@dataclass(frozen=True)
class Navigation:
    """A page's entry in the header. ``label`` is an English message, translated by the plugin's catalogue."""

    label: str
    order: int


@dataclass(frozen=True)
class Page:
    """One page. ``show`` and ``act`` take a ``PageRequest`` and return the response."""

    name: str
    """``plugin.page``, the argument of ``url_for``."""
    path: str
    """The path with ``{parameters}``, without the language prefix."""
    show: Callable[[Any], View | Redirect | Download | Stream]
    """Handles GET, without side effects."""
    package: str
    """The import package with its ``templates/`` and ``locales/``."""
    navigation: Navigation | None = None
    act: Callable[[Any], View | Redirect | Download] | None = None
    """Handles POST with ``request.posted``, after the shell has checked the CSRF token. None: the page only reads."""
    permission: str | None = None
    """The permission that it requires, such as ``case.read``; None: it is public."""
    receive: Callable[[Any, bytes], Download] | None = None
    """Handles a POST from a program, without form and CSRF token: the body must authenticate itself. None: refused."""
    is_private: bool = False
    """Whether it shows personal data and must not be cached. A page with ``act`` or ``permission`` is so, too."""


@dataclass(frozen=True)
class Command:
    """A command of ``pilotkit``: a Typer function."""

    name: str
    run: Callable[..., None]
    help: str
    group: str | None = None
    """The command group of its name: ``pilotkit hub trust``."""


class Severity(StrEnum):
    """The severity of a finding. Only errors make a check fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """A finding of a check."""

    severity: Severity
    check: str
    """The id of the check: lower-case letters, digits, ``.``, ``-`` and ``_``."""
    where: Place
    message: str
    remedy: str


@dataclass(frozen=True)
class Check:
    """One check of a deployment. ``run`` takes a ``Deployment`` and yields findings."""

    id: str
    question: str
    run: Callable[[Any], Iterable[Finding]]


@dataclass(frozen=True)
class Connector:
    """A connection to another system."""

    id: str
    kind: str
    """What it is for, such as ``payment``; who uses the kind says which protocol it wants."""
    make: Callable[[Any], Any]
    """Gets the connector's settings and returns what the protocol promises."""
    settings: type[BaseModel] | None = None
    """What may be set in pilot.toml, which ``make`` gets validated; None: ``make`` gets a plain dictionary."""
    protocol: type | None = None
    """What ``make`` returns, a class or a runtime-checkable protocol; None: what the user of the kind wants."""


@dataclass(frozen=True)
class TableSet:
    """Tables that a plugin owns: a SQLAlchemy ``MetaData``, created beside the core's."""

    id: str
    metadata: Any
