"""Plugins that are installed for one test only: a module on the path and an entry point in the metadata."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pilotkit.catalog.plugins import installed_entry_points


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """``install(name, source)``: from then on a plugin ``name`` is installed, with this source."""
    room = tmp_path / "installed"
    monkeypatch.setattr(sys, "path", [*sys.path])
    installed_entry_points.cache_clear()

    def install_one(name: str, source: str) -> str:
        place = room / name  # each has its own, since in which order one folder is listed is the disk's secret
        sys.path.insert(len([*room.glob("*")]), str(place))
        package = place / f"pilotkit_{name}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text('"""For one test."""\n')
        (package / "plugin.py").write_text(source)
        metadata = place / f"pilotkit_{name}-0.1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pilotkit-{name}\nVersion: 0.1.0\n")
        (metadata / "entry_points.txt").write_text(f"[pilotkit.plugins]\n{name} = pilotkit_{name}.plugin\n")
        importlib.invalidate_caches()
        installed_entry_points.cache_clear()
        return name

    yield install_one
    installed_entry_points.cache_clear()
    for module in [
        each
        for each in sys.modules
        if getattr(sys.modules[each], "__file__", None) and str(room) in str(sys.modules[each].__file__)
    ]:
        del sys.modules[module]
