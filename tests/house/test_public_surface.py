"""The public surface on one page: what others build on, so that a change to it is always deliberate.

``tests/house/public_surface.txt`` lists it, a line each. After a change that is meant, ``make public-surface`` writes
it anew; the line that changed is then there for the reviewer to see. GOVERNANCE.md says who decides on which part.
"""

import ast
import dataclasses
import inspect
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from pilotkit.testing.import_rules import DOORS

SNAPSHOT = Path(__file__).with_name("public_surface.txt")


def front_door():
    """Every name that plugins may import, with what it is and the fields of a noun."""
    pilotkit = import_module("pilotkit")
    for name in pilotkit.__all__:
        yield f"{name}{_shape(getattr(pilotkit, name))}"


def doors():
    """What stands behind each door."""
    for door in sorted(set(DOORS) - {"pilotkit.testing"}):
        yield from (f"{door.removeprefix('pilotkit.')}: {name}{_shape(value)}" for name, value in behind(door))


def behind(door):
    """The names that a door re-exports."""
    return [(name, getattr(import_module(door), name)) for name in import_module(door).__all__]


def for_tests():
    """What tests of plugins may import."""
    room = import_module("pilotkit.testing")
    yield from (f"{name}{_shape(getattr(room, name))}" for name in sorted(room.__all__))
    fixtures = import_module("pilotkit.testing.fixtures")
    for name, value in sorted(vars(fixtures).items()):
        if type(value).__name__ == "FixtureFunctionDefinition" and not name.startswith("_"):
            yield f"fixture {name}"


def hooks():
    """Every hook with its signature."""
    specifications = import_module("pilotkit.hookspecs")
    for name, value in sorted(vars(specifications).items()):
        if hasattr(value, "pilotkit_spec"):
            yield f"{name}{inspect.signature(value)}".replace("'", "")


def commands():
    """Every command line: arguments in their order, then options."""
    from typer.main import get_command

    def lines(name, command):
        if hasattr(command, "commands"):
            for inner, each in sorted(command.commands.items()):
                yield from lines(f"{name} {inner}", each)
            return
        given = [each.name.upper() for each in command.params if each.param_type_name == "argument"]
        options = sorted(each.opts[0] for each in command.params if each.param_type_name == "option")
        yield " ".join([name, *given, *options])

    root = get_command(import_module("pilotkit.cli.app").app)
    builtin = {*import_module("pilotkit.cli.app").COMMANDS, *import_module("pilotkit.cli.app").GROUPS}
    for name, command in sorted(root.commands.items()):
        if name in builtin:  # not a command that a test's plugin has added
            yield from lines(f"pilotkit {name}", command)


def exit_codes():
    """Every error with its exit code."""
    errors = import_module("pilotkit.errors")
    kinds = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, Exception)]
    yield from (f"{kind.exit_code} {kind.__name__}" for kind in sorted(kinds, key=lambda kind: kind.__name__))


def package_format():
    """The nouns of a package, its files and who owns them."""
    package, tree = import_module("pilotkit.model.package"), import_module("pilotkit.catalog.tree")
    for name, kind in sorted(vars(package).items()):
        if inspect.isclass(kind) and kind.__module__ == package.__name__:
            yield f"{name}{_shape(kind)}"
    files = {**tree.LISTS, **tree.SINGLES, **tree.TABLES}
    yield from (f"{file}: {kind.__name__}" for file, kind in sorted(files.items()))


def settings():
    """Every key of pilot.toml."""
    root = import_module("pilotkit.settings").PilotSettings
    for name, field in root.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        (kind,) = (each for each in kinds if hasattr(each, "model_fields"))
        yield from (f"[{name}] {key}" for key in kind.model_fields)


def entry_points():
    """The groups under which other distributions are found, or pilotkit is."""
    yield f"{import_module('pilotkit.catalog.plugins').GROUP}: plugins"
    yield "pytest11: pilotkit.testing.fixtures"


SECTIONS = {
    each.__name__: each
    for each in (front_door, doors, for_tests, hooks, commands, exit_codes, package_format, settings, entry_points)
}


def _shape(value):
    if hasattr(value, "model_fields") and value.model_fields.keys() != {"root"}:
        return f"({', '.join(value.model_fields)})"
    if inspect.isclass(value) and hasattr(value, "__members__"):
        return f" = {' | '.join(str(member.value) for member in value)}"
    if dataclasses.is_dataclass(value):
        return f"({', '.join(each.name for each in dataclasses.fields(value))})"
    if inspect.isclass(value):
        own = sorted(name for name, each in vars(value).items() if not name.startswith("_") and callable(each))
        return f": {', '.join(own)}" if own else ""
    signature = str(inspect.signature(value)).replace("'", "") if inspect.isfunction(value) else ""
    return re.sub(r"<function (\w+) at 0x[0-9a-f]+>", r"\1", signature)


def written():
    """The whole snapshot."""
    parts = ["\n".join([f"# {name.replace('_', ' ')}", *dict.fromkeys(SECTIONS[name]())]) for name in SECTIONS]
    return "\n\n".join(parts) + "\n"


def listed(section):
    text = SNAPSHOT.read_text(encoding="utf-8")
    return text.partition(f"# {section.replace('_', ' ')}\n")[2].partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("section", SECTIONS)
def test_the_public_surface_is_as_it_is_written_down(section):
    assert listed(section) == list(dict.fromkeys(SECTIONS[section]())), "is it meant? then run 'make public-surface'"


@pytest.mark.parametrize("door", ["pilotkit", *DOORS])
def test_type_checkers_are_told_what_a_door_offers(door):
    module = import_module(door)
    stub = Path(module.__file__).with_suffix(".pyi")
    told = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        for alias in node.names
    }
    homes = {name: f"{home}.{name}" for name, home in module._HOMES.items()}
    assert {**homes, **({"__version__": "pilotkit.version.__version__"} if door == "pilotkit" else {})} == told


if __name__ == "__main__":
    SNAPSHOT.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"{SNAPSHOT.name} written\n")
