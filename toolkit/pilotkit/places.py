"""Places: registers of units, changes of units and their impact, and how points are today."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "boundaries.impact": "ChangeImpact impact_of",
    "boundaries.unit_change": "UnitChange read_change",
    "model.day_at_work": "DayAtWork PointQueue UnitBacklog UnitPressure",
    "model.heartbeat": "Heartbeat PointCondition PointState",
    "model.lineage": "Lineage",
    "model.location": "LocationDirectory Pattern Succession UnitKey",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
