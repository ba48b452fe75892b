"""What plugins add to simulated days: each with random numbers and tables of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from sqlalchemy import MetaData

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import unique
from pilotkit.model.simulation import Simulation
from pilotkit.storage.plugin_tables import PluginTables
from pilotkit.storage.store import Store


@dataclass(frozen=True)
class SimulationContext:
    """The simulated days, for one plugin.

    Example:
        >>> def run(context):
        ...     for day in context.days:
        ...         visits = context.random.poisson(12)
    """

    catalog: Catalog
    first: date
    last: date
    until: datetime
    """Closing time of the last day: nothing after it has happened."""
    random: np.random.Generator
    """Random numbers of this simulation alone: of the run's seed and the simulation's id."""
    store: Store

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every calendar day, the first first."""
        return tuple(self.first + timedelta(days=each) for each in range((self.last - self.first).days + 1))

    def tables(self, metadata: MetaData) -> PluginTables:
        """Return the tables of the plugin.

        Raises:
            PluginError: a table is the core's.
        """
        return PluginTables(self.store, metadata)


def run_simulations(
    deployment: Deployment, store: Store, first: date, last: date, until: datetime, seed: int
) -> tuple[str, ...]:
    """Run what the deployment's plugins add to simulated days; return the ids, in the order they were run.

    Raises:
        DuplicateError: two plugins offer a simulation of the same id.
    """
    offered = deployment.plugins.collect("register_simulations")
    simulations: dict[str, Simulation] = unique(offered, lambda each: each.id, "simulation")
    for id_, each in sorted(simulations.items()):
        context = SimulationContext(deployment.catalog, first, last, until, _generator(seed, id_), store)
        each.run(context)
    return tuple(sorted(simulations))


def _generator(seed: int, id_: str) -> np.random.Generator:
    words = np.frombuffer(hashlib.sha256(id_.encode()).digest(), dtype=np.uint32)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *map(int, words)])))
