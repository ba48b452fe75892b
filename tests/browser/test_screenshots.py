"""The pictures of the documentation, taken of what is there now.

``make screenshots`` writes them into ``docs/images/``. Without it they are taken all the same, and thrown away, so that
a picture that can no longer be taken is noticed.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.packages.packing import pack
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.web.server import running

ROOT = Path(__file__).parents[2]
TO = os.environ.get("PILOTKIT_SCREENSHOTS")
PICTURES = {
    "home.png": ("/vi/", 900),
    "board.png": ("/vi/board", 1000),
    "procedures.png": ("/vi/procedures?q=khai+sinh", 900),
    "points.png": ("/vi/points", 900),
}


@pytest.fixture(scope="module")
def hue(tmp_path_factory) -> Iterator[str]:
    """The address of Huế's deployment, made from Hanoi's package, with thirty simulated days."""
    folder = tmp_path_factory.mktemp("pictures")
    shutil.copytree(ROOT / "examples/hanoi", folder / "examples/hanoi", ignore=shutil.ignore_patterns("var"))
    shutil.copytree(ROOT / "templates", folder / "templates")
    packed = pack(Deployment(folder / "examples/hanoi"), folder)
    answers = {"assigned_on": "2025-07-02", "due_on": "2025-07-30"}
    made = Deployment(new(download_verified(packed.path, allow_unsigned=True), "46", folder / "hue", answers).folder)
    store = Store.of(made)
    simulate(made, store, days=30, seed=1, last=date(2025, 7, 28))
    store.close()
    with running(made, now=lambda: datetime(2025, 7, 28, 12, 0, tzinfo=UTC)) as served:
        yield served


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_can_be_taken(browser, hue, tmp_path, name):
    path, height = PICTURES[name]
    context = browser.new_context(viewport={"width": 1280, "height": height}, locale="vi-VN")
    page = context.new_page()
    assert 200 == page.goto(f"{hue}{path}").status
    page.evaluate("document.fonts.ready")
    to = Path(TO) / name if TO else tmp_path / name
    page.screenshot(path=to, animations="disabled")
    context.close()
    assert to.stat().st_size > 10_000


def test_every_picture_of_the_documentation_is_taken_here_or_drawn():
    images = {path.name for path in (ROOT / "docs/images").iterdir()}
    assert {*PICTURES, "floors.svg"} == images
