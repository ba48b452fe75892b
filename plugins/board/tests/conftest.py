"""A small town with thirty simulated days, its board, and a second way to count the same cases."""

import re
import sqlite3
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest

from pilotkit import Deployment
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment
from pilotkit.web.application import create_app

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

LAST_DAY = date(2025, 7, 28)
EVENING = datetime(2025, 7, 28, 20, 0, tzinfo=UTC)
SETTINGS = {"plugins__enabled": ["board"], "deployment__languages": ["en", "vi"]}
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return _SPACE.sub(" ", unescape(_TAG.sub(" ", html))).strip()


class Board:
    """A visitor of the board who can also count the cases by hand."""

    july = "received_at >= 1751328000000000 AND received_at <= 1753722000000000"
    """Received from 1 July until closing time on the last simulated day."""

    def __init__(self, deployment: Deployment, now: datetime = EVENING) -> None:
        self.deployment = deployment
        self._client = TestClient(create_app(deployment, now=lambda: now), follow_redirects=False)

    def get(self, path: str) -> SimpleNamespace:
        answer = self._client.get(path)
        return SimpleNamespace(status=answer.status_code, html=answer.text, words=words(answer.text))

    @staticmethod
    def micros(year: int, month: int, day: int, hour: int = 0) -> int:
        return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1_000_000

    def rows(self, path: str) -> list[str]:
        """What each row of the page's tables says."""
        found = re.findall(r'<tr role="row">(.*?)</tr>', self.get(path).html, re.DOTALL)
        return [words(row) for row in found if "rowheader" in row]

    def counted(self, condition: str, **given: object) -> int:
        """Cases counted by SQLite, which knows nothing of facts or measures."""
        connection = sqlite3.connect(self.deployment.folder / "var" / "pilot.db")
        try:
            query = f"SELECT count(*) FROM cases WHERE {condition}"
            return connection.execute(query, given).fetchone()[0]
        finally:
            connection.close()


def fill(deployment: Deployment, days: int = 30) -> None:
    store = Store(deployment.settings.storage.url, deployment.folder)
    simulate(deployment, store, days=days, seed=5, last=LAST_DAY)
    store.close()


@pytest.fixture(scope="session")
def share_board(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Board]:
    """A filled town with files changed, for tests that only read it."""

    def make(files: dict[str, str] | None = None) -> Board:
        deployment = Deployment(tiny_deployment(tmp_path_factory.mktemp("board") / "town", files, **SETTINGS))
        fill(deployment)
        return Board(deployment)

    return make


@pytest.fixture(scope="session")
def board(share_board: Callable[..., Board]) -> Board:
    """A filled town. Shared: only read it."""
    return share_board()


@pytest.fixture
def make_board(tmp_path: Path) -> Callable[..., Board]:
    """A town of one's own, with files changed, filled with so many days."""

    def make(files: dict[str, str] | None = None, *, days: int = 30) -> Board:
        deployment = Deployment(tiny_deployment(tmp_path / "town", files, **SETTINGS))
        if days:
            fill(deployment, days)
        return Board(deployment)

    return make
