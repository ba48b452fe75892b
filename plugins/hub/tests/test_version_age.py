"""How old a version is, and how far behind: what the registry publishes, and 'not known' where it does not say."""

from datetime import timedelta

import pytest

from pilotkit import Deployment
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.registry.drafts import revoke
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.trust import PackageArchive


@pytest.fixture
def registry(tmp_path, packages, now):
    """Two versions, published forty and three days ago."""
    made = ThrowawayRegistry.make(tmp_path / "registry", ["city"], now=now - timedelta(days=50))
    for package, days in zip(packages, (40, 3), strict=True):
        made.release("city", package, now=now - timedelta(days=days))
    return made


@pytest.fixture
def watching(registry, make_ministry):
    made = make_ministry({"hub.toml": f'registry = "{registry.folder.folder}"\n'})
    made.trust_all()
    return made


@pytest.fixture
def running(receipt):
    """The receipt of a province that runs a package file."""

    def made(package, **changes):
        archive = PackageArchive.open(package)
        told = {"name": archive.info.name, "version": archive.info.version, "identity": archive.identity}
        return receipt("PA", package=told | changes)

    return made


def said(ministry):
    return ministry.get("/en/hub/provinces").words, ministry.get("/en/hub/provinces/PA").words


def test_a_version_is_as_old_as_its_release_and_as_far_behind_as_there_are_newer_ones(watching, running, packages):
    watching.take(running(packages[0]))
    for page in said(watching):
        assert "Released: 40 days ago · 1 release behind 0.2.0" in page
    assert "Phát hành: 40 ngày trước · chậm 1 bản so với 0.2.0" in watching.get("/vi/hub/provinces").words
    told = watching.client.get("/en/hub/provinces.json").json()
    assert (40, "0.2.0", 1) == tuple(
        told[0][name] for name in ("days_since_release", "newest_version", "releases_behind")
    )


def test_the_newest_version_says_that_it_is(watching, running, packages):
    watching.take(running(packages[1]))
    for page in said(watching):
        assert "Released: 3 days ago · the newest" in page


def test_a_renewed_list_makes_no_release_younger(registry, watching, running, packages, now):
    revoke(registry.folder, *named(packages[1]), "Wrong.", now=now)
    registry.settle(now=now)
    watching.take(running(packages[0]))
    assert "Released: 40 days ago · the newest" in watching.get("/en/hub/provinces").words


def named(package):
    info = PackageArchive.open(package).info
    return info.name, info.version


def test_versions_are_ordered_by_precedence_and_a_preliminary_one_is_not_for_taking(
    registry, watching, running, packages, tmp_path, now
):
    donor = Deployment(tmp_path / "donor")
    for version in ("0.10.0", "0.9.0", "1.0.0-rc.1"):
        registry.release("city", pack(donor, tmp_path / "packages", PackOrder(version=version)).path, now=now)
    watching.take(running(packages[0]))
    assert "3 releases behind 0.10.0" in watching.get("/en/hub/provinces").words


def test_a_version_that_the_registry_does_not_publish_has_no_known_age(watching, running, packages):
    watching.take(running(packages[0], version="9.0.0", identity="b" * 64))
    for page in said(watching):
        assert "Release: not known · newer than 0.2.0, the newest published" in page


def test_the_same_version_of_other_content_has_no_known_age(watching, running, packages):
    watching.take(running(packages[0], identity="b" * 64))
    assert "Release: not known · 1 release behind 0.2.0" in watching.get("/en/hub/provinces").words


def test_without_a_registry_or_a_package_of_that_name_the_age_is_not_known(ministry, watching, receipt):
    for made in (ministry, watching):
        made.take(receipt("PA"))
        for page in said(made):
            assert "Age of the version: not known" in page
