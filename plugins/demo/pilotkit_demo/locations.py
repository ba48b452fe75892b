"""A service point, in whichever province the deployment is."""

from pilotkit import Certainty, PluginContext, PointKind, ServicePoint
from pilotkit_demo.sources import EXAMPLE


def points_of(context: PluginContext) -> tuple[ServicePoint, ...]:
    """One mobile team for the province, still planned. Its place is not known, and so absent."""
    return (
        ServicePoint(
            id="demo-mobile-team",
            kind=PointKind.MOBILE_TEAM,
            name="Demo mobile team",
            unit=context.province,
            status="planned",
            reference=EXAMPLE,
            certainty=Certainty.SYNTHETIC,
        ),
    )
