"""A service point, in whichever province the deployment is."""

from pilotkit import Certainty, PluginContext, PointKind, ServicePoint
from {{ cookiecutter.package }}.sources import EXAMPLE


def points_of(context: PluginContext) -> tuple[ServicePoint, ...]:
    """One mobile team for the province, still planned. Its place is not known, and so absent."""
    return (
        ServicePoint(
            id="{{ cookiecutter.name }}-mobile-team",
            kind=PointKind.MOBILE_TEAM,
            name="{{ cookiecutter.title }} mobile team",
            unit=context.province,
            status="planned",
            reference=EXAMPLE,
            certainty=Certainty.SYNTHETIC,
        ),
    )
