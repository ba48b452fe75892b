"""The person's file: behind a door that asks why, and shown once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pilotkit import CaseError, UnknownError, View
from pilotkit.pages import FilledPage
from pilotkit_counter.clock_text import said

if TYPE_CHECKING:
    from pilotkit import Procedure
    from pilotkit.cases import Case, OfficerDesk, PersonalFile
    from pilotkit.pages import PageRequest

_UNPROCESSABLE = 422


def show_door(request: PageRequest) -> View:
    """Show the question why; whoever has a step on the case finds the answer filled in."""
    return _door(request)


def open_file(request: PageRequest) -> View:
    """Return the file, once: the look at it is written down with its reason."""
    desk, code, reason = request.officer_desk, request.path["code"], request.posted.get("reason")
    case = desk.case(code)
    try:
        file = desk.file(code, reason)
    except UnknownError:
        return _door(request, is_empty=True)
    except CaseError as problem:
        return _door(request, problem=said(request, problem), status=_UNPROCESSABLE)
    procedure = desk.procedure(case)
    pages = filled_pages(request, procedure, file.answers)
    asked = {field.name for page in pages for field in page.fields}
    return View(
        "counter/file.html",
        {
            "case": case,
            "procedure": procedure,
            "file": file,
            "pages": pages,
            "others": {key: value for key, value in file.answers.items() if key not in asked},
            "names": {each.id: each.name for each in procedure.documents}
            | {each.id: each.name for each in procedure.results},
            "reason": reason.strip(),
            **_known(desk, case, procedure, file, reason),
        },
    )


def filled_pages(request: PageRequest, procedure: Procedure, answers: Mapping[str, Any]) -> tuple[FilledPage, ...]:
    """Return the pages of a procedure's form with their answers."""
    form = request.catalog.forms.get(procedure.form or "")
    return tuple(FilledPage.of_answers(page, answers) for page in form.pages) if form else ()


def _known(desk: OfficerDesk, case: Case, procedure: Procedure, file: PersonalFile, reason: str) -> dict[str, Any]:
    """Return the person's other open cases for the same, and what need not be asked for again."""
    number = file.person.identity_number
    if not number or not desk.authority.permissions & {"case.receive", "case.advance", "case.sign", "case.return"}:
        return {"duplicates": (), "reusable": ()}
    here = {each.document for each in file.attachments}
    missing = [each.id for each in procedure.documents if each.id not in here] if case.finished_at is None else []
    found = [pair for document in missing for pair in desk.reusable(number, document, reason) if pair[0] != case.code]
    duplicates = [each for each in desk.duplicates(number, case.procedure) if each.code != case.code]
    return {"duplicates": duplicates, "reusable": found}


def _door(request: PageRequest, *, problem: str | None = None, is_empty: bool = False, status: int = 200) -> View:
    desk = request.officer_desk
    case = desk.case(request.path["code"])
    usual = request.gettext("Processing the case") if desk.is_mine(case) else ""
    return View(
        "counter/door.html",
        {
            "case": case,
            "procedure": desk.procedure(case),
            "reason": request.posted.get("reason") or usual,
            "is_mine": desk.is_mine(case),
            "is_empty": is_empty,
            "problem": problem,
        },
        status,
    )
