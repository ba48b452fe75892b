"""The case side of a running deployment: everything that works on its cases, opened once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pilotkit.applications.applications import Applications
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.definitions import Definitions
from pilotkit.casework.officer_desk import OfficerDesk
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.catalog.deployment import Deployment
from pilotkit.model.access import Authority
from pilotkit.payments.payments import Payments
from pilotkit.storage.store import Store
from pilotkit.storage.vault import KEYS, Vault

if TYPE_CHECKING:
    from pilotkit.access.access import Access
    from pilotkit.casework.heartbeats import Heartbeats
    from pilotkit.casework.operations import Operations
    from pilotkit.casework.printing import Printing
    from pilotkit.casework.queue import Queue


class Backoffice:
    """The store and the services of one deployment; each is made when it is first used.

    Args:
        deployment: whose.
        clock: answers with the aware present.
    """

    def __init__(self, deployment: Deployment, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.deployment = deployment
        self.clock = clock

    @cached_property
    def store(self) -> Store:
        """Where cases are kept."""
        return Store.of(self.deployment)

    @cached_property
    def casework(self) -> CaseService:
        """The verbs, without asking who uses them."""
        vault = self.vault if os.environ.get(KEYS) else None  # without keys, cases without a person still come in
        return CaseService(self.deployment, self.store, self.clock, vault)

    @cached_property
    def vault(self) -> Vault:
        """What encrypts personal data.

        Raises:
            DataError: the environment has no keys, or something that is none.
        """
        return Vault.from_environment()

    @cached_property
    def files(self) -> PersonalFiles:
        """The personal side of cases, without asking who may see it.

        Raises:
            DataError: the environment has no keys, or something that is none.
        """
        return PersonalFiles(self.store, self.vault, self.clock)

    @cached_property
    def filing(self) -> Applications:
        """What citizens do, signed in or not."""
        return Applications(self)

    @cached_property
    def payments(self) -> Payments:
        """What people are asked to pay, and what has arrived."""
        return Payments(self)

    @cached_property
    def access(self) -> Access:
        """Who may come in, and what they may do.

        Raises:
            DataError: the environment has no keys, or something that is none.
        """
        from pilotkit.access.access import Access  # noqa: PLC0415  # a password hasher that most commands never need

        return Access(self.deployment, self.store, self.vault, self.clock)

    @cached_property
    def definitions(self) -> Definitions:
        """The procedures that cases were received under."""
        return Definitions(self.store)

    def desk(self, authority: Authority) -> OfficerDesk:
        """The desk of whoever has this authority."""
        return OfficerDesk(self, authority)

    @cached_property
    def queue(self) -> Queue:
        """The queues of the points."""
        from pilotkit.casework.queue import Queue  # noqa: PLC0415  # what most commands never need

        return Queue(self.deployment, self.store, self.clock)

    @cached_property
    def heartbeats(self) -> Heartbeats:
        """What points and kiosks report of themselves."""
        from pilotkit.casework.heartbeats import Heartbeats  # noqa: PLC0415  # what most commands never need

        return Heartbeats(self.deployment, self.store, self.clock)

    @cached_property
    def operations(self) -> Operations:
        """What goes on today, without asking who may see it."""
        from pilotkit.casework.operations import Operations  # noqa: PLC0415  # what most commands never need

        return Operations(self)

    def at(self, moment: datetime) -> Backoffice:
        """The same at another present; the database and what was read of it already are shared."""
        other = Backoffice(self.deployment, lambda: moment)
        other.__dict__.update(store=self.store, definitions=self.definitions)
        return other

    @cached_property
    def printing(self) -> Printing:
        """The documents that can be printed, without asking who may."""
        from pilotkit.casework.printing import Printing  # noqa: PLC0415  # a typesetter that most commands never need

        return Printing(self.deployment, self.store)

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()
