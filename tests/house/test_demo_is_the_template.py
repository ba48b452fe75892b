"""The plugin to copy and what ``pilotkit plugin new`` writes are the same, byte for byte."""

from pathlib import Path

from pilotkit.scaffold.new_plugin import new_plugin

ROOT = Path(__file__).parents[2]
BUILT = {"__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"}


def files_of(folder):
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not BUILT & {*path.parts})
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_demo_is_what_the_template_makes(tmp_path):
    (tmp_path / "toolkit").mkdir()
    (tmp_path / "toolkit/pyproject.toml").touch()  # as in this workspace
    (tmp_path / "plugins").mkdir()
    new_plugin("demo", tmp_path / "plugins/demo")
    assert files_of(ROOT / "plugins/demo") == files_of(tmp_path / "plugins/demo"), "run 'make demo-plugin'"
