"""The draws of a simulation: every array has one element a case, drawn from numpy's PCG64 with the given seed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.working_time import HOUR, MINUTE, UNITS, DayTable, Micros
from pilotkit.errors import DataError
from pilotkit.model.location import PointKind
from pilotkit.model.procedure import Channel, Level
from pilotkit.model.simulation import SimulationProfile

CHANNELS = np.array([Channel.IN_PERSON.value, Channel.ONLINE.value, Channel.POST.value], dtype=object)
IN_PERSON, ONLINE, POST = range(3)
Indexes = NDArray[np.int64]


class RandomCases:
    """Where, when, for what and how each case comes, and how it ends. Cases stand in order of receipt."""

    def __init__(self, catalog: Catalog, days: int, seed: int, last: date) -> None:
        self.catalog = catalog
        self.profile = _profile(catalog)
        self.first = last - timedelta(days=days - 1)
        self.table: DayTable = catalog.working_time.table(self.first, last + timedelta(days=2 * 366))
        self._random = np.random.default_rng(seed)
        self.procedures = ProcedureArrays(catalog, self.profile, last)
        self.places = PlaceArrays(catalog)
        first_index = (self.first - self.table.first).days
        self.days: Indexes = np.arange(first_index, first_index + days)
        closing = int(self.table.closes[self.days[-1]])
        self.until = datetime.fromtimestamp(closing / 1_000_000, catalog.working_time.zone)
        self._draw(closing)

    def _draw(self, closing: int) -> None:
        place, day = self._arrivals()
        procedure = self._random.choice(len(self.procedures.codes), size=place.size, p=self.procedures.weights)
        channel = self._channel(place, day, procedure)
        open_to = self.table.working[day] | (channel == ONLINE)
        place, day, procedure, channel = place[open_to], day[open_to], procedure[open_to], channel[open_to]
        received = self._time_of_day(day, channel)
        order = np.argsort(received, kind="stable")
        order = order[: np.searchsorted(received[order], closing, side="right")]
        self.place, self.day, self.procedure = place[order], day[order], procedure[order]
        self.channel, self.received = channel[order], received[order]
        self.whole_process = (
            self.procedures.whole_process[self.procedure]
            & (self.channel == ONLINE)
            & (self._random.random(self.received.size) < self.profile.whole_process_share)
        )
        self.due, self.finished = self._outcome(closing)
        norm = self.procedures.norm[self.procedure]
        self.norm_due = np.where(norm > 0, self.table.after(self.received, norm), -1)

    def _arrivals(self) -> tuple[Indexes, Indexes]:
        """For each case: the place it comes from and the index of its day."""
        profile, places = self.profile, len(self.places.units)
        factor = self._random.lognormal(-(profile.unit_spread**2) / 2, profile.unit_spread, places)
        weekday = (self.days + self.table.first.weekday()) % 7
        weekday = np.where(self.table.working[self.days], weekday, 6)
        weight = np.asarray(profile.weekdays)[weekday]
        counts = self._random.poisson(profile.cases_per_unit_day * np.outer(factor, weight))
        place = np.repeat(np.arange(places), counts.sum(axis=1))
        return place, np.repeat(np.tile(self.days, places), counts.ravel())

    def _channel(self, place: Indexes, day: Indexes, procedure: Indexes) -> Indexes:
        profile, offered = self.profile, self.procedures.offered[procedure]
        span = max(1, self.days.size - 1)
        growth = profile.online_growth * (day - self.days[0]) / span
        habit = self._random.normal(0, 0.09, len(self.places.units))[place]
        chance = np.clip(profile.online_share + growth + habit, 0, 1)
        draw = self._random.random(place.size)
        wish = np.where(draw < chance, ONLINE, np.where(draw > 1 - profile.post_share, POST, IN_PERSON))
        first_offered = offered.argmax(axis=1)
        return np.where(offered[np.arange(place.size), wish], wish, first_offered)

    def _time_of_day(self, day: Indexes, channel: Indexes) -> Micros:
        weights = np.asarray(self.profile.hours)
        second = self._random.integers(0, 3600, day.size) * 1_000_000
        online = self.table.midnight[day] + self._random.choice(24, day.size, p=weights / weights.sum()) * HOUR + second
        morning = self.table.break_starts[day] - self.table.opens[day]
        afternoon = self.table.closes[day] - self.table.break_ends[day]
        at = (self._random.beta(1.6, 2.2, day.size) * (morning + afternoon)).astype(np.int64)
        counter = np.where(at < morning, self.table.opens[day] + at, self.table.break_ends[day] + at - morning)
        return np.where(channel == ONLINE, online, counter // 1_000_000 * 1_000_000)

    def _outcome(self, closing: int) -> tuple[Micros, Micros]:
        """When each case is due and when it ends; -1 where it has no deadline or has not ended."""
        size = self.received.size
        amount, unit = self.procedures.deadlines(self.procedure, self.channel)
        has_deadline = amount > 0
        due = self.table.due(self.received, np.maximum(amount, 1), unit)
        allowed = np.where(has_deadline, self.table.worked(due) - self.table.worked(self.received), 16 * HOUR)
        late = (self._random.random(size) < self.profile.late_share) & has_deadline
        effort = np.where(late, 1 + self._random.exponential(0.5, size), self._random.beta(2, 2.5, size) * 0.98)
        work = np.maximum((allowed * effort).astype(np.int64), 5 * MINUTE)
        finished = self.table.after(self.received, work) // 1_000_000 * 1_000_000
        finished = np.where(late, np.maximum(finished, due + MINUTE), finished)
        return np.where(has_deadline, due, -1), np.where(finished <= closing, finished, -1)

    def numbers(self) -> Indexes:
        """Return the number of each case on its own day, from 1; cases stand in order of receipt."""
        starts: Indexes = np.searchsorted(self.day, self.days)
        numbers: Indexes = np.arange(self.day.size) - starts[self.day - self.days[0]] + 1
        return numbers

    def units(self, part: slice) -> NDArray[np.object_]:
        """Return the code of the unit that decides each case."""
        by_province = self.procedures.by_province[self.procedure[part]]
        return np.where(by_province, np.array(self.places.province, dtype=object), self.places.units[self.place[part]])

    def points(self, part: slice) -> NDArray[np.object_]:
        """Return the id of the service point each case came to; None where nobody came."""
        nowhere = np.array(None, dtype=object)
        return np.where(self.channel[part] == IN_PERSON, self.places.points[self.place[part]], nowhere)


class ProcedureArrays:
    """The procedures of a catalog as arrays, one element a procedure."""

    def __init__(self, catalog: Catalog, profile: SimulationProfile, last: date) -> None:
        chosen = [each for each in catalog.procedures.values() if _decider(each.levels) and each.is_valid_on(last)]
        if not chosen:
            raise DataError(
                "there is no valid procedure that a province or a commune decides.", remedy="Add one to model/."
            )
        weights = np.array([profile.weight_of(each.code, focus=each.focus) for each in chosen])
        self.weights = weights / weights.sum()
        self.codes = np.array([each.code for each in chosen], dtype=object)
        self.chosen = chosen
        self.norm = np.array([int(sum(step.hours or 0 for step in each.steps) * HOUR) for each in chosen])
        """Microseconds of work that the steps allow; 0 where they state none."""
        self.by_province = np.array([Level.COMMUNE not in each.levels for each in chosen])
        offers = [[each.offer(Channel(channel)) for channel in CHANNELS] for each in chosen]
        self.offered = np.array([[offer is not None for offer in row] for row in offers])
        online = [row[ONLINE] for row in offers]
        self.whole_process = np.array([bool(offer and offer.whole_process) for offer in online])
        deadlines = [[offer.deadline if offer else None for offer in row] for row in offers]
        self._amount = np.array([[each.amount if each else 0 for each in row] for row in deadlines])
        self._unit = np.array([[UNITS.index(each.unit) if each else 0 for each in row] for row in deadlines])

    def deadlines(self, procedure: Indexes, channel: Indexes) -> tuple[Indexes, Indexes]:
        """Amount (0 for none) and unit of each case's deadline."""
        return self._amount[procedure, channel], self._unit[procedure, channel]


class PlaceArrays:
    """Where cases come from: the communes, or the province where it has none."""

    def __init__(self, catalog: Catalog) -> None:
        units = catalog.communes or tuple(catalog.units.values())
        if not units:
            raise DataError("local/units.csv names no units.", remedy="Fill it in, or scaffold the deployment anew.")
        self.province = catalog.settings.deployment.province
        self.units = np.array([unit.code for unit in units], dtype=object)
        served = {point.unit: point.id for point in catalog.points_of(PointKind.COMMUNE_POINT)}
        self.points = np.array([served.get(unit.code) for unit in units], dtype=object)


def _profile(catalog: Catalog) -> SimulationProfile:
    if catalog.profile is None:
        raise DataError(
            "model/evidence/simulation.yaml is missing, so nothing says what a plausible month is.",
            remedy="Add it to the package, or copy it from one that has it.",
        )
    return catalog.profile


def _decider(levels: tuple[Level, ...]) -> bool:
    return Level.COMMUNE in levels or Level.PROVINCE in levels
