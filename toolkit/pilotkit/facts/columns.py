"""The fact tables and their documented columns: all that a KPI's expression may name.

Types are DuckDB's names. An instant is a whole number of microseconds since 1970 in UTC. What a source does not say is
null, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

AS_OF = "{as_of}"
"""Stands in the SQL of a derived column for the as-of instant."""
BY_DAY = ("unit", "unit_from", "received_day")
"""The columns that a target is followed by: a fact table without them has no standing."""


@dataclass(frozen=True)
class Column:
    """One column of a fact table."""

    name: str
    type: str
    meaning: str
    sql: str = ""
    """How it follows from the columns before it; empty where it stands in the files as it is."""
    known_from: str = ""
    """The stored instant from which on it was known; before, it is null."""
    may_be_unknown: bool = False
    """Whether null there means that nobody has said, and not that there is nothing to say."""

    def sql_at(self, as_of: int, *, is_settled: bool = False) -> str:
        """How it follows from the columns before it, at an instant.

        Args:
            as_of: microseconds since 1970.
            is_settled: whether all that the files say of the rows was known then.
        """
        sql = self.sql.replace(AS_OF, str(int(as_of)))
        is_always = is_settled or not self.known_from
        return sql if is_always else f"CASE WHEN {self.known_from} <= {int(as_of)} THEN {sql} END"


@dataclass(frozen=True)
class Table:
    """One fact table: what a row is, what stands in its files, and what is computed for the as-of instant."""

    name: str
    key: str
    """The stored column that tells rows apart: of two rows with one key, the newer holds."""
    meaning: str
    stored: tuple[Column, ...]
    kept: tuple[Column, ...] = ()
    """Stored columns that only derived ones are made from; expressions cannot name them."""
    known: tuple[Column, ...] = ()
    """What was known at the as-of instant; made from stored columns."""
    derived: tuple[Column, ...] = ()
    """Made from stored and known columns."""
    instant: str | None = None
    """A row counts from this instant on; None where the table has no history."""
    day: str | None = None
    """The local day that ``since`` is held against."""
    clocks: tuple[str, ...] = ()
    """Stored instants that the as-of instant is held against even where nothing happens: when one of them passes, the
    row changes."""
    dimensions: tuple[str, ...] = field(default=())
    """What figures can be grouped by."""

    @property
    def columns(self) -> dict[str, Column]:
        """All that expressions may name, by name."""
        return {column.name: column for column in (*self.stored, *self.known, *self.derived)}


_BOOLEAN, _WHOLE, _TEXT, _DAY = "BOOLEAN", "BIGINT", "VARCHAR", "DATE"
_STANDS_IN = Column("unit", _TEXT, "The code of the unit it stands in.")
_OF_UNIT = (
    Column("unit_from", _DAY, "The first day of that unit: codes are reused, and name a unit only with it."),
    Column("province", _TEXT, "The code of the province that the unit is, or belongs to."),
)
"""What every row says of its unit beside the code."""

CASES = Table(
    name="cases",
    key="id",
    meaning="One row a case, in the state that all events so far have made of it.",
    stored=(
        Column("code", _TEXT, "The case's code."),
        Column("procedure", _TEXT, "The procedure's code."),
        Column("domain", _TEXT, "The procedure's field of administration."),
        Column("level", _TEXT, "The tier that decides: 'commune' or 'province'."),
        Column("focus", _BOOLEAN, "Whether the procedure is among those redesigned first."),
        Column("online_offered", _BOOLEAN, "Whether the procedure can be applied for online."),
        Column("whole_process_offered", _BOOLEAN, "Whether the procedure can be done without any visit."),
        Column("electronic_result", _BOOLEAN, "Whether its results are issued as signed electronic records; null where "
               "nobody has said so.", may_be_unknown=True),
        Column("reusable_documents", _WHOLE, "How many of its papers a register already knows."),
        Column("unit", _TEXT, "The code of the unit that decides."),
        *_OF_UNIT,
        Column("channel", _TEXT, "'in_person', 'online' or 'post'."),
        Column("received_at_point", _TEXT, "The service point that took it in; null when it came online."),
        Column("helped_at_point", _TEXT, "The service point where the person was helped."),
        Column("point_kind", _TEXT, "The kind of the point that took it in, such as 'kiosk'."),
        Column("helped_kind", _TEXT, "The kind of the point where the person was helped."),
        Column("whole_process", _BOOLEAN, "Whether nobody had to come."),
        Column("is_imported", _BOOLEAN, "Whether it comes from another system's log."),
        Column("received_at", _WHOLE, "When it was received."),
        Column("due_at", _WHOLE, "The legal deadline; null where none is published."),
        Column("norm_due_at", _WHOLE, "When the service norm of its steps runs out; null where there is none."),
        Column("promised_at", _WHOLE, "The appointment on the receipt."),
        Column("supplements", _WHOLE, "How often the person was asked for more."),
        Column("received_day", _DAY, "The local day it was received."),
        Column("month", _TEXT, "The local month it was received, like 2025-07."),
    ),
    kept=(
        Column("id", _WHOLE, "The case's number in the database."),
        Column("ended_at", _WHOLE, "When it ended, whenever that was."),
        Column("ended_day", _DAY, "The local day of that."),
        Column("ended_minutes", _WHOLE, "Working minutes from receipt to end."),
        Column("ended_as", _TEXT, "How it ended."),
        Column("stands_since", _WHOLE, "Since when its clocks have stood."),
        Column("handed_at", _WHOLE, "When the person got the result."),
        Column("attributes", _TEXT, "A JSON object of what the log of another system said."),
    ),
    known=(
        Column("finished_at", _WHOLE, "When it ended, as known at the as-of instant; null while open.",
               "ended_at", known_from="ended_at"),
        Column("finished_day", _DAY, "The local day it ended; null while open.",
               "ended_day", known_from="ended_at"),
        Column("working_minutes", _WHOLE, "Working minutes from receipt to end; null while open.",
               "ended_minutes", known_from="ended_at"),
        Column("outcome", _TEXT, "'finished', 'refused' or 'withdrawn'; null while open.",
               "ended_as", known_from="ended_at"),
        Column("waiting_since", _WHOLE, "Since when its clocks have stood; null while they run.",
               "stands_since", known_from="stands_since"),
        Column("returned_at", _WHOLE, "When the person got the result; null before.",
               "handed_at", known_from="handed_at"),
    ),
    derived=(
        Column("has_deadline", _BOOLEAN, "Whether a legal deadline is published.", "due_at IS NOT NULL"),
        Column("is_finished", _BOOLEAN, "Whether it had ended.", "finished_at IS NOT NULL"),
        Column("is_open", _BOOLEAN, "Whether it had not.", "finished_at IS NULL"),
        Column("is_waiting", _BOOLEAN, "Whether it was open and its clocks stood.",
               "finished_at IS NULL AND waiting_since IS NOT NULL"),
        Column(
            "is_late",
            _BOOLEAN,
            "Whether it ended, or its clock still ran, after its deadline; or was open after a second request.",
            f"COALESCE(COALESCE(finished_at, waiting_since, {AS_OF}) > due_at, FALSE) "
            "OR (finished_at IS NULL AND supplements > 1)",
        ),
        Column("is_on_time", _BOOLEAN, "Whether it ended by its deadline.", "COALESCE(finished_at <= due_at, FALSE)"),
        Column("is_within_norm", _BOOLEAN, "Whether it ended by the service norm.",
               "COALESCE(finished_at <= norm_due_at, FALSE)"),
        Column("is_extended", _BOOLEAN, "Whether another day was promised than the legal deadline.",
               "COALESCE(promised_at > due_at, FALSE)"),
        Column("is_returned", _BOOLEAN, "Whether the person had got the result.", "returned_at IS NOT NULL"),
    ),
    instant="received_at",
    day="received_day",
    clocks=("due_at",),
    dimensions=("unit", "unit_from", "province", "procedure", "domain", "channel", "month", "received_day"),
)  # fmt: skip

SUPPORT = Table(
    name="support",
    key="id",
    meaning="One row a time that somebody was helped or said how it was: a visit with a queue ticket, or the rating of "
    "a case. A visit has no score, and a rating no counter.",
    stored=(
        Column("kind", _TEXT, "'visit' or 'rating'."),
        Column("unit", _TEXT, "Of a visit the unit that the point stands in, of a rating the one that decides."),
        *_OF_UNIT,
        Column("point", _TEXT, "The service point of a visit."),
        Column("point_kind", _TEXT, "The kind of that point."),
        Column("procedure", _TEXT, "The procedure's code, where it was said."),
        Column("counter", _WHOLE, "The counter that called the ticket."),
        Column("is_priority", _BOOLEAN, "Whether the ticket was called before others; null for a rating."),
        Column("happened_at", _WHOLE, "When the ticket was taken or the rating given."),
        Column("score", _WHOLE, "From 1, not at all satisfied, to 5, very; null for a visit."),
        Column("received_day", _DAY, "The local day of that."),
        Column("month", _TEXT, "The local month of that, like 2025-07."),
    ),
    kept=(
        Column("id", _TEXT, "What tells rows apart."),
        Column("summoned_at", _WHOLE, "When the ticket was called last."),
        Column("ended_at", _WHOLE, "When the person had been served, or was given up."),
        Column("ended_as", _TEXT, "How the visit ended."),
        Column("waited", _WHOLE, "Seconds from taking the ticket to being called."),
        Column("served", _WHOLE, "Seconds from being called to being served."),
    ),
    known=(
        Column("called_at", _WHOLE, "When the ticket was called last; null while it waited.",
               "summoned_at", known_from="summoned_at"),
        Column("done_at", _WHOLE, "When the visit was over; null before.",
               "ended_at", known_from="ended_at"),
        Column("outcome", _TEXT, "'served' or 'skipped'; null before.",
               "ended_as", known_from="ended_at"),
        Column("waited_seconds", _WHOLE, "Seconds from taking the ticket to being called; null while it waited.",
               "waited", known_from="summoned_at"),
        Column("served_seconds", _WHOLE, "Seconds from being called to being served; null before.",
               "served", known_from="ended_at"),
    ),
    derived=(
        Column("is_waiting", _BOOLEAN, "Whether a ticket had not been called.", "kind = 'visit' AND called_at IS NULL"),
    ),
    instant="happened_at",
    day="received_day",
    dimensions=("unit", "unit_from", "province", "procedure", "month", "received_day", "point"),
)  # fmt: skip

PROCEDURES = Table(
    name="procedures",
    key="procedure",
    meaning="One row a procedure of the catalog, with what it offers. It has no history: it is as it is now.",
    stored=(
        Column("procedure", _TEXT, "The procedure's code."),
        Column("version", _WHOLE, "Its version."),
        Column("domain", _TEXT, "Its field of administration."),
        Column("by_commune", _BOOLEAN, "Whether communes decide it."),
        Column("by_province", _BOOLEAN, "Whether the province decides it."),
        Column("focus", _BOOLEAN, "Whether it is among those redesigned first."),
        Column("for_citizens", _BOOLEAN, "Whether citizens apply for it."),
        Column("for_business", _BOOLEAN, "Whether businesses apply for it."),
        Column("online_offered", _BOOLEAN, "Whether it can be applied for online."),
        Column("post_offered", _BOOLEAN, "Whether it can be applied for by post."),
        Column("whole_process_offered", _BOOLEAN, "Whether it can be done without any visit; null where not said.",
               may_be_unknown=True),
        Column("has_deadline", _BOOLEAN, "Whether a legal deadline is published for some channel."),
        Column("fees_published", _BOOLEAN, "Whether its fees are published for some channel."),
        Column("is_free", _BOOLEAN, "Whether it is free through every channel whose fees are published; null where "
               "none are.", may_be_unknown=True),
        Column("documents", _WHOLE, "How many papers it asks for."),
        Column("documents_published", _WHOLE, "How many papers the national portal lists; null where not known.",
               may_be_unknown=True),
        Column("reusable_documents", _WHOLE, "How many of its papers a register already knows."),
        Column("steps", _WHOLE, "How many steps it has."),
        Column("electronic_result", _BOOLEAN, "Whether its results are issued as signed electronic records; null where "
               "nobody has said so.", may_be_unknown=True),
        Column("has_form", _BOOLEAN, "Whether it can be filled in here, with a form of its own."),
        Column("certainty", _TEXT, "How sure its facts are: 'high', 'medium', 'low' or 'synthetic'."),
    ),
    dimensions=("procedure", "domain"),
)  # fmt: skip

POINTS = Table(
    name="points",
    key="point",
    meaning="One row a service point of the catalog. It has no history: it is as it is now.",
    stored=(
        Column("point", _TEXT, "The point's id."),
        Column("kind", _TEXT, "Such as 'centre', 'commune_point' or 'kiosk'."),
        _STANDS_IN,
        *_OF_UNIT,
        Column("status", _TEXT, "'open', 'planned' or 'closed'."),
        Column("counters", _WHOLE, "How many counters it has; null where not known.", may_be_unknown=True),
        Column("hours_published", _BOOLEAN, "Whether its opening hours are known."),
        Column("always_open", _BOOLEAN, "Whether it is open around the clock; null where its hours are not known.",
               may_be_unknown=True),
        Column("online", _BOOLEAN, "Whether one can apply online there."),
        Column("has_place", _BOOLEAN, "Whether it is known where it stands on the map."),
        Column("staff", _WHOLE, "How many people serve there; null where not known.", may_be_unknown=True),
        Column("certainty", _TEXT, "How sure its facts are: 'high', 'medium', 'low' or 'synthetic'."),
    ),
    dimensions=("unit", "unit_from", "province"),
)  # fmt: skip

PEOPLE = Table(
    name="people",
    key="id",
    meaning="One row a role at a service point: how many serve there, beside how many the norm asks for. No person.",
    stored=(
        Column("point", _TEXT, "The service point's id."),
        Column("point_kind", _TEXT, "Its kind."),
        _STANDS_IN,
        *_OF_UNIT,
        Column("role", _TEXT, "The role's id."),
        Column("staff", _WHOLE, "How many serve in it; null where the norm asks for some and nobody has said.",
               may_be_unknown=True),
        Column("minimum", _WHOLE, "How many the norm asks for; null where it asks for none."),
        Column("certainty", _TEXT, "How sure the count is; null where there is none."),
    ),
    kept=(Column("id", _TEXT, "Point and role."),),
    derived=(
        Column("is_enough", _BOOLEAN, "Whether there are at least as many as the norm asks for; null where either is "
               "not known.", "staff >= minimum", may_be_unknown=True),
    ),
    dimensions=("unit", "unit_from", "province"),
)  # fmt: skip

TABLES = {table.name: table for table in (CASES, SUPPORT, PROCEDURES, POINTS, PEOPLE)}
