"""The services of one deployment, composed in one place: each is built from what its constructor names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData

from pilotkit.applications.applications import Applications
from pilotkit.applications.tracking import CaseTracking
from pilotkit.casework.case_service import CaseService, Clock, system_clock
from pilotkit.casework.definitions import Definitions
from pilotkit.casework.officer_desk import OfficerDesk
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.casework.procedure_migration import ProcedureMigration
from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.model.access import Authority
from pilotkit.payments.payments import Payments
from pilotkit.storage.plugin_tables import PluginTables
from pilotkit.storage.store import Store
from pilotkit.storage.vault import Vault

if TYPE_CHECKING:
    from pilotkit.access.access import Access
    from pilotkit.casework.heartbeats import Heartbeats
    from pilotkit.casework.operations import Operations
    from pilotkit.casework.printing import Printing
    from pilotkit.casework.queue import Queue
    from pilotkit.measures.signoffs import SignOffs


class Services:
    """The composition root: builds each service when it is first used. No service is given this object.

    Args:
        deployment: its catalog, settings and plugins.
        clock: returns the aware present.
    """

    def __init__(self, deployment: Deployment, clock: Clock = system_clock) -> None:
        self.deployment = deployment
        self.clock = clock

    @property
    def catalog(self) -> Catalog:
        """The deployment's catalog."""
        return self.deployment.catalog

    @cached_property
    def store(self) -> Store:
        """The database of the deployment."""
        return Store.of(self.deployment)

    @cached_property
    def vault(self) -> Vault:
        """The vault, which reads its keys from the environment when it is first used."""
        return Vault.deferred()

    @cached_property
    def definitions(self) -> Definitions:
        """The versions of procedures that cases were received under."""
        return Definitions(self.store)

    @cached_property
    def case_service(self) -> CaseService:
        """The verbs that move cases, without asking for permissions."""
        return CaseService(self.deployment, self.store, self.clock, self.vault)

    @cached_property
    def personal_files(self) -> PersonalFiles:
        """The personal files of cases, without asking for permissions."""
        return PersonalFiles(self.store, self.vault, self.clock)

    @cached_property
    def payments(self) -> Payments:
        """Payment requests, and what has arrived for them."""
        return Payments(self.deployment, self.store, self.case_service, self.clock)

    @cached_property
    def applications(self) -> Applications:
        """Drafts and applications of citizens."""
        return Applications(self.catalog, self.store, self.vault, self.case_service, self.payments, self.clock)

    @cached_property
    def tracking(self) -> CaseTracking:
        """Cases as the citizens who sent them follow them."""
        return CaseTracking(self.store, self.vault, self.case_service, self.personal_files, self.payments, self.clock)

    def officer_desk(self, authority: Authority) -> OfficerDesk:
        """Return the desk of one officer: what the authority permits, in its units."""
        return OfficerDesk(
            authority,
            catalog=self.catalog,
            store=self.store,
            vault=self.vault,
            case_service=self.case_service,
            personal_files=self.personal_files,
            payments=self.payments,
            definitions=self.definitions,
            clock=self.clock,
        )

    @cached_property
    def procedure_migration(self) -> ProcedureMigration:
        """Open cases whose procedure has a new version."""
        return ProcedureMigration(self.catalog, self.store, self.case_service, self.personal_files)

    @cached_property
    def access(self) -> Access:
        """Signing in and out, and what an account may do."""
        from pilotkit.access.access import Access  # noqa: PLC0415  # a password hasher that most commands never need

        return Access(self.deployment, self.store, self.vault, self.clock)

    @cached_property
    def queue(self) -> Queue:
        """Queue tickets of the service points."""
        from pilotkit.casework.queue import Queue  # noqa: PLC0415  # most commands never need it

        return Queue(self.deployment, self.store, self.clock)

    @cached_property
    def heartbeats(self) -> Heartbeats:
        """Heartbeats of points and kiosks."""
        from pilotkit.casework.heartbeats import Heartbeats  # noqa: PLC0415  # most commands never need it

        return Heartbeats(self.deployment, self.store, self.clock)

    @cached_property
    def operations(self) -> Operations:
        """The day at work, without asking for permissions."""
        from pilotkit.casework.operations import Operations  # noqa: PLC0415  # most commands never need it

        return Operations(self.catalog, self.store, self.definitions, self.heartbeats)

    @cached_property
    def printing(self) -> Printing:
        """Printed documents, without asking for permissions."""
        from pilotkit.casework.printing import Printing  # noqa: PLC0415  # a typesetter that most commands never need

        return Printing(self.deployment, self.store)

    @cached_property
    def sign_offs(self) -> SignOffs:
        """Figures that heads have signed."""
        from pilotkit.measures.signoffs import SignOffs  # noqa: PLC0415  # an engine that most pages never need

        return SignOffs(self.deployment, self.store, self.clock)

    def tables(self, metadata: MetaData) -> PluginTables:
        """Return the tables of one plugin, and no others.

        Raises:
            PluginError: a table is the core's.
        """
        return PluginTables(self.store, metadata)

    def at(self, moment: datetime) -> Services:
        """Return the same services at another present; the database and the definitions read so far are shared."""
        other = Services(self.deployment, lambda: moment)
        other.__dict__.update(store=self.store, definitions=self.definitions, vault=self.vault)
        return other

    def close(self) -> None:
        """Close the database, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()


@contextmanager
def open_services(deployment: Deployment | Path, clock: Clock = system_clock) -> Iterator[Services]:
    """Open the services of a deployment for a command or a job, and close its database afterwards.

    Args:
        deployment: a deployment, or its folder.
        clock: returns the aware present.

    Raises:
        DataError: the folder holds no deployment that can be read.

    Example:
        >>> with open_services(folder) as services:
        ...     case = services.case_service.advance("P46-250701-0001", "desk")
    """
    services = Services(deployment if isinstance(deployment, Deployment) else Deployment(deployment), clock)
    try:
        yield services
    finally:
        services.close()
