"""The store of heartbeats: the last report of each point."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table
from sqlmodel import Field, Session, SQLModel, select

from pilotkit.model.heartbeat import Heartbeat
from pilotkit.storage.tables import Instant


class HeartbeatRow(SQLModel, table=True):
    """The last heartbeat of one point."""

    __tablename__ = "heartbeats"

    point: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    condition: str
    fault: str | None = None
    synthetic: bool = False


HEARTBEATS: Table = HeartbeatRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models


def keep_heartbeat(session: Session, heartbeat: Heartbeat) -> None:
    """Replace a point's heartbeat; one that is older than the stored one is ignored."""
    row = session.get(HeartbeatRow, heartbeat.point, with_for_update=True)
    if row is None or row.at <= heartbeat.at:
        session.merge(HeartbeatRow(**heartbeat.model_dump(mode="python")))


def heartbeats_of(session: Session, points: Iterable[str]) -> dict[str, Heartbeat]:
    """Return the last heartbeat of each of these points that ever sent one."""
    rows = session.exec(select(HeartbeatRow).where(HEARTBEATS.c.point.in_(sorted(points))))
    return {row.point: Heartbeat(**row.model_dump()) for row in rows}
