"""The case side of a running deployment: everything that works on its cases, opened once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from pilotkit.casework.verbs import Casework
from pilotkit.catalog.deployment import Deployment
from pilotkit.storage.store import Store


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
    def casework(self) -> Casework:
        """The verbs, without asking who uses them."""
        return Casework(self.deployment, self.store, self.clock)

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()
