"""Upgrades against cruft and copier: how many need a person, what is lost in silence, and how long one takes.

Every tool gets the same first version, the same next version and the same edits of a province (``histories``). With
cruft and copier the province edits the files that they wrote, as is done there; with pilotkit it puts values of
procedures into ``local/overrides/`` (with ``was:``, as ``pilotkit override`` does) and edits the seeded files directly.

**Needs a person**: the command ends with another code than 0, or leaves a conflict marker or a reject file.
**Told**: it ends well and names a value that both sides changed, where the tool's rules say whose holds.
**Lost in silence**: an edit of either side is not in the outcome, and nothing says so: with cruft and copier about its
file, with pilotkit about its very key, unless the file as a whole is left to a person.
**Unparseable**: a YAML or TOML file of the outcome cannot be read.
"""

import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from operator import eq
from pathlib import Path
from typing import Any

import tomlkit
import yaml
from histories import UNIT, Edit, History, Tree, history, model, write_tree
from timing import ENVIRONMENT, Ratio, in_turn, summary

from pilotkit import Deployment
from pilotkit.catalog.tree import DeploymentTree
from pilotkit.overlay import found_at
from pilotkit.packages.packing import pack
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.testing import tiny_deployment
from pilotkit.upgrades.override_merge import write_changes
from pilotkit.upgrades.package_source import PackageSource
from pilotkit.upgrades.upgrade import upgrade

ROOT = Path(__file__).parents[1]
OTHERS = ROOT / ".cache" / "bench" / "bin"


TOOLS = ("pilotkit", "cruft", "copier")
SIZES = {(5, 8): 1.0, (10, 15): 5.0, (20, 30): 15.0}
"""By the edits of the province and of the package: at most what percentage of ours may need a person."""
HISTORIES, TELL_AFTER = 200, 20
"""Of each size, for each tool; copier takes some seconds for one."""
TREE = "model/template/{{cookiecutter._folder}}"
_WRITTEN = ("ops/compose.yaml", "ops/Caddyfile", UNIT, "ops/README.md", "pilot.toml", "README.md")
_SEEDED = ("ops/**", "pilot.toml", "README.md")
_UNITS = "scheme,code,valid_from,name,kind,level,parent\nzz,SP,2024-01-01,Silver Point,municipality,province,\n"
_GIT = {
    **ENVIRONMENT, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@bench.example",
    "GIT_COMMITTER_NAME": "bench", "GIT_COMMITTER_EMAIL": "bench@bench.example",
}  # fmt: skip


@dataclass
class Tally:
    """What became of the upgrades of one tool."""

    upgrades: int = 0
    need_a_person: int = 0
    told: int = 0
    """Upgrades that need nobody and told of a value that both sides changed."""
    must_be_decided: int = 0
    """Of the upgrades: both sides made something different of the same thing, so that no tool can know."""
    lost_in_silence: int = 0
    """Edits."""
    unparseable: int = 0
    """Files."""

    @property
    def share(self) -> float:
        """Percent that need a person."""
        return self._percent(self.need_a_person)

    @property
    def share_with_told(self) -> float:
        """Percent that need a person, or tell of a value that somebody should compare: the stricter reading."""
        return self._percent(self.need_a_person + self.told)

    def _percent(self, count: int) -> float:
        return round(100 * count / max(1, self.upgrades), 2)


@dataclass(frozen=True)
class Outcome:
    """One upgrade."""

    needs_person: bool
    told: frozenset[tuple[str, tuple[str, ...]]]
    """Files and keys about which something is said; no key: the file as a whole."""
    read: Callable[[str], Any]
    """The data, or text, of a file afterwards; raises ValueError where it cannot be read."""
    gives_notice: bool = False

    def tells(self, edit: Edit) -> bool:
        """Whether something is said about an edit: its file as a whole, its key, or one above or below it."""
        keys = (key for file, key in self.told if file == edit.file)
        return any(not key or (edit.key and all(map(eq, key, edit.key))) for key in keys)


class Pilotkit:
    """Ours."""

    name = "pilotkit"

    def __init__(self, room: Path) -> None:
        self.room = room
        donor = tiny_deployment(room / "donor")
        shutil.copytree(ROOT / "templates" / "province", donor / "model/template")
        unit = donor / TREE / "ops/pilotkit-{{cookiecutter._deployment.id}}.service"
        unit.rename(donor / TREE / UNIT)
        info = donor / "model/package.toml"
        text = tomlkit.parse(info.read_text())
        seeded = dict.fromkeys(_SEEDED, "seeded")
        text.update({"version": "1.0.0", "ownership": {"model/**": "package", **seeded}})
        info.write_text(tomlkit.dumps(text))
        write_tree(model(), donor)
        (room / "units.csv").write_text(_UNITS)
        self.donor, self.made = donor, room / "draft"
        self._make(room / "draft")
        write_tree({f"{TREE}/{name}": text for name, text in self.first().items() if name in _WRITTEN}, donor)
        self.made = self._make(room / "made")

    def _make(self, folder: Path) -> Path:
        package = pack(Deployment(self.donor), self.room / "first").path
        return new(
            download_verified(package, allow_unsigned=True), "SP", folder, {"units_file": str(self.room / "units.csv")}
        ).folder

    def first(self) -> Tree:
        """Return what the first version holds, as it stands in a province: the same text is every tool's template."""
        return {name: (self.made / name).read_text(encoding="utf-8") for name in (*model(), *_WRITTEN)}

    def publish(self, told: History, first: Tree) -> Path:
        """Return the package of the next version."""
        donor = self.room / "next"
        shutil.rmtree(donor, ignore_errors=True)
        shutil.copytree(self.donor, donor)
        for name, text in told.package.items():
            if text != first.get(name):
                write_tree({name if name.startswith("model/") else f"{TREE}/{name}": text}, donor)
        info = donor / "model/package.toml"
        info.write_text(info.read_text().replace('version = "1.0.0"', 'version = "1.1.0"'))
        return pack(Deployment(donor), self.room / "second").path

    def province(self, told: History, first: Tree) -> Path:
        """Return the province with its edits."""
        folder = self.room / "province"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.made, folder)
        write_tree({name: text for name, text in told.province.items() if not name.startswith("model/")}, folder)
        for name in {each.file for each in told.province_edits if each.file.startswith("model/")}:
            self._override(folder, name, [each for each in told.province_edits if each.file == name], told, first)
        return folder

    def _override(self, folder: Path, name: str, edits: list[Edit], told: History, first: Tree) -> None:
        was, now = yaml.safe_load(first[name]), yaml.safe_load(told.province[name])
        changes: dict[tuple[str, ...], dict[str, Any]] = {}
        for each in edits:
            whole = each.key[:2] if each.key[0] == "documents" and each.key[1].startswith("paper-p") else each.key
            value, old = found_at(now, whole), found_at(was, whole)
            changes[whole] = {"is": value} if whole != each.key else {"is": value, "was": old}
        path = folder / "local/overrides" / name.removeprefix("model/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_changes(path.name, "", changes), encoding="utf-8")

    def run(self, folder: Path, package: Path) -> Outcome:
        """Return the upgrade itself, in this process."""
        plan = upgrade(folder, PackageSource(package, allow_unsigned=True))
        told = frozenset(
            (each.file.replace("local/overrides/", "model/"), tuple(each.key.split(".")) if each.key else ())
            for each in (*plan.unresolved, *plan.notices)
        )
        tree = DeploymentTree(folder)

        def read(name: str) -> Any:
            return tree.effective(name) if name.startswith("model/") else _read(folder / name)

        return Outcome(bool(plan.unresolved), told, read, bool(plan.notices))


class Other:
    """cruft or copier: one repository of the template, one of the province."""

    def __init__(self, name: str, room: Path, first: Tree) -> None:
        self.name, self.room = name, room
        self.template, self.made = room / f"{name}-template", room / f"{name}-made"
        self.only_first = room / f"{name}-template-first"
        self.below = "{{cookiecutter.name}}" if name == "cruft" else ""
        write_tree(first, self.template / self.below)
        if name == "cruft":
            (self.template / "cookiecutter.json").write_text('{"name": "made"}')
        else:
            settings = "_templates_suffix: .jinja\nname: {type: str, default: made}\n"
            (self.template / "copier.yml").write_text(settings)
            (self.template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}")
        _git(self.template, "init", "-q", "-b", "main")
        self._commit(self.template, "1.0.0")
        shutil.copytree(self.template, self.only_first)
        made = room / f"{name}-out"
        if name == "cruft":
            _run(OTHERS / "cruft", "create", "--no-input", "--output-dir", made, self.template)
            (made / "made").rename(self.made)
        else:
            _run(OTHERS / "copier", "copy", "--defaults", "--quiet", self.template, self.made)
        _git(self.made, "init", "-q", "-b", "main")
        self._commit(self.made, None)

    def publish(self, told: History, _: Tree) -> None:
        """Publish the next version in the template's repository, which knows nothing of other histories."""
        shutil.rmtree(self.template)
        shutil.copytree(self.only_first, self.template)
        write_tree(told.package, self.template / self.below)
        self._commit(self.template, "1.1.0")

    def province(self, told: History, _: Tree) -> Path:
        """Return the province with its edits, committed."""
        folder = self.room / f"{self.name}-province"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.made, folder)
        write_tree(told.province, folder)
        self._commit(folder, None)
        return folder

    def command(self, folder: Path) -> list[str]:
        """How an upgrade is asked for without anybody there to answer."""
        if self.name == "cruft":
            return [str(OTHERS / "cruft"), "update", "--skip-apply-ask", "--project-dir", str(folder)]
        return [str(OTHERS / "copier"), "update", "--defaults", "--quiet", str(folder)]

    def run(self, folder: Path, _: object) -> Outcome:
        """Return the upgrade itself."""
        done = subprocess.run(self.command(folder), env=_GIT, cwd=folder, capture_output=True, check=False)
        told = frozenset((name, ()) for name in _marked(folder))
        return Outcome(bool(done.returncode or told), told, lambda name: _read(folder / name))

    def _commit(self, folder: Path, tag: str | None) -> None:
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "--allow-empty", "-m", tag or "province")
        if tag:
            _git(folder, "tag", "-f", tag)


def _marked(folder: Path) -> Iterator[str]:
    """Files with a conflict marker in them, and those that a reject file stands beside."""
    for path in folder.rglob("*"):
        if ".git" in path.parts or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        if name.endswith((".rej", ".orig")):
            yield name.removesuffix(".rej").removesuffix(".orig")
        elif "<<<<<<<" in (text := path.read_text(encoding="utf-8")) or ">>>>>>>" in text:
            yield name


def _read(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".yaml":
            return yaml.safe_load(text)
        return (tomllib.loads(text) | {"": text}) if path.suffix == ".toml" else text
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as problem:
        raise ValueError(path.name) from problem


def _judge(tally: Tally, outcome: Outcome, told: History) -> None:
    tally.upgrades += 1
    tally.need_a_person += outcome.needs_person
    tally.told += outcome.gives_notice and not outcome.needs_person
    tally.must_be_decided += told.must_be_decided
    broken = set()
    for each in (*told.package_edits, *told.province_edits):
        try:
            if not outcome.tells(each) and not _holds(outcome.read(each.file), each):
                tally.lost_in_silence += 1
        except ValueError:
            broken.add(each.file)
        except OSError:
            tally.lost_in_silence += 1
    tally.unparseable += len(broken | {name for name, _ in outcome.told if _is_broken(outcome, name)})


def _is_broken(outcome: Outcome, name: str) -> bool:
    try:
        outcome.read(name)
    except ValueError:
        return True
    except OSError:
        return False
    return False


def _holds(data: Any, edit: Edit) -> bool:
    if not edit.key:
        return str(edit.value) in (data[""] if isinstance(data, dict) else data)
    found = found_at(data, edit.key)
    return edit.value in found if edit.is_item else str(found) == str(edit.value)


def _git(folder: Path, *arguments: str) -> None:
    _run("git", "-C", folder, *arguments)


def _run(*command: object) -> None:
    subprocess.run([*map(str, command)], check=True, env=_GIT, capture_output=True)


def measure(name: str) -> Iterator[dict[str, Any]]:
    """Yield a row of the table for each size: what became of one tool's upgrades, told again after every few of them.

    Every tool is given the same histories, whenever it is measured.

    Args:
        name: the tool.
    """
    for (local, upstream), goal in SIZES.items():
        with _tools() as (tools, first):
            tool, tally = next(each for each in tools if each.name == name), Tally()
            for seed in range(HISTORIES):
                told = history(first, seed, local, upstream)
                package = tool.publish(told, first)
                _judge(tally, tool.run(tool.province(told, first), package), told)
                if tally.upgrades % TELL_AFTER == 0:
                    row = {"province": local, "package": upstream, "goal": goal, "tool": name}
                    yield {**row, **asdict(tally), "percent": tally.share, "percent_with_told": tally.share_with_told}


@contextmanager
def _tools() -> Iterator[tuple[tuple[Pilotkit, Other, Other], Tree]]:
    """Every tool with the first version, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Pilotkit(Path(folder))
        first = ours.first()
        yield (ours, Other("cruft", Path(folder), first), Other("copier", Path(folder), first)), first


def times(runs: int = 5) -> list[Ratio]:
    """How long one upgrade that needs nobody takes on the command line, against each of the others."""
    with _tools() as ((ours, *others), first):
        told = history(first, 0, 5, 8)
        return [_time(ours, other, told, first, runs) for other in others]


def _time(ours: Pilotkit, other: Other, told: History, first: Tree, runs: int) -> Ratio:
    package = ours.publish(told, first)
    other.publish(told, first)
    program = ROOT / ".venv" / "bin" / "pilotkit"
    mine = [str(program), "upgrade", str(ours.room / "province"), str(package), "--no-input", "--allow-unsigned"]

    def call(command: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(command, env=_GIT, capture_output=True, check=True)

    def prepare() -> None:
        ours.province(told, first)
        other.province(told, first)

    theirs = other.command(other.room / f"{other.name}-province")
    ratios = in_turn(call(mine), call(theirs), runs, prepare)
    against = f"{other.name} update, same edits"
    return summary(f"upgrade-{other.name}", "pilotkit upgrade", against, ratios, 1, at_most=True, of="wall time")


def show(row: dict[str, Any]) -> None:
    """One line."""
    print(
        f"upgrade {row['province']:2}/{row['package']:2} {row['tool']:9} {row['percent']:6.2f} % of "
        f"{row['upgrades']} need a person ({row['must_be_decided']} must be decided), {row['told']} told "
        f"({row['percent_with_told']} % with those), "
        f"{row['lost_in_silence']} edits lost in silence, {row['unparseable']} files unparseable",
        flush=True,
    )
