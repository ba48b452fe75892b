"""Places: registers of units, changes of units and their impact, and how points are today."""

from pilotkit.boundaries.impact import ChangeImpact as ChangeImpact
from pilotkit.boundaries.impact import impact_of as impact_of
from pilotkit.boundaries.unit_change import UnitChange as UnitChange
from pilotkit.boundaries.unit_change import read_change as read_change
from pilotkit.model.day_at_work import DayAtWork as DayAtWork
from pilotkit.model.day_at_work import PointQueue as PointQueue
from pilotkit.model.day_at_work import UnitBacklog as UnitBacklog
from pilotkit.model.day_at_work import UnitPressure as UnitPressure
from pilotkit.model.heartbeat import Heartbeat as Heartbeat
from pilotkit.model.heartbeat import PointCondition as PointCondition
from pilotkit.model.heartbeat import PointState as PointState
from pilotkit.model.lineage import Lineage as Lineage
from pilotkit.model.location import LocationDirectory as LocationDirectory
from pilotkit.model.location import Pattern as Pattern
from pilotkit.model.location import Succession as Succession
from pilotkit.model.location import UnitKey as UnitKey
