"""What a new version of a procedure does to the cases that are open: each goes the way that the procedure declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pilotkit.errors import PilotkitError, UnknownError
from pilotkit.model.case import Application, Case
from pilotkit.model.personal import Content, PersonalFile
from pilotkit.model.text import Noun
from pilotkit.storage.personal_store import sealed_file

if TYPE_CHECKING:
    from pilotkit.services import Backoffice

ACTOR = "upgrade"
_REASON = "The procedure has a new version under which the application is handled anew."


class Passage(Noun):
    """What became, or would become, of one open case whose procedure has changed."""

    case: str
    procedure: str
    way: Literal["pinned", "migratable", "close_and_reopen"]
    became: str | None = None
    """The code of the case that was opened in its place."""
    problem: str | None = None
    """Why it could not go its way; it is as it was."""


def behind(backoffice: Backoffice) -> Iterator[Case]:
    """Every open case that was received under another version of its procedure than the catalog has now."""
    catalog, store = backoffice.deployment.catalog, backoffice.store
    procedures = list(catalog.procedures.values())
    now = dict(zip((each.code for each in procedures), store.keep_procedures(procedures), strict=True))
    for code in store.codes():
        case = store.case(code)
        if case.finished_at is None and now.get(case.procedure) not in {None, case.procedure_digest}:
            yield case


def migrate(backoffice: Backoffice, *, only_tell: bool = False) -> Iterator[Passage]:
    """Let every open case go the way its procedure declares: one after another, each whole or not at all.

    ``pinned`` cases stay; ``migratable`` ones go over (:meth:`Casework.migrate`); of ``close_and_reopen`` the
    application is received again, with person, answers and files, and the old case is withdrawn, naming the new one.
    Interrupted, it is run again: nothing is done twice.

    Args:
        backoffice: whose cases.
        only_tell: change nothing.
    """
    for case in behind(backoffice):
        way = backoffice.deployment.catalog.procedure(case.procedure).on_change
        passage = Passage(case=case.code, procedure=case.procedure, way=way)
        yield passage if only_tell or way == "pinned" else _gone(backoffice, case, passage)


def _gone(backoffice: Backoffice, case: Case, passage: Passage) -> Passage:
    try:
        if passage.way == "migratable":
            backoffice.casework.migrate(case.code, ACTOR)
            return passage
        return passage.model_copy(update={"became": _reopened(backoffice, case).code})
    except PilotkitError as problem:
        return passage.model_copy(update={"problem": str(problem)})


def _reopened(backoffice: Backoffice, case: Case) -> Case:
    file, contents = _personal(backoffice, case)
    again = backoffice.casework.receive(
        Application(
            procedure=case.procedure, channel=case.channel, unit=case.unit, received_at_point=case.received_at_point,
            helped_at_point=case.helped_at_point, actor=ACTOR, key=f"again.{case.code}",
            answers=file.answers if file else {}, person=file.person if file else None, contents=contents,
        )
    )  # fmt: skip
    backoffice.casework.withdraw(case.code, ACTOR, f"{_REASON} {again.code}")
    return again


def _personal(backoffice: Backoffice, case: Case) -> tuple[PersonalFile | None, tuple[Content, ...]]:
    """The personal side; both looks are written down."""
    with backoffice.store.read_session() as session:
        try:
            sealed_file(session, case.code)
        except UnknownError:  # nobody was named, so no keys are needed either
            return None, ()
    file = backoffice.files.file(case.code, ACTOR, _REASON)
    submitted = (each for each in file.attachments if each.kind != "result")
    read = (backoffice.files.content(case.code, each.id, ACTOR, _REASON) for each in submitted)
    return file, tuple(
        Content(kind=each.kind, document=each.document, name=each.name, media_type=each.media_type, data=data)
        for each, data in read
    )
