"""The contract that every installed plugin keeps, as functions that answer with what is wrong.

A plugin's own tests need one line::

    def test_the_plugin_keeps_the_contract(tmp_path):
        assert () == contract_problems("my_plugin", tmp_path)
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import PluginHost, installed_entry_points
from pilotkit.errors import PilotkitError
from pilotkit.hookspecs import PROJECT
from pilotkit.testing.doors import door_problems
from pilotkit.testing.tiny import tiny_deployment
from pilotkit.testing.words import SHELL, word_problems

MOST_SECONDS = 1.0
"""What loading a plugin may take once pilotkit itself is there: every command waits for it."""


def contract_problems(name: str, folder: Path) -> tuple[str, ...]:
    """What keeps the installed plugin ``name`` from the contract; empty when it keeps it.

    Args:
        name: the plugin's entry point.
        folder: an empty folder for a small deployment that enables the plugin.
    """
    package = package_of(name)
    source = Path(import_module(package).__file__ or "").parent
    return (
        *loading_problems(name),
        *answer_problems([name], folder),
        *(door_problems(source, package) if package != PROJECT else ()),
        *word_problems(_with_words(source), _labels(name)),
    )


def _with_words(source: Path) -> Path:
    """The folder that has the ``locales/``: the core's stand in its web shell."""
    return SHELL if source == SHELL.parent else source


def _labels(name: str) -> Iterator[str]:
    for offer in PluginHost([name]).collect("register_pages"):
        if offer.value.navigation:
            yield offer.value.navigation.label


def installed_names() -> tuple[str, ...]:
    """Every plugin of this environment, the core's own included."""
    return tuple(sorted(installed_entry_points()))


def package_of(name: str) -> str:
    """The import package that an installed plugin's entry point stands in."""
    return installed_entry_points()[name].value.partition(":")[0].partition(".")[0]


def loading_problems(name: str) -> Iterator[str]:
    """Whether the plugin loads in a fresh interpreter, and within :data:`MOST_SECONDS`."""
    program = f"from pilotkit.catalog.plugins import PluginHost; print(PluginHost([{name!r}]).load_seconds[{name!r}])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # this interpreter, own words
    if done.returncode:
        yield f"{name} cannot be loaded: {done.stderr.strip().splitlines()[-1]}"
    elif float(done.stdout) > MOST_SECONDS:
        yield f"{name} takes {float(done.stdout):.2f} s to load; at most {MOST_SECONDS} s: import where it is needed."


def answer_problems(names: list[str], folder: Path) -> Iterator[str]:
    """Whether every hook answers with the right types, and no code is offered twice, in a country nobody knows."""
    try:
        deployment = Deployment(tiny_deployment(folder, plugins__enabled=[name for name in names if name != "core"]))
        _ = deployment.catalog
        for hook in ("register_checks", "register_pages", "register_commands", "register_documents", "register_tables"):
            deployment.plugins.collect(hook)
    except PilotkitError as problem:
        yield str(problem)
