"""The portal keeps the contract that every plugin keeps."""

from pilotkit.testing import contract_problems


def test_the_plugin_keeps_the_contract(tmp_path):
    assert () == contract_problems("portal", tmp_path / "town")
