"""The procedures that cases were received under, each read once: a digest never means another definition."""

from __future__ import annotations

from collections.abc import Mapping

from pilotkit.model.procedure import Procedure
from pilotkit.storage import case_queries as worklist
from pilotkit.storage.store import Store


class Definitions:
    """The definitions that a store keeps, by digest.

    Args:
        store: where cases are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Procedure] = {}

    def of(self, digest: str) -> Procedure:
        """Return the definition with this digest.

        Raises:
            UnknownError: no case here was received under it.
        """
        if digest not in self._known:
            self._known[digest] = self._store.procedure(digest)
        return self._known[digest]

    def all(self) -> Mapping[str, Procedure]:
        """Every definition that a case was ever received under."""
        with self._store.read_session() as session:
            digests = worklist.digests(session)
        return {digest: self.of(digest) for digest in digests}
