"""How the house is furnished: names, sizes, doors."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from pilotkit import hookspecs
from pilotkit.model.plugin_kind import PluginKind
from pilotkit.testing.import_rules import DOORS, door_problems, imported_modules

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
SOURCES = [ROOT / "toolkit/pilotkit", *(folder / f"pilotkit_{folder.name}" for folder in PLUGINS)]
SHAPELESS = re.compile(
    r"^_*(utils?|helpers?|commons?|base|bases|managers?|misc|tools?|stuff)(_|$)|_(utils?|helpers?|manager)$"
)
LONGEST = 400
HOOKS = sorted(name for name, value in vars(hookspecs).items() if hasattr(value, "pilotkit_spec"))


def modules(source):
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def tracked(*patterns):
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git working tree")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_two_distributions_have_a_module_of_the_same_name():
    names = [name for source in SOURCES for name, _ in modules(source)]
    assert sorted(set(names)) == sorted(names)


def test_no_room_is_called_after_nothing_in_particular():
    rooms = {
        str(path.relative_to(ROOT)) for source in SOURCES for path in source.rglob("*") if SHAPELESS.search(path.stem)
    }
    assert set() == {room for room in rooms if "__pycache__" not in room}


SAMPLES = {kind.value for kind in PluginKind} | {"sources"}
"""Modules of the plugin to copy, each named after what it shows."""
FURNITURE = {"__init__", "plugin", "pages", "tables", "checks", "commands", "env"}
"""Modules that every room or plugin may have."""
TERMS = {
    "code_mapping", "file_listing", "form_parsing", "duckdb_counting", "grouping", "mapping", "packing", "paging",
    "printing", "publishing", "ranking", "rendering", "tracking",
}  # fmt: skip
"""Nouns in -ing that the field itself uses."""


def own_modules():
    """Every module with the folder it stands in; templates are not ours."""
    for source in SOURCES:
        for path in sorted(source.rglob("*.py")):
            inside = path.relative_to(source).parts
            if "migrations" not in inside and inside[:2] != ("scaffold", "plugin"):
                yield path.stem, "/".join((source.name, *inside[:-1]))


def test_a_name_of_a_module_stands_in_two_rooms_at_most():
    rooms = {}
    for stem, room in own_modules():
        rooms.setdefault(stem, []).append(room)
    doors = {door.removeprefix("pilotkit.") for door in DOORS}
    shared = {stem: found for stem, found in rooms.items() if stem not in FURNITURE | doors | SAMPLES}
    assert {} == {stem: found for stem, found in shared.items() if len(found) > 2}


def test_no_module_is_called_after_what_it_does():
    assert set() == {stem for stem, _ in own_modules() if stem.endswith("ing")} - TERMS


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_has_one_name_everywhere(folder):
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    entries = project["entry-points"]["pilotkit.plugins"]
    assert (f"pilotkit-{folder.name}", {folder.name: f"pilotkit_{folder.name}.plugin"}) == (project["name"], entries)


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_every_plugin_is_furnished_alike(folder):
    wanted = ["README.md", f"pilotkit_{folder.name}/__init__.py", f"pilotkit_{folder.name}/plugin.py", "tests"]
    assert [] == [name for name in wanted if not (folder / name).exists()]


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_that_shows_pages_speaks_vietnamese_beside_english(folder):
    package = folder / f"pilotkit_{folder.name}"
    assert (package / "templates").is_dir() == (package / "locales/vi/messages.po").is_file()


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_enters_by_the_front_door_and_visits_no_neighbour(folder):
    package = f"pilotkit_{folder.name}"
    assert [] == list(door_problems(folder / package, package))


def test_the_core_imports_no_plugin():
    imports = {(name, module) for name, path in modules(SOURCES[0]) for _, module in imported_modules(path)}
    assert set() == {(name, module) for name, module in imports if module.startswith("pilotkit_")}


def test_no_file_is_longer_than_anybody_reads():
    long = {name: (ROOT / name).read_text(encoding="utf-8").count("\n") for name in tracked("*.py", "*.html", "*.js")}
    assert {} == {name: lines for name, lines in long.items() if lines > LONGEST}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_says_what_it_is_for(hook):
    assert re.match(r"[A-Z][^.]{10,}\.", getattr(hookspecs, hook).__doc__ or "")


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_speaks_one_of_the_two_grammars(hook):
    returned = getattr(hookspecs, hook).__annotations__["return"]
    if hook.startswith("register_"):
        assert re.fullmatch(r"register_[a-z]+s", hook)
        assert returned.startswith("tuple[")
    else:
        assert re.fullmatch(r"[a-z]+_[a-z]+ed", hook)
        assert returned == "None"


PRIVATE = re.compile(
    r"(?<![\w.~-])/(?:root|Users|work|home/(?!pilot)\w+)/|(?:files[.]pythonhosted|pypi|test[.]pypi|npmjs|yarnpkg)[.](?:org|com)"
    r"|crates[.]io|proxy[.]golang|artifactory|devpi|https?://[^\s\"'>]+/simple/?(?=[\s\"'>]|$)",
    re.IGNORECASE,
)
NAMES_THEM = {"tests/house/test_rooms.py"}


def test_no_file_holds_the_address_of_a_registry_or_somebodys_own_path():
    found = {}
    for name in set(tracked()) - NAMES_THEM:
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if hits := sorted({hit[0] for hit in PRIVATE.finditer(text)}):
            found[name] = hits
    assert {} == found
