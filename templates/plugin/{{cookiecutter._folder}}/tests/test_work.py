from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pilotkit import DataError, open_services
from pilotkit.tables import PluginTables
from pilotkit.testing import Clock, tiny_deployment
from {{ cookiecutter.package }}.work import FORGET, METADATA, SIMULATION, VISITS, count

TODAY = date(2025, 7, 1)


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[PluginTables]:
    with open_services(tiny_deployment(tmp_path, plugins__enabled=["{{ cookiecutter.name }}"])) as services:
        yield services.tables(METADATA)


def days(tables: PluginTables) -> list[str]:
    with tables.read_session() as session:
        return list(session.scalars(select(VISITS.c.day).order_by(VISITS.c.day)))


class Context:
    """What the core gives to a job or a simulation."""

    def __init__(self, tables: PluginTables, **facts: object) -> None:
        self.tables = lambda _metadata: tables
        self.__dict__.update(facts)


def test_a_day_that_was_counted_is_kept(tables):
    count(tables, TODAY, 12)
    assert ["2025-07-01"] == days(tables)


def test_a_day_that_is_there_already_is_refused(tables):
    count(tables, TODAY, 12)
    with pytest.raises(DataError, match="2025-07-01 has been counted already"):
        count(tables, TODAY, 13)


def test_the_job_forgets_what_is_older_than_a_year(tables):
    count(tables, TODAY, 12)
    count(tables, TODAY - timedelta(days=366), 12)
    FORGET.run(Context(tables, now=Clock()))
    assert ["2025-07-01"] == days(tables)


def test_every_simulated_day_has_its_visits(tables):
    import numpy as np

    SIMULATION.run(Context(tables, days=(TODAY, TODAY + timedelta(days=1)), random=np.random.default_rng(1)))
    assert ["2025-07-01", "2025-07-02"] == days(tables)
