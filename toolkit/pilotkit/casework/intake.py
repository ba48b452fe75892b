"""The personal side of an application on its way in."""

from __future__ import annotations

from pilotkit.casework.attachment_types import checked_all
from pilotkit.errors import CaseError
from pilotkit.model.case import Application, Case
from pilotkit.storage.personal_store import SealedFile, seal_file
from pilotkit.storage.vault import Vault


class Intake:
    """Checks and seals what came with an application.

    Args:
        vault: None where the server has no keys: then applications are taken in without a person only.
    """

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault

    def checked(self, application: Application) -> Application:
        """The application, with the media types that its files have.

        Raises:
            CaseError: a file may not be kept, or there are files and nobody they belong to.
            DataError: it is somebody's, and there are no keys to keep it with.
        """
        if application.person is None and application.contents:
            raise CaseError(
                f"the application for {application.procedure} has files, and says nothing of who applies.",
                remedy="Say who applies: files are kept with the person.",
            )
        if application.person is not None:
            self._opened()
        return application.model_copy(update={"contents": checked_all(application.contents)})

    def sealed(self, application: Application, case: Case) -> SealedFile | None:
        """What is kept with the case; None where nobody is told apart."""
        if application.person is None:
            return None
        return seal_file(
            self._opened(), case.code, application.person, application.answers, application.contents, case.received_at
        )

    def _opened(self) -> Vault:
        return self._vault or Vault.from_environment()
