"""Facts: what the store and the catalog hold, as Parquet files by month, for engines that scan.

One worker writes, many read. Each table is a base and, on top of it, a small delta whose rows replace those of the base
with the same key: so a few cases that have changed cost a few rows, wherever they stand. When a month's delta has
grown, the two become a new base.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import TargetError
from pilotkit.facts.fact_builder import FactBuilder
from pilotkit.facts.segments import FOLDER, Home, Segment, SegmentIndex
from pilotkit.storage.store import Store

_MAKING = threading.Lock()


@dataclass(frozen=True)
class Facts:
    """Facts that stand ready to be read."""

    home: Home
    state: SegmentIndex = field(repr=False)
    missing: int = 0
    """Stored cases that have not reached them yet, because another process is still at it."""

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return self.state.cases

    @property
    def reached(self) -> tuple[int, int]:
        """How many of the stored cases have reached them, and of how many; 1 of 1 where there are none."""
        return (self.cases, self.cases + self.missing) if self.cases or self.missing else (1, 1)

    @property
    def attributes(self) -> frozenset[str]:
        """The name of every attribute that some case has."""
        return frozenset(self.state.attributes)

    @property
    def version(self) -> str:
        """What tells this state from all others."""
        return self.state.version

    def segments(self, table: str) -> tuple[Segment, ...]:
        """Return the live segments of a table."""
        return self.state.of(table)


def bring_up_to_date(deployment: Deployment, store: Store, *, rebuild: bool = False) -> Facts:
    """Return the deployment's facts, with everything that has happened since.

    Where another process is the worker, what it has made so far is taken; only where there is nothing yet is it waited
    for.

    Args:
        deployment: whose facts.
        store: its cases.
        rebuild: make all of them anew.

    Raises:
        TargetError: the store cannot be read, or the facts cannot be written.
    """
    home = Home(deployment.folder / FOLDER)
    worker = FactBuilder(deployment.catalog, store, home)
    missing = 0
    with _MAKING:
        state = home.current()
        if rebuild or state is None or worker.is_behind(state):
            with home.working(wait=rebuild or state is None) as is_ours:
                state = home.current() if state is None or not is_ours else state
                if is_ours:
                    state = worker.rebuild() if rebuild or state is None else worker.refresh(state)
                elif state is not None:
                    missing = worker.missing(state)
    assert state is not None  # noqa: S101  # whoever was waited for has left one, or we have
    return Facts(home, state, missing)


def keep_up_to_date(deployment: Deployment, store: Store, pause: Callable[[], None]) -> Iterator[Facts]:
    """Be the worker for good: the facts, each time that they have changed.

    While it runs, every other process only reads.

    Args:
        deployment: whose facts.
        store: its cases.
        pause: what is done between two looks.

    Raises:
        TargetError: another process is the worker already, or the facts cannot be written.
    """
    home = Home(deployment.folder / FOLDER)
    with home.working(wait=False) as is_ours:
        if not is_ours:
            raise TargetError(
                f"another worker keeps the facts in {home.folder} up to date.", remedy="Stop it, or let it do it."
            )
        worker = FactBuilder(deployment.catalog, store, home)
        while True:
            state = home.current()
            if state is None or worker.is_behind(state):
                yield Facts(home, worker.rebuild() if state is None else worker.refresh(state))
            pause()
