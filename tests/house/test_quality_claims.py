"""Every first-party plugin says how good it is, and is that good."""

from pathlib import Path

import pytest

from pilotkit.testing import report_on

PLUGINS = sorted(path.parent.name for path in Path(__file__).parents[2].glob("plugins/*/pyproject.toml"))


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_is_as_good_as_it_says(name, tmp_path):
    assert () == report_on(name, tmp_path).problems, f"see 'pilotkit plugin check {name}'"
