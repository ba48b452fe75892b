"""Printed documents: what a plugin offers to be printed, and what it is told when somebody prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pilotkit.model.case import Case, CaseEvent
from pilotkit.model.personal import Person, PersonalFile
from pilotkit.model.procedure import Procedure
from pilotkit.model.source import Certainty
from pilotkit.model.text import LocalText
from pilotkit.model.ticket import Ticket


@dataclass(frozen=True)
class PrintRequest:
    """What a document is to be made of. Which of it is there depends on the template's ``subject``."""

    deployment: Any
    """The ``Deployment`` that prints."""
    at: datetime
    """Aware; the only present there is, so that the same request prints the same bytes."""
    unit: str | None = None
    """The code of the unit that prints."""
    cases: tuple[Case, ...] = ()
    """One, or for a book all that it lists, in order."""
    events: tuple[CaseEvent, ...] = ()
    """What happened to the one case."""
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    """The procedures of the cases as they were received under, by digest."""
    file: PersonalFile | None = None
    """The personal side of the one case, whose reading is on record already; None: nothing personal is printed."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """For a book, who applied, by the case's code."""
    ticket: Ticket | None = None
    address: str | None = None
    """Where the case can be followed: the whole address that the QR code carries."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """What only the counter knows, such as ``number``, ``contact`` or ``signatory``; each template names its own."""


@dataclass(frozen=True)
class DocumentTemplate:
    """One document that can be printed: a Typst source and a function that makes its data.

    The source reads ``sys.inputs.data``, a JSON text. It may read other files of its own folder and nothing else.
    """

    id: str
    """Such as ``vn.form-01``; unique among all plugins."""
    title: LocalText
    package: str
    """The import package that the source stands in."""
    source: str
    """The path of the ``.typ`` file in the package."""
    data: Callable[[PrintRequest], dict[str, Any]]
    """Plain JSON data: text, numbers, lists, mappings. Whatever it says is shown, never run. The core adds ``qr``: the
    QR code of ``address`` as SVG, empty where there is none."""
    subject: Literal["case", "cases", "ticket"] = "case"
    applies: Callable[[Case, tuple[CaseEvent, ...]], bool] = lambda _case, _events: True
    """Whether it can be printed for this case as its events made it."""
    reference: str = ""
    """The law or standard that it follows."""
    certainty: Certainty = Certainty.HIGH
    """How sure it is that the document is as the reference prescribes."""
