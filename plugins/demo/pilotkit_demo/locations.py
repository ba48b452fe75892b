"""A service point, in whichever province the deployment is."""

from pilotkit import Certainty, PointKind, ServicePoint, Site
from pilotkit_demo.sources import EXAMPLE


def points_of(site: Site) -> tuple[ServicePoint, ...]:
    """One mobile team for the province, still planned. Its place is not known, and so absent."""
    return (
        ServicePoint(
            id="demo-mobile-team",
            kind=PointKind.MOBILE_TEAM,
            name="Demo mobile team",
            unit=site.province,
            status="planned",
            reference=EXAMPLE,
            certainty=Certainty.SYNTHETIC,
        ),
    )
