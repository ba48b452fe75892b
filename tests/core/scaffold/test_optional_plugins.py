"""A package may be better with a plugin that is not there: it is named, its files are kept, and nothing is refused."""

import pytest
from tests.core.scaffold.conftest import TEMPLATE

from pilotkit import Deployment
from pilotkit.checks.run import run_checks
from pilotkit.packages.archive import PackageArchive
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.testing import tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file
from pilotkit.trust import PackageError

DUTIES = "- {id: lawyer-day, count: 2}  # two at every point\n"
WANTS = "plugins = []\n\n[requires.optional]\nrota = ['rota/*.yaml']"


@pytest.fixture
def donor(tmp_path):
    """A donor whose package is better with the plugin ``rota``."""
    files = {
        "model/rota/duties.yaml": DUTIES,
        **tiny_file("model/package.toml", ("plugins = []", WANTS)),
    }
    return Deployment(tiny_deployment(tmp_path / "donor", files, package__template=str(TEMPLATE)))


@pytest.fixture
def province(donor, units, tmp_path):
    package = pack(donor, tmp_path / "packages").path
    answers = {"units_file": str(units), "hotline": "777-0200"}
    return new(download_verified(package, allow_unsigned=True), "SP", tmp_path / "province", answers).folder


def test_a_province_without_the_plugin_has_its_files_as_they_were(province):
    assert DUTIES == (province / "model/rota/duties.yaml").read_text(encoding="utf-8")
    assert "rota" not in Deployment(province).settings.plugins.enabled


def test_check_names_the_plugin_and_what_it_would_read_and_calls_no_file_a_stray(province):
    found = run_checks(Deployment(province))
    (told,) = [each for each in found if each.check == "optional-plugins"]
    assert ("notice", "pilot.toml") == (told.severity, told.where.file)
    assert "'rota'" in told.message
    assert "model/rota/duties.yaml" in told.message
    assert "pilotkit-rota" in told.remedy
    assert not [each for each in found if each.check == "strays" and "rota" in str(each.where)]


def test_what_is_packed_again_holds_the_same_bytes(province, tmp_path):
    handed_on = Deployment(province)
    again = PackageArchive.open(pack(handed_on, tmp_path / "again", PackOrder(version="0.2.0")).path)
    assert DUTIES == again.text("rota/duties.yaml")
    assert {"rota": ("rota/*.yaml",)} == again.info.requires.optional


def test_a_plugin_that_is_needed_is_still_refused_where_it_is_missing(tmp_path):
    files = tiny_file("model/package.toml", ("plugins = []", 'plugins = ["rota"]'))
    donor = Deployment(tiny_deployment(tmp_path / "donor", files, package__template=str(TEMPLATE)))
    with pytest.raises(PackageError, match=r"needs plugins that are not installed: rota"):
        PackageArchive.open(pack(donor, tmp_path / "packages").path)


def test_a_package_without_optional_plugins_says_nothing_of_them(tmp_path):
    donor = Deployment(tiny_deployment(tmp_path / "donor", package__template=str(TEMPLATE)))
    assert {"pilotkit": ">=0.1", "plugins": []} == donor.catalog.package.requires.model_dump(mode="json")
