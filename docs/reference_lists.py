# ruff: noqa: INP001  # belongs to the script beside it
"""Lists of the reference: plugins and their quality, schemas, fixtures, public names, the REST interface."""

from __future__ import annotations

import inspect
import tomllib
from importlib import import_module
from pathlib import Path

from reference_meanings import on_one_line, prose
from reference_tables import named, table

ROOT = Path(__file__).parents[1]


def scale(_: str) -> str:
    """Return the rules of the quality scale."""
    rules = named("pilotkit.testing.quality.scale")()
    rows = [
        (rule.level.value, f"`{rule.id}`", rule.says, "a program" if rule.verified else "a test or page that is named")
        for rule in rules
    ]
    return table(("level", "rule", "it holds when", "shown by"), rows)


def plugins(_: str) -> str:
    """Return the plugins of this repository with their quality and the rules that they miss."""
    claims, host = import_module("pilotkit.testing.claims"), named("pilotkit.catalog.plugins.PluginHost")
    rows = []
    for project in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        name, said = project.parent.name, tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        claim = claims.claim_of(name)
        hooks = "<br>".join(f"`{hook.removeprefix('register_')}`" for hook in host([name]).hooks_of(name))
        why = (
            "<br>".join(f"`{rule}`: {reason}" for rule, reason in claim.not_yet.items())
            if claim
            else "It says nothing."
        )
        quality = claim.claims.value if claim else "none"
        rows.append((f"`{name}`", said["description"], quality, hooks, why))
    return table(("plugin", "what it is", "quality", "brings", "why not more"), rows)


def schemas(_: str) -> str:
    """Return the JSON Schemas."""
    made = named("pilotkit.cli.schema.schemas")()
    return table(("schema", "of"), [(f"`{name}`", f"`{each['description']}`") for name, each in made.items()])


def fixtures(_: str) -> str:
    """Return the pytest fixtures of pilotkit."""
    offered = vars(import_module("pilotkit.testing.fixtures")).items()
    rows = [
        (f"`{name}`", on_one_line(inspect.getdoc(each) or ""))
        for name, each in offered
        if type(each).__name__ == "FixtureFunctionDefinition" and not name.startswith("_")
    ]
    return table(("fixture", "what it is"), rows)


def questions(_: str) -> str:
    """Return the questions of ``pilotkit doctor``."""
    asked = named("pilotkit.cli.diagnosis.asked")
    return table(
        ("name", "question"),
        [(f"`{name}`", asked(each)) for name, each in named("pilotkit.cli.diagnosis.QUESTIONS").items()],
    )


def names(_: str) -> str:
    """Return every name of the root module with the first sentence of its docstring."""
    pilotkit = import_module("pilotkit")
    rows = []
    for name in (each for each in pilotkit.__all__ if not each.startswith("_")):
        said = inspect.getdoc(getattr(pilotkit, name)) or ""
        rows.append((f"`{name}`", on_one_line(prose(said).split("\n\n")[0])))
    return table(("name", "what it is"), rows)


def operations(tag: str) -> str:
    """Return the operations of the REST interface with this tag."""
    routers = [
        named(f"pilotkit.api.{room}.router")
        for room in ("session_routes", "catalog_routes", "citizen_routes", "officer_routes", "queue_routes")
    ]
    rows = [
        (f"`{method} {route.path}`", on_one_line(inspect.getdoc(route.endpoint) or ""))
        for router in routers
        if tag in router.tags
        for route in router.routes
        for method in sorted(route.methods)
    ]
    return table(("operation", "what it does"), rows)
