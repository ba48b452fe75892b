"""A package of a country that no plugin knows, and the units of two of its provinces."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.packages.packing import pack
from pilotkit.testing import tiny_deployment

TEMPLATE = Path(__file__).parents[3] / "templates" / "province"
TREE = "model/template/{{cookiecutter._folder}}"
UNITS = """scheme,code,valid_from,name,kind,level,parent,latitude,longitude
zz,SP,2024-01-01,Silver Point,municipality,province,,1.5,-30.5
zz,SP-01,2024-01-01,Quarter East Gate,quarter,commune,SP,1.52,-30.51
zz,SP-02,2024-01-01,"Quarter Nørth, ""Old"" Quay",quarter,commune,SP,1.53,-30.52
zz,NK,2024-01-01,New Kirk,municipality,province,,1.6,-30.6
zz,NK-01,2024-01-01,Quarter Kirk Green,quarter,commune,NK,1.62,-30.61
"""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(UNITS, encoding="utf-8")
    return path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with the province template of this repository."""
    donor = tiny_deployment(tmp_path / "donor", package__template=str(TEMPLATE))
    return pack(Deployment(donor), tmp_path / "packages").path


@pytest.fixture
def package_with(tmp_path: Path) -> Callable[..., Path]:
    """A package whose template is written for one test: files by path below the template's tree."""

    def write(files: dict[str, str], settings: object = None, *, beside: dict[str, str] | None = None) -> Path:
        held = {"province": "", "hotline": "", "_folder": "deployment"} if settings is None else settings
        held = held if isinstance(held, str) else json.dumps(held)
        tree = {f"{TREE}/{name}": text for name, text in files.items()}
        tree |= {f"model/template/{name}": text for name, text in (beside or {}).items()}
        donor = tiny_deployment(tmp_path / "donor", {"model/template/cookiecutter.json": held, **tree})
        return pack(Deployment(donor), tmp_path / "packages").path

    return write
