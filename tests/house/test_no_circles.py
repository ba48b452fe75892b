"""No two modules of the core need each other, whether at once, later or for their types alone."""

import ast
from pathlib import Path

CORE = Path(__file__).parents[2] / "toolkit/pilotkit"


def modules():
    """The path of every module of the core by name; templates and migrations are loaded by path."""
    for path in sorted(CORE.rglob("*.py")):
        parts = path.relative_to(CORE.parent).with_suffix("").parts
        if "migrations" not in parts and parts[:3] != ("pilotkit", "scaffold", "plugin"):
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path, known):
    """Every module that a file names in an import, and the packages that are run on the way to it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in named:
            parts = name.split(".")
            yield from known.intersection(".".join(parts[:end]) for end in range(1, len(parts) + 1))


def circle_of(needs):
    """Modules of which each needs another one of them: what is left when leaves and roots are taken away."""
    left = dict(needs)
    while alone := [name for name in left if not left[name] & left.keys()]:
        for name in alone:
            del left[name]
    while unneeded := left.keys() - {need for name in left for need in left[name]}:
        for name in unneeded:
            del left[name]
    return {name: sorted(left[name] & left.keys()) for name in left}


def test_no_modules_of_the_core_stand_in_a_circle():
    known = dict(modules())
    needs = {name: set(imports(path, frozenset(known))) - {name} for name, path in known.items()}
    assert {} == circle_of(needs)


def test_a_circle_is_found_with_what_leads_into_it_left_out():
    needs = {"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set()}
    assert {"b": ["c"], "c": ["b"]} == circle_of(needs)
