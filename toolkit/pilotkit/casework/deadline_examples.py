"""Executable examples of the law's clock: ``tests/cases.yaml``, written so that a lawyer can read them.

Each says: received then, through this channel, this procedure is due then. Times are local, without a zone::

    - name: Received on a Friday afternoon, after the cutoff
      procedure: "1.001193"
      channel: in_person
      received: 2025-07-25T15:30
      due: 2025-07-29T17:00
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import NaiveDatetime

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError, Place
from pilotkit.model.plain_data import PlainData
from pilotkit.model.procedure import Channel
from pilotkit.model.text import Noun
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.yaml_data import read_yaml

FILE = "tests/cases.yaml"


class Example(Noun):
    """One example of a deadline."""

    name: str
    procedure: str
    channel: Channel
    received: NaiveDatetime
    due: NaiveDatetime | None
    """Null where the procedure publishes no deadline."""


@dataclass(frozen=True)
class Outcome:
    """What an example expects and what the rules give, both local."""

    example: Example
    actual: datetime | None

    @property
    def holds(self) -> bool:
        """Whether they are the same."""
        return self.example.due == self.actual


def run_examples(deployment: Deployment) -> tuple[Outcome, ...]:
    """Every example of the deployment with what its rules give.

    Raises:
        DataError: the file is missing or broken, or an example names what is not there.
    """
    path: Path = deployment.folder / FILE
    return tuple(_outcome(deployment.catalog, example, key) for key, example in _examples(read_yaml(path, FILE)))


def _examples(data: PlainData) -> Iterator[tuple[str, Example]]:
    if not isinstance(data, list):
        raise DataError("must hold a list of examples.", where=Place(FILE), remedy="Start each with '- name: …'.")
    for index, item in enumerate(data):
        yield str(index), noun_from(Example, item, FILE, key=str(index))


def _outcome(catalog: Catalog, example: Example, key: str) -> Outcome:
    offer = catalog.procedure(example.procedure).offer(example.channel)
    if offer is None:
        raise DataError(
            f"procedure {example.procedure} is not offered {example.channel.value}.",
            where=Place(FILE, key),
            remedy="Choose a channel that it has.",
        )
    if offer.deadline is None:
        return Outcome(example, None)
    zone = catalog.working_time.zone
    due = catalog.working_time.due(example.received.replace(tzinfo=zone), offer.deadline)
    return Outcome(example, due.astimezone(zone).replace(tzinfo=None))
