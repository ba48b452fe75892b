"""Plugins add to simulated days: the same from the same seed, and none changes another's."""

from datetime import date

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from pilotkit import Deployment, hookimpl
from pilotkit.data import DuplicateError
from pilotkit.simulation.month import simulate
from pilotkit.testing import tiny_deployment
from pilotkit.work import Simulation

METADATA = MetaData()
VISITS = Table(
    "test_simulated_visits", METADATA, Column("day", String(10), primary_key=True), Column("people", Integer)
)
LAST = date(2025, 7, 28)


def visits(context):
    rows = [{"day": day.isoformat(), "people": int(context.random.poisson(12))} for day in context.days]
    with context.tables(METADATA).write_session() as session:
        session.execute(VISITS.insert(), rows)


@pytest.fixture
def simulated(tmp_path, store):
    """Simulate five days with these simulations, and answer with the visits there were."""

    def run(*simulations, seed=1):
        class Plugin:
            @hookimpl
            def register_simulations(self):
                return simulations

        deployment = Deployment(tiny_deployment(tmp_path / "town"))
        deployment.plugins._add("test", Plugin)  # as an installed plugin
        with store.rewriting() as connection:
            METADATA.drop_all(connection)
            METADATA.create_all(connection)
        made = simulate(deployment, store, days=5, seed=seed, last=LAST)
        with store.read_session() as session:
            found = session.execute(select(VISITS).order_by(VISITS.c.day)).all()
        return made, [tuple(row) for row in found]

    return run


def test_every_simulated_day_is_the_plugin_s_too(simulated):
    made, found = simulated(Simulation("test.visits", visits))
    assert ([f"2025-07-{day}" for day in range(24, 29)], True) == ([day for day, _ in found], made.cases > 0)


def test_the_numbers_follow_from_the_seed_and_the_name_and_from_nothing_else(tmp_path):
    from pilotkit.simulation.simulation_context import _generator

    same = [_generator(7, "test.visits").integers(1 << 40) for _ in range(2)]
    others = {_generator(7, "test.calls").integers(1 << 40), _generator(8, "test.visits").integers(1 << 40)}
    assert same[0] == same[1]
    assert same[0] not in others


def test_two_simulations_of_one_name_are_refused(simulated):
    with pytest.raises(DuplicateError, match=r"simulation 'test\.visits' is offered by 'test' twice"):
        simulated(Simulation("test.visits", visits), Simulation("test.visits", visits))
