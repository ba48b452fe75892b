"""The profile of a simulated month: ``model/evidence/simulation.yaml``. Synthetic, and marked so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from pilotkit.model.source import Sourced

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


class SimulationProfile(Sourced):
    """The distribution of simulated cases over time, procedures, channels and delays."""

    cases_per_unit_day: Annotated[float, Field(gt=0, le=10_000)]
    """Mean number of cases of a working day; units vary around it."""
    unit_spread: Annotated[float, Field(ge=0, le=2)] = 0.35
    """Sigma of the log-normal factor of a unit."""
    weekdays: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=7)]
    """Weight of each weekday, Monday first; 1 is a mean working day."""
    hours: Annotated[tuple[Weight, ...], Field(min_length=24, max_length=24)]
    """Weight of each local hour for online cases; at the counter only opening hours count."""
    online_share: Share
    """Share of cases that come online on the first day, where the procedure is offered online."""
    online_growth: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The increase of the share until the last day."""
    post_share: Share = 0.01
    late_share: Share
    """Share of cases that end after their deadline."""
    whole_process_share: Share
    """Share of online cases of whole-process procedures that need no visit."""
    mix: dict[str, Weight] = Field(default_factory=dict)
    """Weight by procedure code; a code not named weighs ``other_weight``."""
    focus_weight: Weight = 8.0
    other_weight: Weight = 1.0

    @model_validator(mode="after")
    def _has_somewhere_to_put_a_case(self) -> Self:
        if not any(self.weekdays) or not any(self.hours):
            raise ValueError("weekdays and hours each need one weight above 0")
        return self

    def weight_of(self, code: str, *, focus: bool) -> float:
        """Return the weight of one procedure in the mix."""
        return self.mix.get(code, self.focus_weight if focus else self.other_weight)

    def online_share_on(self, day: int, days: int) -> float:
        """Return the online share on day ``day`` (from 0) of ``days``."""
        return min(1.0, self.online_share + self.online_growth * day / max(1, days - 1))


@dataclass(frozen=True)
class Simulation:
    """What a plugin adds to simulated days, such as duties, calls or heartbeats.

    Example:
        >>> Simulation("greeting.visits", run=lambda context: None).id
        'greeting.visits'
    """

    id: str
    """``plugin.what``; the random numbers of the run follow from it, so that no plugin changes another's."""
    run: Callable[[Any], None]
    """Gets a :class:`pilotkit.work.SimulationContext`; the same seed must give the same rows."""
