"""What plugins add to a deployment: pages, commands, checks, connectors, tables."""

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
    """The deployment a plugin is being asked for, before its catalog exists."""

    folder: Path
    scheme: str
    """The scheme of its administrative codes."""
    province: str
    """The code of its province."""
    languages: tuple[str, ...]
    """The first is the main one."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By plugin, what ``[plugins.options]`` chose."""


@dataclass(frozen=True)
class View:
    """What a page shows: a template of the plugin's package, and what to fill it with."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Redirect:
    """Go and look there: what a form answers with when it has done something."""

    to: str
    """A path of this site."""


@dataclass(frozen=True)
class Download:
    """A file instead of a page."""

    content: bytes
    media_type: str
    name: str
    """What the browser saves it as."""


@dataclass(frozen=True)
class Stream:
    """A page that goes on: one view, made anew every few seconds and sent to all who listen.

    Server-sent events (HTML Living Standard, 9.2). The event ``view`` brings the HTML; ``trouble`` says that it could
    not be made. The shell bounds how many may listen and for how long, and does nothing while nobody does.
    """

    shared: str
    """Whoever asks the same page, in the same language, with the same word here gets the same view: it names everything
    that ``make`` depends on, such as the units that may be seen."""
    make: Callable[[Any], View]
    """Gets a ``Visit`` of nobody's, with its own present: what all may get is made for no one."""
    every: float = 10.0
    """Seconds from one view to the next."""


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    name: str
    media_type: str
    """What the browser says; never believed."""
    data: bytes


@dataclass(frozen=True)
class FormData:
    """What a form sent: every field's values in their order, and its files. Bounded by the shell."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        return self.fields[name][-1] if self.fields.get(name) else default

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return self.fields.get(name, ())


@dataclass(frozen=True)
class Navigation:
    """A page's place in the header. ``label`` is an English message, translated by the plugin's catalogue."""

    label: str
    order: int


@dataclass(frozen=True)
class Page:
    """One page. ``show`` and ``act`` get a ``Visit`` and say what to answer."""

    name: str
    """``plugin.page``; what ``url_for`` takes."""
    path: str
    """With ``{parameters}``; the language is in front of it and not part of it."""
    show: Callable[[Any], View | Redirect | Download | Stream]
    """Answers GET; it changes nothing."""
    package: str
    """The import package whose ``templates/`` and ``locales/`` it uses."""
    navigation: Navigation | None = None
    act: Callable[[Any], View | Redirect | Download] | None = None
    """Answers POST with ``request.posted``; the shell has checked the form's token. None: the page only reads."""
    permission: str | None = None
    """What one must be permitted to see it at all, such as ``case.read``; None: everybody may."""
    receive: Callable[[Any, bytes], Download] | None = None
    """Answers what a machine POSTs, without form and token: what comes must prove itself. None: nothing is taken."""
    is_private: bool = False
    """Whether it shows what is one person's: then no browser keeps it. One with ``act`` or ``permission`` is so too."""


@dataclass(frozen=True)
class Command:
    """A command of ``pilotkit``: a function that Typer reads."""

    name: str
    run: Callable[..., None]
    help: str
    group: str | None = None
    """The word in front of its name, which it shares with others: ``pilotkit hub trust``."""


class Severity(StrEnum):
    """How bad a finding is. Only errors make a check fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """Something a check found."""

    severity: Severity
    check: str
    """The id of the check: small letters, digits, ``.``, ``-`` and ``_``."""
    where: Place
    message: str
    remedy: str


@dataclass(frozen=True)
class Check:
    """One question asked of a deployment. ``run`` gets a ``Deployment`` and yields findings."""

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
