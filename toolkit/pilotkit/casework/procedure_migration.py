"""Migration of open cases to a new version of their procedure, the way that the procedure declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pilotkit.casework.case_service import CaseService
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.catalog.catalog import Catalog
from pilotkit.errors import PilotkitError, UnknownError
from pilotkit.model.case import Application, Case
from pilotkit.model.personal import Content, PersonalFile
from pilotkit.model.text import Noun
from pilotkit.storage.personal_store import sealed_file
from pilotkit.storage.store import Store

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


class ProcedureMigration:
    """Takes open cases to the present version of their procedure, the way that the procedure declares.

    Args:
        catalog: the present versions.
        store: where cases are kept.
        case_service: migrates, receives and withdraws.
        personal_files: what goes along with an application that is received again.
    """

    def __init__(
        self, catalog: Catalog, store: Store, case_service: CaseService, personal_files: PersonalFiles
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._case_service = case_service
        self._personal_files = personal_files

    def behind(self) -> Iterator[Case]:
        """Yield every open case that was received under another version of its procedure than the present one."""
        procedures = list(self._catalog.procedures.values())
        now = dict(zip((each.code for each in procedures), self._store.keep_procedures(procedures), strict=True))
        for code in self._store.codes():
            case = self._store.case(code)
            if case.finished_at is None and now.get(case.procedure) not in {None, case.procedure_digest}:
                yield case

    def run(self, *, only_tell: bool = False) -> Iterator[Passage]:
        """Migrate one case after another, each whole or not at all, and yield what became of it.

        ``pinned`` cases stay; ``migratable`` ones go over (:meth:`CaseService.migrate`); of ``close_and_reopen`` the
        application is received again, with person, answers and files, and the old case is withdrawn, naming the new
        one. Interrupted, it is run again: nothing is done twice.

        Args:
            only_tell: change nothing.
        """
        for case in self.behind():
            way = self._catalog.procedure(case.procedure).on_change
            passage = Passage(case=case.code, procedure=case.procedure, way=way)
            yield passage if only_tell or way == "pinned" else self._gone(case, passage)

    def _gone(self, case: Case, passage: Passage) -> Passage:
        try:
            if passage.way == "migratable":
                self._case_service.migrate(case.code, ACTOR)
                return passage
            return passage.model_copy(update={"became": self._reopened(case).code})
        except PilotkitError as problem:
            return passage.model_copy(update={"problem": str(problem)})

    def _reopened(self, case: Case) -> Case:
        file, contents = self._personal(case)
        again = self._case_service.receive(
            Application(
                procedure=case.procedure, channel=case.channel, unit=case.unit,
                received_at_point=case.received_at_point, helped_at_point=case.helped_at_point,
                actor=ACTOR, key=f"again.{case.code}",
                answers=file.answers if file else {}, person=file.person if file else None, contents=contents,
            )
        )  # fmt: skip
        self._case_service.withdraw(case.code, ACTOR, f"{_REASON} {again.code}")
        return again

    def _personal(self, case: Case) -> tuple[PersonalFile | None, tuple[Content, ...]]:
        """Return the personal side; both looks are written down."""
        with self._store.read_session() as session:
            try:
                sealed_file(session, case.code)
            except UnknownError:  # nobody was named, so no keys are needed either
                return None, ()
        file = self._personal_files.file(case.code, ACTOR, _REASON)
        submitted = (each for each in file.attachments if each.kind != "result")
        read = (self._personal_files.content(case.code, each.id, ACTOR, _REASON) for each in submitted)
        return file, tuple(
            Content(kind=each.kind, document=each.document, name=each.name, media_type=each.media_type, data=data)
            for each, data in read
        )
