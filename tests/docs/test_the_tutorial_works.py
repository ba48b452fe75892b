"""The tutorial's commands, one after another, as a reader types them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from documentation import ROOT, blocks

from pilotkit.cli.app import run

TUTORIALS = {
    "tutorials/first-province.md": ["pack", "inspect", "new", "check", "simulate", "kpi", "kpi", "pack"],
    "vi/tu-goi-den-he-thong.md": ["pack", "inspect", "new", "check", "simulate", "kpi", "pack"],
}


def _commands(page: str) -> list[list[str]]:
    tutorial = ROOT / "docs" / page
    lines = [
        line
        for block in blocks("shell")
        if block.page == tutorial and "no-run" not in block.says
        for line in block.text.splitlines()
    ]
    words = [shlex.split(line) for line in lines]
    return [each[1:] for each in words if each[0] == "pilotkit" and each[1] not in {"serve", "--version"}]


@pytest.mark.server
@pytest.mark.parametrize(("page", "order"), TUTORIALS.items(), ids=TUTORIALS)
def test_every_command_ends_well(page: str, order: list[str], tmp_path: Path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    commands = _commands(page)
    assert order == [each[0] for each in commands]
    for command in commands:
        if command[0] == "new" and "--no-input" not in command:
            command.append("--no-input")  # nobody is there to ask
        assert 0 == run(command), f"pilotkit {' '.join(command)}: {capsys.readouterr().err}"
    assert (tmp_path / "build" / "danang" / "pilot.toml").is_file()
