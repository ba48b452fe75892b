"""Points and kiosks report how they are."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from pilotkit.api.dependencies import CurrentUser, State
from pilotkit.api.problems import PROBLEMS
from pilotkit.api.text_types import Code
from pilotkit.casework import permissions as permits
from pilotkit.errors import RefusedError
from pilotkit.model.heartbeat import Heartbeat, PointCondition, Reported
from pilotkit.model.text import Identifier

router = APIRouter(prefix="/points/{point}", tags=["points"], responses=PROBLEMS)
REPORT = "point.report"


class Report(BaseModel):
    """How the point is."""

    model_config = ConfigDict(extra="forbid")

    condition: Reported = PointCondition.WORKING
    fault: Identifier | None = None
    """What is wrong, as a word such as ``printer``."""


@router.post("/heartbeat", status_code=HTTPStatus.CREATED)
def report(here: State, asker: CurrentUser, point: Code, asked: Report) -> Heartbeat:
    """Say how a point is, every minute or two. After ten minutes of silence it counts as unknown."""
    unit = here.catalog.point(point).unit
    if not (asker.may(REPORT, unit) or asker.may(permits.RECEIVE, unit)):
        raise RefusedError(f"the state of point '{point}' is not yours to report.", remedy="Sign in at that point.")
    return here.services.heartbeats.report(point, asked.condition, asked.fault)
