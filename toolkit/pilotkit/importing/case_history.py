"""The rows of one case become its events, and the events its state, in the columns that storage keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import to_json

from pilotkit.casework.clocks import Clocks
from pilotkit.catalog.catalog import Catalog
from pilotkit.importing.case_progress import CaseProgress
from pilotkit.importing.code_mapping import CodeMapper, typed
from pilotkit.importing.mapping import Mapping
from pilotkit.importing.sorted_rows import Staged
from pilotkit.importing.timestamps import TimestampParser, iso, moment
from pilotkit.model.case import CaseStatus, EventKind
from pilotkit.model.procedure import Channel, Procedure

LONGEST_CODE = 100
_KIND_OF = {
    CaseStatus.PROCESSING: EventKind.ADVANCED,
    CaseStatus.SUPPLEMENT_REQUESTED: EventKind.SUPPLEMENT_REQUESTED,
    CaseStatus.PAYMENT_REQUESTED: EventKind.PAYMENT_REQUESTED,
    CaseStatus.STOPPED: EventKind.STOPPED,
    CaseStatus.REFUSED: EventKind.REFUSED,
    CaseStatus.WITHDRAWN: EventKind.WITHDRAWN,
    CaseStatus.FINISHED: EventKind.FINISHED,
    CaseStatus.RETURNED: EventKind.RETURNED,
}
_FIRST = (EventKind.RECEIVED, EventKind.ADVANCED)


class History(NamedTuple):
    """A whole case, ready to be written."""

    state: dict[str, Any]
    """Fields of a case; instants in microseconds."""
    events: list[tuple[str, int, str]]
    """Kind, microseconds, and the changes as JSON."""
    attributes: str
    """A JSON object."""


class CaseHistories:
    """Tells the history of one case after another.

    Args:
        catalog: codes, names and rules that are ours.
        mapping: how the log is read.
        place: where a column stands.
        header: the log's columns.
        instants: reads its points in time.
        keep: keeps a procedure, and answers with the digest that names it.
        until: the present in microseconds.

    Raises:
        ValueError: two columns would become the same attribute.
    """

    def __init__(
        self,
        catalog: Catalog,
        mapping: Mapping,
        place: Callable[[str], int],
        header: tuple[str, ...],
        instants: TimestampParser,
        keep: Callable[[Procedure], str],
        until: int,
    ) -> None:
        self._catalog, self._mapping, self._keep = catalog, mapping, keep
        self._until = until
        self._read = lru_cache(maxsize=1024)(instants.read)  # a case says its deadline in every row
        self._words = CodeMapper(catalog, mapping)
        self._places = {ours: place(theirs) for ours, theirs in mapping.columns.mapped().items()}
        self._attributes = mapping.attribute_columns(header)
        self._types = {
            name: mapping.attributes.types.get(header[at], mapping.attributes.types.get(name, "text"))
            for name, at in self._attributes.items()
        }

    def code(self, case: str) -> str:
        """Return the code of a case of the log.

        Raises:
            ValueError: it cannot be one.
        """
        code = self._mapping.defaults.prefix + case
        if len(code) > LONGEST_CODE or not code.isprintable():
            raise ValueError(
                f"'{code:.40}' cannot be a case's code: more than {LONGEST_CODE} characters, or unprintable"
            )
        return code

    def tell(self, rows: Sequence[Staged]) -> History:
        """Return the history in these rows, which are sorted by time.

        Raises:
            ValueError: it cannot be told, and why.
        """
        told = [(row, kind) for row in rows if (kind := self._mapped(row.cells)) != "ignore"]
        if not told:
            raise ValueError("every row of this case is ignored")
        told.sort(key=lambda each: (each[0].at, each[1] is not EventKind.RECEIVED))
        events, status = self._received(rows, *told[0])
        self._go_on(events, told, status)
        self._end(events, rows)
        return History(events.state, events.told, self._attributes_of(rows))

    def _received(self, rows: Sequence[Staged], first: Staged, kind: Any) -> tuple[CaseProgress, str]:
        procedure = self._catalog.procedures[self._said(rows, "procedure", self._words.procedure)]
        channel: Channel = self._said(rows, "channel", self._words.channel)
        offer, point = procedure.offer(channel), self._point(rows)
        assert first.at is not None  # noqa: S101  # rows without an instant have a problem and are not told
        step = self._step(first.cells, kind)
        clocks = None
        if self._mapping.defaults.due == "rules" and "due" not in self._places:
            clocks = Clocks(self._catalog.working_time, procedure, channel, moment(first.at))
        state = {
            "code": self.code(first.code), "procedure": procedure.code, "procedure_version": procedure.version,
            "procedure_digest": self._keep(procedure), "channel": channel.value, "status": CaseStatus.ACCEPTED.value,
            "step": step or (procedure.steps[0].id if procedure.steps else None),
            "unit": self._said(rows, "unit", self._words.unit), "received_at_point": point, "helped_at_point": point,
            "whole_process": channel is Channel.ONLINE and bool(offer and offer.whole_process),
            "received_at": first.at, "due_at": self._due(rows), "supplements": 0,
        }  # fmt: skip
        progress = CaseProgress(state, clocks)
        status = self._cell(first.cells, "status")
        own = kind or (_KIND_OF.get(self._words.status(status)) if status else None)
        if own not in (*_FIRST, None):
            progress.add(own, first.at, None)
        return progress, status

    def _go_on(self, progress: CaseProgress, told: list[tuple[Staged, Any]], before: str) -> None:
        for row, mapped in told[1:]:
            status = self._cell(row.cells, "status")
            kind = mapped
            if kind is None and status and status != before:
                kind = _KIND_OF.get(self._words.status(status))
            before = status or before
            more: dict[str, Any] = {"due_at": due} if (due := self._instant(row.cells, "due")) is not None else {}
            if kind is EventKind.TRANSFERRED and (unit := self._cell(row.cells, "unit")):
                more["unit"] = self._words.unit(unit)
            progress.add(
                EventKind.ADVANCED if kind in (EventKind.RECEIVED, None) else kind,
                row.at or 0, self._step(row.cells, kind), more,
            )  # fmt: skip

    def _end(self, progress: CaseProgress, rows: Sequence[Staged]) -> None:
        """Add what the log says of the case as a whole, where its rows have not said it."""
        if progress.has_ended:
            return
        finished = next((at for row in rows if (at := self._instant(row.cells, "finished")) is not None), None)
        word = next((word for row in reversed(rows) if (word := self._cell(row.cells, "final_status"))), "")
        status = self._words.status(word) if word else None
        kind = _KIND_OF.get(status) if status and status.value != progress.state["status"] else None
        if finished is not None:
            if not progress.state["received_at"] <= finished <= self._until:
                raise ValueError(f"'{iso(finished)}' is not between the case's receipt and now, and cannot be its end")
            ends = (EventKind.REFUSED, EventKind.WITHDRAWN, EventKind.RETURNED)
            progress.add(kind if kind in ends else EventKind.FINISHED, finished, None, {"finished_at": finished})
        elif kind is not None:
            progress.add(kind, progress.last, None)

    def _mapped(self, cells: Sequence[str]) -> Any:
        return self._mapping.values.activity.get(self._cell(cells, "activity"))

    def _step(self, cells: Sequence[str], kind: EventKind | None) -> str | None:
        activity = self._cell(cells, "activity")
        own = activity if kind in (EventKind.ADVANCED, None) else ""
        return self._mapping.values.step.get(activity) or own or None

    def _said(self, rows: Sequence[Staged], what: str, meaning: Callable[[str], Any]) -> Any:
        """Return what the first row that says it says, in our words."""
        place = self._places.get(what)
        word = "" if place is None else rows[0].cells[place].strip() or self._first(rows, place)
        default = getattr(self._mapping.defaults, what)
        if not word and default is None:
            raise ValueError(f"there is no {what}, and [defaults] has none")
        return meaning(word or default)

    def _first(self, rows: Sequence[Staged], place: int) -> str:
        return next((word for row in rows if (word := row.cells[place].strip())), "")

    def _point(self, rows: Sequence[Staged]) -> str | None:
        has_one = any(self._cell(row.cells, "point") for row in rows) or self._mapping.defaults.point
        return self._said(rows, "point", self._words.point) if has_one else None

    def _due(self, rows: Sequence[Staged]) -> int | None:
        return next((due for row in rows if (due := self._instant(row.cells, "due")) is not None), None)

    def _instant(self, cells: Sequence[str], what: str) -> int | None:
        word = self._cell(cells, what)
        return self._read(word) if word else None

    def _cell(self, cells: Sequence[str], what: str) -> str:
        place = self._places.get(what)
        return cells[place].strip() if place is not None else ""

    def _attributes_of(self, rows: Sequence[Staged]) -> str:
        """Each attribute as the last row that has it says it."""
        said: dict[str, Any] = {}
        for name, place in self._attributes.items():
            word = rows[-1].cells[place] or next((row.cells[place] for row in reversed(rows) if row.cells[place]), "")
            if word:
                said[name] = typed(word, self._types[name])
        return to_json(said).decode()
