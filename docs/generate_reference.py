# ruff: noqa: INP001  # a script, not a package
"""Write the reference's tables from the code, between markers in the pages of ``docs/reference/``.

A page asks for a table where it wants it, and people write around it::

    <!-- generated: fields pilotkit.model.kpi.Kpi -->
    ...
    <!-- end generated -->

What a field means is its docstring in the code; where a name says it all there, ``docs/reference/meanings.toml`` says
it in a sentence. A field with neither is an error, and so is a sentence for a field that is not there.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

from draw_floors import drawn
from pydantic import BaseModel
from reference_lists import fixtures, names, operations, plugins, questions, scale, schemas
from reference_meanings import meaning_of, on_one_line, prose
from reference_shapes import default_of, shape_of
from reference_tables import named, table

REFERENCE = Path(__file__).parent / "reference"
_REGION = re.compile(r"(<!-- generated: (?P<what>\S+)(?: (?P<of>\S+))? -->\n).*?(<!-- end generated -->)", re.DOTALL)


def regenerated(text: str) -> str:
    """Return a page's text with every generated region renewed.

    Raises:
        ValueError: a region asks for what cannot be generated, or a field has no meaning.
    """

    def write(region: re.Match[str]) -> str:
        if region["what"] not in RENDERERS:
            raise ValueError(f"nobody generates '{region['what']}'; there are {', '.join(RENDERERS)}")
        return f"{region[1]}\n{RENDERERS[region['what']](region['of'] or '').strip()}\n\n{region[4]}"

    return _REGION.sub(write, text)


def pages() -> Iterator[Path]:
    """Yield every page with a generated region, most of them in the reference."""
    for page in sorted(REFERENCE.parent.rglob("*.md")):
        if _REGION.search(page.read_text(encoding="utf-8")):
            yield page


def fields(name: str) -> str:
    """Return a table of a class's fields: name, shape, default, meaning."""
    noun = named(name)
    hints = get_type_hints(noun, include_extras=True)
    rows = [
        (f"`{field}`", shape_of(hints[field]), default, meaning_of(noun, field)) for field, default in _defaults(noun)
    ]
    return f"{prose(inspect.getdoc(noun) or '')}\n\n" + table(("field", "shape", "default", "meaning"), rows)


def values(name: str) -> str:
    """Return a table of an enumeration's values."""
    kind = named(name)
    rows = [(f"`{member.value}`", meaning_of(kind, member.name)) for member in kind]
    return f"{prose(inspect.getdoc(kind) or '')}\n\n" + table(("value", "meaning"), rows)


def methods(name: str) -> str:
    """Return the properties and methods of a class or protocol with their docstrings."""
    kind = named(name)
    offered = {key: value for key, value in vars(kind).items() if not key.startswith("_") and _is_code(value)}
    parts = [prose(inspect.getdoc(kind) or "")]
    for key, value in offered.items():
        is_property = isinstance(value, property | cached_property)
        signature = _signature(_function_of(value), as_property=is_property)
        parts.append(f"- `{key}{signature}`<br>{on_one_line(inspect.getdoc(value) or '')}")
    return "\n".join([parts[0], "", *parts[1:]])


def function(name: str) -> str:
    """Return the signature and the docstring of a function."""
    offered = named(name)
    return f"`{offered.__name__}{_signature(offered, as_property=False)}`\n\n{prose(inspect.getdoc(offered) or '')}"


def hooks(grammar: str) -> str:
    """Return the hooks of one grammar: ``register`` or ``told``."""
    specifications = import_module("pilotkit.hookspecs")
    parts = []
    for name, function in vars(specifications).items():
        if hasattr(function, "pilotkit_spec") and name.startswith("register_") is (grammar == "register"):
            signature = _signature(function, as_property=False)
            parts.append(f"### `{name}`\n\n`{name}{signature}`\n\n{prose(inspect.getdoc(function) or '')}")
    return "\n\n".join(parts)


def _tables_of_settings() -> Iterator[tuple[str, Any]]:
    """Yield every table of ``pilot.toml`` with its class, optional or not."""
    for name, field in named("pilotkit.settings.PilotSettings").model_fields.items():
        yield name, next((each for each in get_args(field.annotation) if inspect.isclass(each)), field.annotation)


def settings(_: str) -> str:
    """Return every table of ``pilot.toml``."""
    parts = []
    for name, kind in _tables_of_settings():
        hints = get_type_hints(kind, include_extras=True)
        rows = [
            (f"`{key}`", shape_of(hints[key]), default, meaning_of(kind, key), f"`PILOTKIT_{name}__{key}`".upper())
            for key, default in _defaults(kind)
        ]
        says = prose(inspect.getdoc(kind) or "").partition(": ")[2]
        heading = f"## `[{name}]`\n\n{says[:1].upper()}{says[1:]}"
        parts.append(f"{heading}\n\n{table(('key', 'shape', 'default', 'meaning', 'environment'), rows)}")
    return "\n\n".join(parts)


def facts(_: str) -> str:
    """Every fact table with the columns that an expression may name."""
    parts, head = [], ("column", "type", "may be unknown", "meaning")
    for each in named("pilotkit.facts.columns.TABLES").values():
        by, kinds = "`, `".join(each.dimensions), (each.stored, (*each.known, *each.derived))
        stored, computed = ([_column(each) for each in some] for some in kinds)
        parts += [f"## `{each.name}`\n\n{each.meaning} Figures can be grouped by `{by}`.", table(head, stored)]
        parts += ["Computed as of the instant that is asked:", table(head, computed)] if computed else []
    return "\n\n".join(parts)


def _column(column: Any) -> tuple[str, ...]:
    return f"`{column.name}`", f"`{column.type}`", "yes" if column.may_be_unknown else "", column.meaning


def commands(_: str) -> str:
    """Return every command of ``pilotkit`` with its arguments and options."""
    from typer.main import get_command  # noqa: PLC0415  # only this table needs the command line

    root = get_command(named("pilotkit.cli.app.app"))
    core = named("pilotkit.cli.app.COMMANDS").keys() | named("pilotkit.cli.app.GROUPS").keys()
    parts = []
    for name, command in _runnable("", root):
        if name.split()[0] not in core:
            continue
        rows = [
            (_spelling(each), "required" if each.required else _given(each), _bounds(each)) for each in command.params
        ]
        heading = f"## `pilotkit {name}`\n\n{prose(command.help)}"
        parts.append(f"{heading}\n\n{table(('', 'default', 'meaning'), rows)}" if rows else heading)
    return "\n\n".join(parts)


def _runnable(above: str, group: Any) -> Iterator[tuple[str, Any]]:
    """Yield every command of a group and of its subgroups, by full name."""
    for name, command in group.commands.items():
        words = f"{above} {name}".strip()
        if not hasattr(command, "commands") or command.params:
            yield words, command
        if hasattr(command, "commands"):
            yield from _runnable(words, command)


def checks(plugin: str) -> str:
    """Return the checks of one plugin."""
    host = named("pilotkit.catalog.plugins.PluginHost")([plugin])
    rows = [
        (f"`{offer.value.id}`", offer.value.question, prose(inspect.getdoc(offer.value.run) or "").split("\n\n")[0])
        for offer in host.collect("register_checks")
    ]
    return table(("check", "question", "finds"), rows)


def exits(_: str) -> str:
    """Return the errors by exit code."""
    kinds = [named(f"pilotkit.errors.{name}") for name in _classes(import_module("pilotkit.errors"))]
    errors = [kind for kind in kinds if issubclass(kind, Exception)]
    rows = [
        (str(kind.exit_code), f"`{kind.__name__}`", prose(inspect.getdoc(kind) or "").split("\n\n")[0])
        for kind in sorted(errors, key=lambda kind: kind.exit_code)
    ]
    return table(("exit code", "error", "meaning"), rows)


def files(_: str) -> str:
    """Return the class of each file of the deployment tree."""
    tree = import_module("pilotkit.catalog.tree")
    rows = [
        ("`model/package.toml`", "one `PackageInfo`"),
        (f"`{tree.PROCEDURES}/<code>.yaml`", "one `Procedure`"),
        *((f"`{file}`", f"list of `{kind.__name__}`") for file, kind in tree.LISTS.items()),
        *((f"`{file}`", f"one `{kind.__name__}`") for file, kind in tree.SINGLES.items()),
        *((f"`{file}`", f"rows of `{kind.__name__}`") for file, kind in tree.TABLES.items()),
        ("`local/contacts.toml`", "tables of `Contact`, each named after its id"),
    ]
    return table(("file", "holds"), rows)


def constants(name: str) -> str:
    """Return the documented limits of a module: its constants named ``MAXIMUM…``."""
    module = import_module(name)
    rows = [
        (f"`{key}`", f"{value:,}", meaning_of(module, key))
        for key, value in vars(module).items()
        if key.startswith("MAXIMUM") and isinstance(value, int)
    ]
    return table(("limit", "value", "meaning"), rows)


_RENDERERS = (fields, values, methods, function, hooks, settings, facts, commands, checks, exits, files, constants)
_LISTS = (names, operations, scale, plugins, schemas, fixtures, questions)
RENDERERS: dict[str, Callable[[str], str]] = {each.__name__: each for each in (*_RENDERERS, *_LISTS)}


def _defaults(noun: type) -> Iterator[tuple[str, str]]:
    """Yield every field with its default in words; inherited fields come last."""
    found: dict[str, str] = {}
    for kind in noun.__mro__:
        for name in vars(kind).get("__annotations__", {}):
            if name in _known_fields(noun):
                found.setdefault(name, default_of(noun, name))
    yield from found.items()


def _known_fields(noun: Any) -> set[str]:
    if issubclass(noun, BaseModel):
        return set(noun.model_fields)
    return {each.name for each in dataclasses.fields(noun)}


def described() -> Iterator[Any]:
    """Return every class and module with a table in the reference."""
    for page in pages():
        for region in _REGION.finditer(page.read_text(encoding="utf-8")):
            if region["what"] in {"fields", "values"}:
                yield named(region["of"])
            elif region["what"] == "constants":
                yield import_module(region["of"])
    yield from (kind for _, kind in _tables_of_settings())


def _classes(module: Any) -> list[str]:
    return [
        name for name, value in vars(module).items() if inspect.isclass(value) and value.__module__ == module.__name__
    ]


def _is_code(value: object) -> bool:
    return isinstance(value, property | cached_property | classmethod | staticmethod) or inspect.isfunction(value)


def _function_of(value: Any) -> Any:
    if isinstance(value, property):
        return value.fget
    return value.func if isinstance(value, cached_property) else getattr(value, "__func__", value)


def _signature(function: Any, *, as_property: bool) -> str:
    signature = inspect.signature(function)
    given = [each for name, each in signature.parameters.items() if name not in {"self", "cls"}]
    answer = inspect.formatannotation(signature.return_annotation)
    written = f": {answer}" if as_property else f"({', '.join(map(str, given))}) -> {answer}"
    return written.replace("'", "")


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{(parameter.metavar or parameter.name).upper()}`"
    value = (
        "" if parameter.is_flag else f" {parameter.metavar or parameter.type_descriptor.annotation.__name__.upper()}"
    )
    return ", ".join(f"`{name}{value}`" for name in parameter.opts)


def _given(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False) or parameter.default is None:
        return ""
    return f"`{parameter.default}`"


def _bounds(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    says = [prose(parameter.help or "")]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        says.append("One of " + ", ".join(f"`{member.value}`" for member in annotation) + ".")
    if parameter.min is not None:
        says.append(
            f"At least {parameter.min:,}." if parameter.max is None else f"{parameter.min:,} to {parameter.max:,}."
        )
    return " ".join(part for part in says if part)


def main() -> int:
    """Write every outdated page and the picture of the floors, and print their paths."""
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = regenerated(before)
        if before != after:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(REFERENCE.parent.parent)}\n")
    picture = REFERENCE.parent / "images" / "floors.svg"
    if picture.read_text(encoding="utf-8") != drawn():
        picture.write_text(drawn(), encoding="utf-8")
        sys.stdout.write(f"{picture.relative_to(REFERENCE.parent.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
