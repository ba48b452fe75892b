"""Check and seal the personal part of an application."""

from __future__ import annotations

from pilotkit.casework.attachment_types import checked_all
from pilotkit.errors import CaseError
from pilotkit.model.case import Application, Case
from pilotkit.storage.personal_store import SealedFile, seal_file
from pilotkit.storage.vault import Vault


class ApplicationSealer:
    """Checks and seals person, answers and files of an application.

    Args:
        vault: seals them; without keys, applications that name nobody still come in.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def checked(self, application: Application) -> Application:
        """Return the application with the media types that its files have.

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
            _ = self._vault.key_id  # raises before anything is stored
        return application.model_copy(update={"contents": checked_all(application.contents)})

    def sealed(self, application: Application, case: Case) -> SealedFile | None:
        """Return the sealed file of a case; None where nobody is named."""
        if application.person is None:
            return None
        return seal_file(
            self._vault, case.code, application.person, application.answers, application.contents, case.received_at
        )
