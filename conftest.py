"""What holds for every test of the workspace, the core's and the plugins'."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import drill, fast

_SERVERS = {"cluster", "durable_cluster", "master", "serving", "_chromium"}
"""Fixtures that start a server or a browser: who asks for one is no quick test."""


_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder in memory, where a sync that a test waits for costs nothing
_ROOM = 4 * 1024**3


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--drill``: the tests that are marked so, whole, with a record in bench/drill.json."""
    parser.addoption("--drill", action="store_true", help="run the tests marked 'drill', at their whole size")


def pytest_configure(config: pytest.Config) -> None:
    """Set the size before a test is read, and where temporary folders lie; one process keeps the record."""
    drill.choose(whole=config.getoption("drill"))
    if config.getoption("drill") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(drill.Record(), "drill-record")
    is_roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    if "TMPDIR" not in os.environ and is_roomy:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_MEMORY)  # which pytest tidies up itself
        others = Path(tempfile.mkdtemp(prefix="pk", dir=_MEMORY))
        others.chmod(0o711)  # the user who runs PostgreSQL passes through
        os.environ["TMPDIR"], tempfile.tempdir = str(others), None
        config.add_cleanup(lambda: shutil.rmtree(others, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a server; in a drill, leave the rest out. A cluster is started first, and by one worker only."""
    for item in items:
        is_served = _SERVERS & {*getattr(item, "fixturenames", ())} or item.get_closest_marker("postgresql")
        if is_served:
            item.add_marker("server")
    items.sort(key=lambda each: "master" not in getattr(each, "fixturenames", ()))
    if config.getoption("drill"):
        config.hook.pytest_deselected(items=[each for each in items if not each.get_closest_marker("drill")])
        items[:] = [each for each in items if each.get_closest_marker("drill")]


@pytest.fixture(scope="session", autouse=True)
def _fast() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        fast.make_hashes_cheap(patch)
        fast.remember_tables(patch)
        yield
