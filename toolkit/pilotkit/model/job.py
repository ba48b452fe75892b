"""Background jobs: work that a plugin does at intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pilotkit.errors import PluginError
from pilotkit.model.text import Noun, is_identifier

SHORTEST = timedelta(seconds=1)
"""The shortest interval between two runs of a job."""


@dataclass(frozen=True)
class Job:
    """Background work with its interval; one process of all that share a database runs it at a time.

    It may be run twice for one interval (after a crash), so it must bear that.

    Raises:
        PluginError: its id is no identifier, or its interval is shorter than :data:`SHORTEST`.

    Example:
        >>> Job("greeting.remind", "Remind of visits", timedelta(hours=1), run=lambda context: None).every
        datetime.timedelta(seconds=3600)
    """

    id: str
    """``plugin.job``."""
    title: str
    """What it does, in English; shown by ``pilotkit jobs``."""
    every: timedelta
    """From the end of one run to the beginning of the next."""
    run: Callable[[Any], None]
    """Gets a :class:`pilotkit.work.JobContext`. What it raises is logged, shown and tried again later."""

    def __post_init__(self) -> None:
        if not is_identifier(self.id):
            raise PluginError(
                f"a job has the id {self.id!r:.60}.", remedy="Use small letters, digits, '.', '-' and '_'."
            )
        if self.every < SHORTEST:
            raise PluginError(
                f"the job '{self.id}' runs every {self.every}.", remedy="Let at least a second pass between runs."
            )


class JobState(Noun):
    """What is known of the runs of one job."""

    id: str
    holder: str = ""
    """The process that runs it; empty: none does."""
    held_until: datetime
    """When its lease ends."""
    due_at: datetime
    started_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    """Since it last succeeded."""
    error: str = ""
    """Why it failed last."""
