"""A table of the plugin's own, a job that keeps it short, and what fills it on simulated days."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select

from pilotkit import DataError
from pilotkit.tables import PluginTables
from pilotkit.work import Job, JobContext, Simulation, SimulationContext

METADATA = MetaData()
VISITS = Table(
    "{{ cookiecutter.name }}_visits",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("people", Integer, nullable=False),
)
KEPT = timedelta(days=365)
"""How long a day is kept."""


def count(tables: PluginTables, day: date, people: int) -> None:
    """Keep how many people came on a day.

    Raises:
        DataError: the day has been counted already.
    """
    with tables.write_session() as session:
        if session.scalar(select(VISITS.c.people).where(VISITS.c.day == day.isoformat())) is not None:
            raise DataError(f"{day} has been counted already.", remedy="Count another day.")
        session.execute(insert(VISITS).values(day=day.isoformat(), people=people))


def forget(context: JobContext) -> None:
    """Remove the days that are older than :data:`KEPT`."""
    before = (context.now() - KEPT).date().isoformat()
    with context.tables(METADATA).write_session() as session:
        session.execute(delete(VISITS).where(VISITS.c.day < before))


def simulate(context: SimulationContext) -> None:
    """Let some people come on every simulated day."""
    rows = [{"day": day.isoformat(), "people": int(context.random.poisson(12))} for day in context.days]
    with context.tables(METADATA).write_session() as session:
        session.execute(insert(VISITS), rows)


FORGET = Job("{{ cookiecutter.name }}.forget", "Remove counts older than a year", timedelta(days=1), forget)
SIMULATION = Simulation("{{ cookiecutter.name }}.visits", simulate)
