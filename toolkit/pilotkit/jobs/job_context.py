"""What a job is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import MetaData

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.storage.plugin_tables import PluginTables
from pilotkit.storage.store import Store


@dataclass(frozen=True)
class JobContext:
    """One run of a job.

    Example:
        >>> def run(context):
        ...     with context.tables(METADATA).write_session() as session:
        ...         session.execute(OLD.delete().where(OLD.c.at < context.now()))
    """

    deployment: Deployment
    now: Callable[[], datetime]
    """Returns the aware present."""
    is_stopping: Callable[[], bool]
    """Whether the process wants to end, or the lease was lost: a long job asks between its steps, and returns."""
    store: Store

    @property
    def catalog(self) -> Catalog:
        """The deployment's catalog."""
        return self.deployment.catalog

    def tables(self, metadata: MetaData) -> PluginTables:
        """Return the tables of the job's plugin.

        Raises:
            PluginError: a table is the core's.
        """
        return PluginTables(self.store, metadata)
