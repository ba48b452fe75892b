"""What the documentation shows as code is code that works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from documentation import ROOT, Block, blocks
from pydantic import BaseModel

from pilotkit import Deployment
from pilotkit.cli.app import add_plugin_commands, app
from pilotkit.model.source import Source
from pilotkit.packages.packing import pack
from pilotkit.reading.csv_data import read_csv
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new

_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


@pytest.mark.parametrize("block", [*blocks("python")], ids=str)
def test_a_python_block_runs(block: Block, tmp_path: Path, monkeypatch):
    if "no-run" in block.says:
        pytest.skip(block.says["no-run"])
    monkeypatch.chdir(tmp_path)
    exec(compile(block.text, str(block), "exec"), {"__name__": "documentation"})


@pytest.mark.parametrize("block", [*blocks("yaml")], ids=str)
def test_a_yaml_block_is_what_it_says(block: Block):
    data = parse_yaml(block.text, str(block))
    if "as" in block.says:
        kind, is_list = _noun(block.says["as"])
        for item in data if is_list else [data]:
            noun_from(kind, item, str(block))


@pytest.mark.parametrize("block", [*blocks("csv")], ids=str)
def test_a_csv_block_is_what_it_says(block: Block, tmp_path: Path):
    path = tmp_path / "block.csv"
    path.write_text(block.text, encoding="utf-8")
    assert read_csv(_noun(block.says["as"])[0], path, str(block))


@pytest.mark.parametrize("block", [*blocks("toml")], ids=str)
def test_a_toml_block_parses(block: Block):
    tomllib.loads(block.text)


def _commands(program: str) -> list[tuple[str, list[str]]]:
    return [(str(block), words) for block in blocks("shell") for words in _lines(block, program)]


def _lines(block: Block, program: str) -> Iterator[list[str]]:
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == program:
            yield words[1:]


@pytest.fixture(scope="module")
def root() -> Any:
    """Every command, the plugins' too."""
    made, plugins = typer.main.get_command(app), typer.Typer()
    add_plugin_commands(plugins)
    made.commands.update(typer.main.get_command(plugins).commands)
    return made


@pytest.mark.parametrize(
    ("where", "words"), _commands("pilotkit"), ids=lambda value: value if isinstance(value, str) else value[0]
)
def test_a_command_line_is_understood(where: str, words: list[str], root: Any):
    if words[0].startswith("--"):
        assert words[0] in {"--help", "--version", "--install-completion"}, where
        return
    command, context = root, None
    while hasattr(command, "commands"):
        assert words[0] in command.commands, f"{where}: there is no command '{words[0]}'"
        command = command.commands[words[0]]
        context = command.make_context(words[0], words[1:], parent=context)
        words = [*context._protected_args, *context.args]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory) -> Path:
    """What a reader has who has followed the tutorial: the examples, a package, and a province made from it."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("var"))
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "plugins").mkdir()
    (folder / "made").mkdir()
    packed = pack(Deployment(folder / "examples/hanoi"), folder)
    new(download_verified(packed.path, allow_unsigned=True), "48", folder / "danang")
    return folder


@pytest.mark.server
@pytest.mark.parametrize("block", [each for each in blocks("shell") if "run" in each.says], ids=str)
def test_a_shell_block_that_is_marked_runs_from_the_first_line_to_the_last(
    block: Block, workplace: Path, tmp_path: Path
):
    folder = shutil.copytree(workplace, tmp_path / "workplace")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr


FOLLOWED = {"first-province.md", "your-first-plugin.md", "tu-goi-den-he-thong.md"}
"""Pages whose commands a test of their own follows, one after another."""


def test_a_shell_block_of_the_site_is_run_or_followed_or_says_why_not():
    silent = (each for each in blocks("shell") if not {"run", "no-run"} & each.says.keys())
    there = (each for each in silent if each.page.is_relative_to(ROOT / "docs") and each.page.name not in FOLLOWED)
    assert [] == [f"{block}: write <!-- run: what it shows --> or <!-- no-run: why --> above it" for block in there]


@pytest.mark.parametrize(
    ("where", "words"), _commands("make"), ids=lambda value: value if isinstance(value, str) else value[0]
)
def test_a_make_target_exists(where: str, words: list[str]):
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    assert words[0] in targets, where


def test_a_block_that_is_not_run_says_why():
    written = blocks("python", "shell")
    assert [] == [str(block) for block in written if len(block.says.get("no-run", "a reason")) < 8]


def test_publiccode_has_what_the_standard_asks():
    data = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    asked = {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description",
             "legal", "maintenance", "localisation"}  # fmt: skip
    assert set() == asked - data.keys()
    for words in data["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]
    assert "Apache-2.0" == data["legal"]["license"]


def test_sources_named_in_examples_of_the_pilot_exist():
    """How-to pages use the pilot's own sources, so that a reader can paste what they show."""
    file = ROOT / "examples" / "hanoi" / "model" / "evidence" / "sources.yaml"
    known = {noun_from(Source, item, file.name).id for item in parse_yaml(file.read_text(encoding="utf-8"), file.name)}
    shown = {found for block in blocks("yaml") if "how-to" in block.page.parts for found in _references(block.text)}
    assert set() == shown - known


def _references(text: str) -> list[str]:
    return re.findall(r"\breference: ([\w.-]+)", text)


def _noun(says: str) -> tuple[type[BaseModel], bool]:
    is_list, path = says.startswith("list of "), says.removeprefix("list of ")
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name), is_list
