"""A plugin from one command: whichever kinds it begins with, it installs, is clean and passes its own tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pilotkit import DataError
from pilotkit.figures import TargetError
from pilotkit.model.plugin_kind import PluginKind
from pilotkit.scaffold.new_plugin import new_plugin

ROOT = Path(__file__).parents[3]


def installed(folder: Path, name: str) -> dict[str, str]:
    """The environment of a process in which the plugin is installed, as an editable install would have it."""
    metadata = folder / f"pilotkit_{name}-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pilotkit-{name}\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text(f"[pilotkit.plugins]\n{name} = pilotkit_{name}.plugin\n")
    return {**os.environ, "PYTHONPATH": str(folder)}


def done(*command: object, **options: object) -> str:
    ended = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **options)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


@pytest.mark.server
@pytest.mark.parametrize("kinds", [[kind] for kind in PluginKind] + [[PluginKind.KPIS, PluginKind.PAGES]], ids=str)
def test_a_new_plugin_passes_its_own_tests_and_is_clean(tmp_path, kinds):
    folder = tmp_path / "greet"
    written = new_plugin("greet", folder, kinds)
    assert {f"tests/test_{kind}.py" for kind in kinds} < {*written}
    ruff = [Path(sys.executable).parent / "ruff"]
    options = ["--config", ROOT / "pyproject.toml", "--config", f"src=['{ROOT / 'toolkit'}', '{folder}']", "--no-cache"]
    assert "" == done(*ruff, "check", *options, folder / "pilotkit_greet")  # the settings of tests go by their place
    assert "" == done(*ruff, "format", "--check", *options, folder)
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, folder]
    environment = installed(folder, "greet")
    assert "" == done(*tests, env=environment, cwd=folder)
    check = [Path(sys.executable).parent / "pilotkit", "plugin", "check", "greet"]
    assert "" == done(*check, env=environment, cwd=tmp_path)


@pytest.mark.parametrize("name", ["", "Greet", "two-words", "1st", "a", "../up", "x" * 31, "chào"])
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(DataError, match="cannot be the name of a plugin"):
        new_plugin(name, tmp_path / "made")
    assert [] == list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(TargetError, match="is not empty"):
        new_plugin("greet", tmp_path)
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]
