"""The contract that every installed plugin keeps.

A plugin's own tests need one class, which tests each rule by its name::

    from pilotkit.testing import PluginContract


    class TestContract(PluginContract):
        plugin = "my_plugin"
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pilotkit.catalog.plugins import installed_entry_points
from pilotkit.errors import PilotkitError
from pilotkit.testing.claims import package_of
from pilotkit.testing.load_time import MOST_MEGABYTES, MOST_SECONDS
from pilotkit.testing.rules import INSTALLED, Subject, answer_problems, loading_problems

__all__ = [
    "MOST_MEGABYTES",
    "MOST_SECONDS",
    "PluginContract",
    "answer_problems",
    "contract_problems",
    "installed_names",
    "loading_problems",
    "package_of",
    "rule_problems",
]


class PluginContract:
    """A test of each rule of the contract, for the installed plugin that a subclass names."""

    plugin: ClassVar[str]
    """The plugin's entry point."""

    @staticmethod
    def pytest_generate_tests(metafunc: Any) -> None:
        """One test a rule, named after it."""
        if "rule" in metafunc.fixturenames:
            metafunc.parametrize("rule", [*INSTALLED])

    def test_the_plugin_keeps_the_rule(self, rule: str, tmp_path: Path) -> None:
        """What is wrong is listed; nothing may be."""
        assert rule_problems(rule, self.plugin, tmp_path) == ()  # noqa: S101  # this is a test


def contract_problems(name: str, folder: Path) -> tuple[str, ...]:
    """Return what keeps the installed plugin ``name`` from the contract; empty when it keeps it.

    Args:
        name: the plugin's entry point.
        folder: an empty folder for a small deployment that enables the plugin.
    """
    first = (*rule_problems("loads", name, folder), *rule_problems("answers", name, folder))
    return first or tuple(said for rule in INSTALLED for said in rule_problems(rule, name, folder))


def rule_problems(rule: str, name: str, folder: Path) -> tuple[str, ...]:
    """Return what keeps the installed plugin ``name`` from one rule of the contract.

    Raises:
        KeyError: there is no such rule.
    """
    try:
        return tuple(INSTALLED[rule](Subject(name, folder)))
    except PilotkitError as problem:
        return (str(problem),)


def installed_names() -> tuple[str, ...]:
    """Every plugin of this environment, the core's own included."""
    return tuple(sorted(installed_entry_points()))
