"""One contract, kept by every plugin that is installed, the core's own included."""

import pytest

from pilotkit.testing import contract_problems
from pilotkit.testing.contract import answer_problems, installed_names


@pytest.mark.parametrize("name", installed_names())
def test_every_installed_plugin_keeps_the_contract(name, tmp_path):
    assert () == contract_problems(name, tmp_path)


def test_all_installed_plugins_live_together(tmp_path):
    assert [] == list(answer_problems(list(installed_names()), tmp_path))
