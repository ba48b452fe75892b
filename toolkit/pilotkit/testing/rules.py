"""The rules that a program can verify: each answers with what is wrong, and with nothing when all is well."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import Offered, PluginHost, unique
from pilotkit.errors import PilotkitError
from pilotkit.hookspecs import PROJECT
from pilotkit.model.source import Certainty, Sourced
from pilotkit.testing.claims import package_of, project_of, source_of
from pilotkit.testing.import_rules import door_problems
from pilotkit.testing.load_time import MOST_MEGABYTES, MOST_SECONDS, loading_of
from pilotkit.testing.sample_deployment import tiny_deployment
from pilotkit.testing.translation_rules import SHELL, word_problems

_NAMES = {
    "register_checks": ("id", "check"),
    "register_pages": ("name", "page"),
    "register_commands": ("name", "command"),
    "register_documents": ("id", "document"),
    "register_data": ("path", "data file"),
    "register_jobs": ("id", "job"),
    "register_search": ("kind", "kind of document"),
    "register_simulations": ("id", "simulation"),
    "register_tables": ("id", "set of tables"),
}
"""What the answers of hooks that the catalog does not read are told apart by."""


@dataclass(frozen=True)
class Subject:
    """An installed plugin that rules are asked of.

    Attributes:
        name: its entry point.
        folder: an empty folder, for a small deployment that enables it.
    """

    name: str
    folder: Path

    @property
    def package(self) -> str:
        """Its import package."""
        return package_of(self.name)

    @property
    def source(self) -> Path:
        """The folder of its package."""
        return source_of(self.name) or Path()

    @property
    def project(self) -> Path | None:
        """Its source tree; None where only the package is installed."""
        return project_of(self.name)

    @cached_property
    def deployment(self) -> Deployment:
        """A small deployment, in a country nobody knows, that uses the plugin."""
        return small_deployment([self.name], self.folder)

    def offered(self, hook: str, **arguments: object) -> tuple[Offered, ...]:
        """Return what the plugin itself answers to a hook."""
        given = self.deployment.plugins.collect(hook, **arguments)
        return tuple(offer for offer in given if offer.plugin == self.name)


def small_deployment(names: list[str], folder: Path) -> Deployment:
    """Return a small deployment that enables these plugins."""
    return Deployment(tiny_deployment(folder, plugins__enabled=[name for name in names if name != "core"]))


def loads(subject: Subject) -> Iterator[str]:
    """Whether it loads in a fresh interpreter."""
    yield from loading_problems(subject.name)


def loading_problems(name: str) -> Iterator[str]:
    """Whether a plugin loads in a fresh interpreter at all."""
    try:
        loading_of(name)
    except PilotkitError as problem:
        yield str(problem)


def light(subject: Subject) -> Iterator[str]:
    """Whether loading takes at most :data:`MOST_SECONDS` and :data:`MOST_MEGABYTES`."""
    name, took = subject.name, loading_of(subject.name)
    if took.seconds > MOST_SECONDS:
        yield f"{name} takes {took.seconds:.2f} s to load; at most {MOST_SECONDS} s: import where it is needed."
    if took.megabytes > MOST_MEGABYTES:
        yield f"{name} takes {took.megabytes:.0f} MB to load; at most {MOST_MEGABYTES} MB: import where it is needed."


def leaves_core_alone(subject: Subject) -> Iterator[str]:
    """Whether everything inside pilotkit means the same before and after."""
    for changed in loading_of(subject.name).changed:
        yield f"{subject.name} changes {changed} when it is loaded: offer it through a hook, or ask for a new hook."


def answers(subject: Subject) -> Iterator[str]:
    """Whether every hook answers with the right types, and nothing is offered twice."""
    yield from answer_problems([subject.name], subject.folder)


def answer_problems(names: list[str], folder: Path) -> Iterator[str]:
    """Whether plugins live together: every hook answers with the right types, and no code is offered twice."""
    try:
        deployment = small_deployment(names, folder)
        _ = deployment.catalog
        for hook, (key, what) in _NAMES.items():
            unique(deployment.plugins.collect(hook), lambda each, key=key: getattr(each, key), what)  # type: ignore[misc]
        unique(deployment.plugins.collect("register_pages"), lambda each: each.path, "page at path")
    except PilotkitError as problem:
        yield str(problem)
    else:
        yield from map(str, deployment.plugins.set_aside.values())


def front_door(subject: Subject) -> Iterator[str]:
    """Whether it imports from pilotkit itself only. The core's own plugin lives inside."""
    if subject.package != PROJECT:
        yield from door_problems(subject.source, subject.package)


def translated(subject: Subject) -> Iterator[str]:
    """Whether every word is there in each language that it speaks."""
    source = SHELL if subject.source == SHELL.parent else subject.source  # the core's words stand in its web shell
    pages = PluginHost([subject.name]).collect("register_pages")
    yield from word_problems(source, (offer.value.navigation.label for offer in pages if offer.value.navigation))


def sourced(subject: Subject) -> Iterator[str]:
    """Whether every figure names a source that is there, and is no surer than it."""
    sources = subject.deployment.catalog.sources
    for hook in ("register_procedures", "register_locations", "register_kpis"):
        for offer in subject.offered(hook, context=subject.deployment.context):
            thing = offer.value
            if not isinstance(thing, Sourced):
                continue
            name, source = getattr(thing, "code", None) or getattr(thing, "id", ""), sources.get(thing.reference)
            if source is None:
                yield f"'{name}' names the source '{thing.reference}', which nobody offers: add it in register_sources."
            elif source.certainty is Certainty.SYNTHETIC and thing.certainty is not Certainty.SYNTHETIC:
                yield f"'{name}' is '{thing.certainty}', but its source '{source.id}' is synthetic: mark it synthetic."


def typed(subject: Subject) -> Iterator[str]:
    """Whether its package says that it is typed (PEP 561)."""
    if not (subject.source / "py.typed").is_file():
        yield f"{subject.package}/py.typed is missing: add an empty file when the package is typed."


def one_name(subject: Subject) -> Iterator[str]:
    """Whether distribution, package and entry point have one name."""
    project = subject.project
    if project is None or subject.package == PROJECT:
        return
    name = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    if (name, subject.package) != (f"pilotkit-{subject.name}", f"pilotkit_{subject.name}"):
        yield f"distribution '{name}' and package '{subject.package}' should both end in '{subject.name}'."


def says_what(subject: Subject) -> Iterator[str]:
    """Whether its README says how to enable it."""
    if f'enabled = ["{subject.name}"' not in _readme(subject):
        yield f'README.md does not say how to enable it: show [plugins] enabled = ["{subject.name}"].'


def says_limits(subject: Subject) -> Iterator[str]:
    """Whether its README says what it does not do."""
    if not re.search(r"^## what .*\bnot\b", _readme(subject), re.IGNORECASE | re.MULTILINE):
        yield "README.md does not say what it does not do: add a section 'What it does not do'."


def contract_tested(subject: Subject) -> Iterator[str]:
    """Whether its own tests hold it against the contract."""
    tests = subject.project.glob("tests/**/test_*.py") if subject.project else ()
    if not any(
        "PluginContract" in text or "contract_problems(" in text for text in (p.read_text("utf-8") for p in tests)
    ):
        yield "its tests do not hold it against the contract: subclass pilotkit.testing.PluginContract."


def _readme(subject: Subject) -> str:
    path = (subject.project or Path()) / "README.md"
    return path.read_text(encoding="utf-8") if subject.project and path.is_file() else ""


INSTALLED: dict[str, Callable[[Subject], Iterator[str]]] = {
    "loads": loads,
    "answers": answers,
    "front-door": front_door,
    "leaves-core-alone": leaves_core_alone,
    "light": light,
    "translated": translated,
    "sourced": sourced,
    "typed": typed,
}
"""The contract: rules of what is installed, wherever it came from."""

IN_SOURCE: dict[str, Callable[[Subject], Iterator[str]]] = {
    "one-name": one_name,
    "says-what": says_what,
    "contract-tested": contract_tested,
    "says-limits": says_limits,
}
"""Rules that need the plugin's source tree."""
