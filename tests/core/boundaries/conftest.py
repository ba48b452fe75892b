"""A town whose quarters change: two merge under a third one's code, that one moves on, and the last is divided."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.cases import Application, Case
from pilotkit.casework.case_service import CaseService
from pilotkit.storage.store import Store

BEFORE = datetime(2025, 7, 20, 10, tzinfo=UTC)
AFTER = datetime(2025, 8, 2, 10, tzinfo=UTC)
HEADER = "code,valid_from,successor,since,share,name,kind,head,office,points,takes_cases,reference,certainty\n"
REFORM = HEADER + (
    "PA-01,2024-01-01,PA-03,2025-08-01,1,Two Quays,quarter,warden-quays,Warden of Two Quays,,,charter,high\n"
    "PA-02,2024-01-01,PA-03,2025-08-01,1,Two Quays,quarter,warden-quays,,,,charter,high\n"
    "PA-03,2024-01-01,PA-05,2025-08-01,1,Lighthouse,quarter,,,,,charter,high\n"
    "PA-04,2024-01-01,PA-04,2025-08-01,3/5,Hill Farms,quarter,,,,,charter,high\n"
    "PA-04,2024-01-01,PA-06,2025-08-01,2/5,Mill,quarter,warden-mill,Warden of Mill,kiosk-3,,charter,high\n"
)


@pytest.fixture
def reform(tmp_path: Path) -> Path:
    path = tmp_path / "reform.csv"
    path.write_text(REFORM, encoding="utf-8")
    return path


@pytest.fixture
def receive(town: Deployment, store: Store) -> Callable[..., Case]:
    def take_in(unit: str, channel: str = "online", *, at: datetime = BEFORE, point: str | None = None) -> Case:
        application = Application(
            procedure="ZZ-101", channel=channel, unit=unit, actor="citizen", received_at_point=point
        )
        return CaseService(Deployment(town.folder), store, lambda: at).receive(application)

    return take_in
