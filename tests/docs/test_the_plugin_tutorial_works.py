"""The plugin tutorial, line by line as a reader types it, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from documentation import ROOT, blocks

TUTORIAL = ROOT / "docs" / "tutorials" / "your-first-plugin.md"
PATIENCE = 120
MOST = 9
NOT_COUNTED = {"mkdir"}
"""What prepares a folder is not what the reader came for."""


def lines() -> list[str]:
    found = (block.text for block in blocks("shell") if block.page == TUTORIAL)
    return [line for text in found for line in text.splitlines()]


def test_it_takes_fewer_than_ten_commands():
    counted = [line for line in lines() if line.split()[0] not in NOT_COUNTED]
    assert MOST == len(counted), counted


@pytest.fixture
def reader(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has this workspace's libraries and may install more, without touching it."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    (site,) = home.glob("lib/python*/site-packages")
    shared = sysconfig.get_path("purelib")
    (site / "workspace.pth").write_text(f"import site; site.addsitedir({shared!r})\n")
    for name, module in {"pip": "pip", "pilotkit": "pilotkit.cli.main"}.items():
        start = "from pip._internal.cli.main import main" if module == "pip" else f"from {module} import main"
        program = home / "bin" / name
        program.write_text(f"#!{home}/bin/python\nimport sys\n{start}\nsys.exit(main())\n")
        program.chmod(0o755)
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "false", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST", "COV"))}
    return {**kept, **offline, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(home)}


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="the tutorial is written for a shell")
def test_the_tutorial_followed_literally_puts_a_measure_on_hanois_board(tmp_path: Path, reader: dict[str, str]):
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("var"))
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    said = {}
    for line in lines():
        if line.startswith("pilotkit serve"):
            board = look_at_the_board(line, tmp_path, reader)
            continue
        done = subprocess.run(line, shell=True, cwd=tmp_path, env=reader, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, f"{line}\n{done.stdout}{done.stderr}"
        said[line] = done.stdout
    assert "quick" in said["pilotkit plugins"]
    assert "Xong trong một ngày" in said["pilotkit kpi build/hanoi"]
    assert "Xong trong một ngày làm việc" in board.partition("<table")[0]


def look_at_the_board(line: str, folder: Path, environment: dict[str, str]) -> str:
    """Serve as the reader does, on a free port, and stop it as the reader does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        line.replace("8000", str(port)).split(), cwd=folder, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        return page(f"http://127.0.0.1:{port}/vi/board", server)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(PATIENCE)


def page(address: str, server: subprocess.Popen) -> str:
    for _ in range(PATIENCE * 5):
        assert server.poll() is None, "the server has ended"
        try:
            with urlopen(address, timeout=PATIENCE) as answer:
                return answer.read().decode()
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")
