"""Printed documents: a Typst source of a plugin, filled with plain data, as PDF."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import segno
import typst

from pilotkit.catalog.deployment import CORE
from pilotkit.catalog.plugins import unique
from pilotkit.errors import CaseError, PluginError, TargetError, UnknownError
from pilotkit.model.printing import PrintRequest

if TYPE_CHECKING:
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.catalog.plugins import Offered
    from pilotkit.model.case import Case, CaseEvent
    from pilotkit.model.personal import Person, PersonalFile
    from pilotkit.model.plain_data import PlainData
    from pilotkit.model.printing import DocumentTemplate
    from pilotkit.model.ticket import Ticket
    from pilotkit.storage.store import Store

FONTS = Path(__file__).parent / "fonts"
"""Tinos, built from npm; the typefaces that Typst brings lack letters that our languages need."""
MEDIA_TYPE = "application/pdf"
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Controls, and the marks that turn the direction of what follows."""
_FROM_THE_NETWORK = re.compile(r"""["']@[\w-]+/""")


class Printing:
    """Prints what the plugins of a deployment offer.

    Args:
        deployment: whose plugins and settings.
        store: where its cases are kept.
    """

    def __init__(self, deployment: Deployment, store: Store) -> None:
        self._deployment = deployment
        self._store = store

    @cached_property
    def templates(self) -> Mapping[str, DocumentTemplate]:
        """Every document that can be printed, by id.

        Raises:
            DuplicateError: two plugins offer the same id.
        """
        return unique(self._offered, lambda each: each.id, "document")

    def offered(self, case: Case, events: tuple[CaseEvent, ...]) -> tuple[DocumentTemplate, ...]:
        """Return what can be printed for a case as it stands."""
        cases = (each for each in self.templates.values() if each.subject == "case")
        return tuple(each for each in cases if each.applies(case, events))

    def case(
        self,
        template: str,
        code: str,
        at: datetime,
        *,
        file: PersonalFile | None = None,
        address: str | None = None,
        extras: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return a document about one case, as PDF.

        Args:
            template: the document's id.
            code: the case.
            at: the day it bears; aware.
            file: the personal side, whose reading the caller has put on record; None prints nothing personal.
            address: what the QR code carries.
            extras: as the template names them.

        Raises:
            UnknownError: no such document or case.
            CaseError: the case does not stand where this document is due.
        """
        chosen = self._chosen(template, "case")
        case, events = self._store.case(code), self._store.events(code)
        if not chosen.applies(case, events):
            raise CaseError(
                f"document '{template}' does not go with case '{code}' as it stands.",
                remedy="Take the step first that the document tells of.",
            )
        return self._print(
            chosen,
            PrintRequest(
                self._deployment, at, case.unit, (case,), events, self._procedures((case,)), file,
                address=address, extras=extras or {},
            ),
        )  # fmt: skip

    def book(
        self,
        template: str,
        unit: str,
        cases: tuple[Case, ...],
        at: datetime,
        *,
        people: Mapping[str, Person] | None = None,
        extras: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return a document about many cases of a unit, as PDF: ``cases`` in the order they are to stand in.

        Raises:
            UnknownError: no such document or unit.
        """
        chosen = self._chosen(template, "cases")
        request = PrintRequest(
            self._deployment, at, self._deployment.catalog.unit(unit).code, cases,
            procedures=self._procedures(cases), people=people or {}, extras=extras or {},
        )  # fmt: skip
        return self._print(chosen, request)

    def ticket(self, ticket: Ticket, at: datetime, extras: Mapping[str, str] | None = None) -> bytes:
        """Return a queue ticket, as PDF for a receipt printer: a plugin's where one offers it, else the core's.

        Args:
            ticket: as the queue gave it.
            at: when it is printed; aware.
            extras: ``wait``: the expected wait in whole minutes, absent where it is not known.
        """
        tickets = [each for each in self._offered if each.value.subject == "ticket"]
        chosen = min(tickets, key=lambda each: each.plugin == CORE)
        unit = self._deployment.catalog.point(ticket.point).unit
        return self._print(chosen.value, PrintRequest(self._deployment, at, unit, ticket=ticket, extras=extras or {}))

    @cached_property
    def _offered(self) -> tuple[Offered, ...]:
        return self._deployment.plugins.collect("register_documents")

    def _chosen(self, template: str, subject: str) -> DocumentTemplate:
        found = self.templates.get(template)
        if found is None or found.subject != subject:
            raise UnknownError(
                f"there is no document '{template}' about a {subject.rstrip('s')} here.",
                remedy="Enable the plugin that offers it.",
            )
        return found

    def _procedures(self, cases: tuple[Case, ...]) -> dict[str, Any]:
        return {digest: self._store.procedure(digest) for digest in sorted({each.procedure_digest for each in cases})}

    def _print(self, template: DocumentTemplate, request: PrintRequest) -> bytes:
        code = draw_code(request.address) if request.address else ""
        return print_document(template, template.data(request) | {"qr": code}, request.at)


def bind(documents: Iterable[bytes], at: datetime) -> bytes:
    """Several printed documents as one PDF, in their order.

    Args:
        documents: one or more PDFs that were made here.
        at: what the file says of when it was made; aware.
    """
    from pypdf import PdfWriter  # noqa: PLC0415  # which only many pages in one file need

    writer = PdfWriter()
    for each in documents:
        writer.append(io.BytesIO(each))
    writer.add_metadata({"/CreationDate": f"D:{at:%Y%m%d%H%M%S}"})
    bound = io.BytesIO()
    writer.write(bound)
    return bound.getvalue()


def print_document(template: DocumentTemplate, data: Mapping[str, Any], at: datetime) -> bytes:
    """Typeset a document; the same template, data and time make the same bytes.

    The data reaches Typst as one JSON text and is shown as it is: nothing in it is read as markup or code. A character
    that the typeface lacks is shown as an empty box.

    Args:
        template: whose source.
        data: plain JSON data.
        at: what the file says of when it was made; aware.

    Raises:
        PluginError: the source is missing, wants a package from the network, or cannot be typeset.
        TargetError: the typefaces have not been built.
    """
    source = source_of(template)
    if not any(FONTS.glob("*.ttf")):
        raise TargetError(f"no typeface is in {FONTS}.", remedy="Run 'make assets' in the source tree, or reinstall.")
    try:
        compiler = typst.Compiler(
            source, root=source.parent, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs={"data": _json(data)}
        )
        made = compiler.compile(format="pdf", timestamp=int(at.timestamp()))
    except typst.TypstError as problem:
        raise PluginError(
            f"document '{template.id}' cannot be typeset: {problem.message}.", remedy=f"Mend {source.name}."
        ) from None
    assert isinstance(made, bytes)  # noqa: S101  # Typst answers with bytes where no file is named
    return made


def source_of(template: DocumentTemplate) -> Path:
    """Return the Typst file of a template.

    Raises:
        PluginError: it is missing, or a file of its folder wants a package from the network.
    """
    package = find_spec(template.package)
    folder = Path(package.origin).parent if package and package.origin else Path()
    source = (folder / template.source).resolve()
    if not source.is_file() or folder not in source.parents:
        raise PluginError(
            f"document '{template.id}' has no source {template.source} in {template.package}.", remedy="Reinstall it."
        )
    for each in sorted(source.parent.glob("*.typ")):
        if _FROM_THE_NETWORK.search(each.read_text(encoding="utf-8")):
            raise PluginError(
                f"document '{template.id}': {each.name} imports a package from the network.",
                remedy="Put what it needs beside the source.",
            )
    return source


def draw_code(text: str) -> str:
    """Return a QR code of ``text`` as SVG; a quarter of it may be soiled."""
    drawn = io.BytesIO()
    segno.make(text, error="q", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(_visible(data), ensure_ascii=False, allow_nan=False, sort_keys=True)


def _visible(value: PlainData) -> PlainData:
    """Return the same data, with a mark where a character would show nothing and could change what stands beside it."""
    if isinstance(value, str):
        return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, Mapping):
        return {key: _visible(each) for key, each in value.items()}
    return [_visible(each) for each in value] if isinstance(value, list | tuple) else value
