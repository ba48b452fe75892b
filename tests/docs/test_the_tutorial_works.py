"""The tutorial's commands, one after another, as a reader types them."""

from __future__ import annotations

import shlex
from pathlib import Path

from documentation import ROOT, blocks

from pilotkit.cli.app import run

TUTORIAL = ROOT / "docs" / "tutorials" / "first-province.md"


def _commands() -> list[list[str]]:
    lines = [line for block in blocks("shell") if block.page == TUTORIAL for line in block.text.splitlines()]
    words = [shlex.split(line) for line in lines]
    return [each[1:] for each in words if each[0] == "pilotkit" and each[1] not in {"serve", "--version"}]


def test_every_command_ends_well(tmp_path: Path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    commands = _commands()
    assert ["pack", "inspect", "new", "check", "simulate", "kpi", "kpi", "pack"] == [each[0] for each in commands]
    for command in commands:
        assert 0 == run(command), f"pilotkit {' '.join(command)}: {capsys.readouterr().err}"
    assert (tmp_path / "build" / "danang" / "pilot.toml").is_file()
