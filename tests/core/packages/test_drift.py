"""The package's files in a deployment are as they came, or it is told."""

from pathlib import Path

import pytest

from pilotkit import DataError, Deployment
from pilotkit.packages.archive import unpack
from pilotkit.packages.manifest import Drift, verify_model
from pilotkit.packages.packing import PackedPackage


@pytest.fixture
def unpacked(donor: Path, packed: PackedPackage, tmp_path: Path) -> Path:
    (donor / "model").rename(tmp_path / "authored")
    unpack(packed.path, donor / "model")
    return donor


def test_a_model_that_is_authored_here_cannot_drift(donor: Path) -> None:
    assert list(verify_model(Deployment(donor))) == []


def test_an_unpacked_model_is_as_it_came(unpacked: Path) -> None:
    assert list(verify_model(Deployment(unpacked))) == []


def test_every_difference_is_told(unpacked: Path) -> None:
    model = unpacked / "model"
    (model / "people/roles.yaml").write_text("[]\n")
    (model / "people/norms.yaml").unlink()
    (model / "people/own.yaml").write_text("")
    assert list(verify_model(Deployment(unpacked))) == [
        Drift("model/people/norms.yaml", "missing"),
        Drift("model/people/own.yaml", "added"),
        Drift("model/people/roles.yaml", "changed"),
    ]


def test_what_an_editor_leaves_behind_is_not_drift(unpacked: Path) -> None:
    (unpacked / "model/people/.roles.yaml.swp").write_text("")
    assert list(verify_model(Deployment(unpacked))) == []


def test_a_broken_manifest_is_an_error_in_the_data(unpacked: Path) -> None:
    (unpacked / "model/manifest.json").write_text("{}")
    with pytest.raises(DataError, match=r"model/manifest\.json: is not a manifest"):
        list(verify_model(Deployment(unpacked)))
