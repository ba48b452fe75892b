"""Fixtures for pytest. In a top-level ``conftest.py``: ``pytest_plugins = ["pilotkit.testing.fixtures"]``."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilotkit.testing.clock import Clock
from pilotkit.testing.tiny import tiny_deployment


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a small deployment of its own: a municipality that does not exist."""
    return tiny_deployment(tmp_path / "tiny")


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still at 1 July 2025, 09:00 UTC."""
    return Clock()
