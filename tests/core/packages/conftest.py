"""A donor that can be packed, and packages to tamper with."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.packages.packing import PackedPackage, pack
from pilotkit.testing import tiny_deployment

TEMPLATE = {
    "model/template/cookiecutter.json": '{"province": "", "_folder": "deployment"}',
    "model/template/{{cookiecutter._folder}}/README.md": "# {{ cookiecutter.province }}\n",
    "model/template/{{cookiecutter._folder}}/.gitignore": "var/\n",
}


@pytest.fixture
def donor(tmp_path: Path) -> Path:
    """The folder of a deployment that can be packed."""
    return tiny_deployment(tmp_path / "donor", TEMPLATE)


@pytest.fixture
def packed(donor: Path, tmp_path: Path) -> PackedPackage:
    return pack(Deployment(donor), tmp_path / "out")


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest_for(files: Mapping[str, bytes]) -> bytes:
    """Written out here once more, so that the format is held by a test and not by the code under test."""
    listed = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for path, data in sorted(files.items())
        if path != "manifest.json"
    ]
    text = json.dumps({"files": listed, "format": 1}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{text}\n".encode()


@pytest.fixture
def rewrite(packed: PackedPackage, tmp_path: Path) -> Callable[..., Path]:
    """Write the package anew with other files; the manifest follows unless told otherwise."""

    def write(files: Mapping[str, bytes | None], *, follow: bool = True) -> Path:
        changed = {**entries(packed.path), **files}
        kept = {path: data for path, data in changed.items() if data is not None}
        if follow and "manifest.json" not in files:
            kept["manifest.json"] = manifest_for(kept)
        path = tmp_path / "rewritten.zip"
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in kept.items():
                archive.writestr(name, data)
        path.write_bytes(buffer.getvalue())
        return path

    return write
