import pytest

from pilotkit import Deployment, UnknownError
from pilotkit.testing import tiny_deployment


def test_the_point_stands_in_the_deployments_own_province(tmp_path):
    catalog = Deployment(tiny_deployment(tmp_path, plugins__enabled=["demo"])).catalog
    assert catalog.province.code == catalog.point("demo-mobile-team").unit


def test_a_deployment_that_does_not_enable_it_has_no_such_point(catalog):
    with pytest.raises(UnknownError):
        catalog.point("demo-mobile-team")
