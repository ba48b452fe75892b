"""Printed documents: the templates that plugins offer, and the request that a template renders."""

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
    """The input of a document. Which fields are set depends on the template's ``subject``."""

    deployment: Any
    """The ``Deployment`` that prints."""
    at: datetime
    """The aware present; templates use no other clock, so that the same request prints the same bytes."""
    unit: str | None = None
    """The code of the unit that prints."""
    cases: tuple[Case, ...] = ()
    """One case, or for a book all listed cases, in order."""
    events: tuple[CaseEvent, ...] = ()
    """The events of the one case."""
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    """The procedure versions of the cases, by digest."""
    file: PersonalFile | None = None
    """The personal file of the one case, whose access is logged already; None: no personal data is printed."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """For a book, the applicants by case code."""
    ticket: Ticket | None = None
    address: str | None = None
    """The URL of the case's tracking page, for the QR code."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Values from the counter, such as ``number``, ``contact`` or ``signatory``; each template names its own."""


@dataclass(frozen=True)
class DocumentTemplate:
    """A printable document: a Typst source and a function that returns its data.

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
    """Plain JSON data: text, numbers, lists, mappings. It is shown, never executed. The core adds ``qr``: the
    QR code of ``address`` as SVG, empty where there is none."""
    subject: Literal["case", "cases", "ticket"] = "case"
    applies: Callable[[Case, tuple[CaseEvent, ...]], bool] = lambda _case, _events: True
    """Returns whether it can be printed for this case."""
    reference: str = ""
    """The law or standard that it follows."""
    certainty: Certainty = Certainty.HIGH
    """The certainty that the document is as the reference prescribes."""
