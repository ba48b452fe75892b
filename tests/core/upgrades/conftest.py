"""A publisher with a model of its own country, and a province that runs it."""

import json
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from pilotkit import Deployment
from pilotkit.cli.app import run
from pilotkit.packages.packing import pack
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.testing import tiny_deployment

TEMPLATE = Path(__file__).parents[3] / "templates" / "province"
TREE = "model/template/{{cookiecutter._folder}}"
DATES = {"assigned_on": "2025-07-21", "due_on": "2025-07-30"}
OWNERSHIP = {
    "local/overrides/**": "layered",
    "model/**": "package",
    "local/**": "local",
    "ops/**": "seeded",
    "tests/**": "seeded",
    "pilot.toml": "seeded",
    "README.md": "seeded",
    "answers.json": "generated",
    "var/**": "local",
}
UNITS = """scheme,code,valid_from,name,kind,level,parent,latitude,longitude
zz,SP,2024-01-01,Silver Point,municipality,province,,1.5,-30.5
zz,SP-01,2024-01-01,Quarter East Gate,quarter,commune,SP,1.52,-30.51
zz,SP-02,2024-01-01,Quarter Fair Quay,quarter,commune,SP,1.53,-30.52
"""
OPS = {
    "ops/notes.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
    "ops/run.yaml": "# how it runs\nport: 8000\nworkers: 2\nhosts:\n  - alpha\n  - beta\n",
    "ops/run.toml": '# limits\n[limits]\nfiles = 10\n\n[names]\nplugins = ["one", "two"]\n',
    "ops/run.json": '{\n  "a": 1,\n  "b": 2\n}\n',
    "ops/logo.txt": "logo of the package\n",
}


@dataclass
class Publisher:
    """Publishes one version after another of the same package."""

    room: Path
    donor: Path

    def publish(self, version: str, files: Mapping[str, str | bytes | None] | None = None, **info: Any) -> Path:
        """The package file of a version: what was published before, with ``files`` changed.

        Args:
            version: its number.
            files: by path below the donor, or below the deployment where it begins with ``ops/`` or is ``pilot.toml``
                and the like; None removes the file.
            info: keys of package.toml.
        """
        for name, data in (files or {}).items():
            path = self.donor / (name if name.startswith("model/") else f"{TREE}/{name}")
            if data is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        described = self.donor / "model/package.toml"
        text = tomlkit.parse(described.read_text(encoding="utf-8"))
        text.update({"version": version, **info})
        described.write_text(tomlkit.dumps(text), encoding="utf-8")
        return pack(Deployment(self.donor), self.room / "packages").path

    def read(self, name: str) -> str:
        """What was published last under a name."""
        return (self.donor / (name if name.startswith("model/") else f"{TREE}/{name}")).read_text(encoding="utf-8")

    def ask(self, question: str, default: str, prompt: str = "") -> None:
        """Let the template ask another question, in the place of the one for the due date."""
        path = self.donor / "model/template/cookiecutter.json"
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings = {question: default, **{key: value for key, value in settings.items() if key != "due_on"}}
        settings["__prompts__"] = {**settings["__prompts__"], question: prompt or question}
        path.write_text(json.dumps(settings), encoding="utf-8")


@dataclass(frozen=True)
class _Made:
    """What is the same for every test, made once: each test copies what it asks for."""

    bare: Path
    """A donor that has published nothing."""
    donor: Path
    """The same after version 1.0.0."""
    package: Path
    province: Path


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> _Made:
    room = tmp_path_factory.mktemp("upgrades")
    bare = tiny_deployment(room / "bare")
    shutil.copytree(TEMPLATE, bare / "model/template")
    text = tomllib.loads((bare / "model/package.toml").read_text(encoding="utf-8"))
    text["ownership"] = OWNERSHIP
    (bare / "model/package.toml").write_text(tomlkit.dumps(text), encoding="utf-8")
    donor = shutil.copytree(bare, room / "donor")
    package = Publisher(room, donor).publish("1.0.0", OPS)
    return _Made(bare, donor, package, _settled(room, package, "province"))


@pytest.fixture
def publisher(_made: _Made, tmp_path: Path) -> Publisher:
    return Publisher(tmp_path, shutil.copytree(_made.bare, tmp_path / "donor"))


@pytest.fixture
def first(_made: _Made, publisher: Publisher) -> Path:
    """Version 1.0.0."""
    shutil.copytree(_made.donor, publisher.donor, dirs_exist_ok=True)
    (publisher.room / "packages").mkdir()
    return Path(shutil.copy2(_made.package, publisher.room / "packages" / _made.package.name))


def _settled(room: Path, package: Path, name: str, **answers: str) -> Path:
    units = room / "units.csv"
    units.write_text(UNITS, encoding="utf-8")
    given = {"units_file": str(units), "hotline": "777-0200", **DATES, **answers}
    return new(download_verified(package, allow_unsigned=True), "SP", room / name, given).folder


@pytest.fixture
def settle(tmp_path: Path) -> Callable[..., Path]:
    """Makes the province's deployment from a package."""
    return lambda package, name="province", **answers: _settled(tmp_path, package, name, **answers)


@pytest.fixture
def province(_made: _Made, first: Path, tmp_path: Path) -> Path:
    """A deployment of version 1.0.0."""
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    return shutil.copytree(_made.province, tmp_path / "province")


def tree(folder: Path, *, without: tuple[str, ...] = ()) -> dict[str, tuple[bytes, int]]:
    """Every file with its bytes and its rights."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).as_posix().startswith(without or ("\0",))
    }


@pytest.fixture
def call(capsys):
    def made(*arguments):
        code = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return made
