"""What a page shows as a table that can be taken away, with what is needed to know what its figures are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pilotkit_board.case_list import asked_cases
from pilotkit_board.comparison_page import compared_units
from pilotkit_board.figures import target_figure, worst_first
from pilotkit_board.query_parameters import asked_moment, known_kpi, known_unit
from pilotkit_board.reasons import reason_words
from pilotkit_board.source_rows import cell_of, names_of

if TYPE_CHECKING:
    from pilotkit import Kpi
    from pilotkit.figures import KpiValue, Measures, TargetReport
    from pilotkit.pages import PageRequest

Kind = Literal["text", "count", "percent", "day", "moment"]
Cell = str | int | Decimal | date | datetime | None


@dataclass(frozen=True)
class Column:
    """One column."""

    key: str
    """What programs call it: the same in every language."""
    label: str
    """What people read."""
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """A table with what it is of."""

    name: str
    """Part of the file's name."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: tuple[tuple[str, str, str], ...]
    """Key, label and text: definition, as-of, boundaries, source and whether it is simulated."""


def targets(request: PageRequest) -> Sheet:
    """Every unit's target of one measure, the one that needs attention most first."""
    moment, measures = asked_moment(request), _measures(request)
    standings = measures.standings(moment)
    targeted = {each.kpi.id: each.kpi for each in standings}
    kpi = known_kpi(request, request.query.get("kpi") or next(iter(targeted), ""), targeted)
    mine = [target_figure(request, each) for each in standings if each.kpi.id == kpi.id]
    ordered = [*(each for each in mine if each.standing.unit.level == "province")]
    ordered += worst_first(each for each in mine if each.standing.unit.level != "province")
    rows = tuple(_target_row(request, each.standing) for each in ordered)
    return Sheet(
        f"targets-{kpi.id}", request.text(kpi.name), _target_columns(request), rows, _about(request, moment, [kpi])
    )


def unit(request: PageRequest) -> Sheet:
    """Every target of one unit."""
    moment, measures = asked_moment(request), _measures(request)
    place = known_unit(request, request.query.get("unit", ""))
    mine = [target_figure(request, each) for each in measures.standings(moment) if each.unit.key == place.key]
    rows = tuple(_target_row(request, each.standing) for each in worst_first(mine))
    kpis = [each.kpi for each in mine]
    return Sheet(f"unit-{place.code}", place.name, _target_columns(request), rows, _about(request, moment, kpis))


def measure(request: PageRequest) -> Sheet:
    """One measure by month and by procedure."""
    moment, measures, gettext = asked_moment(request), _measures(request), request.gettext
    kpi = known_kpi(request, request.query.get("kpi", ""))
    found = [
        *measures.values([kpi.id], by="month", as_of=moment),
        *(each for each in measures.values([kpi.id], by="procedure", as_of=moment) if each.procedure),
    ]
    columns = (
        Column("month", gettext("Month received")),
        Column("procedure", gettext("Procedure")),
        Column("procedure_name", gettext("Name")),
        *_value_columns(request),
    )
    names = request.catalog.procedures
    rows = tuple(
        (each.month, each.procedure, _name(request, names.get(each.procedure or "")), *_value_cells(request, kpi, each))
        for each in found
    )
    return Sheet(f"measure-{kpi.id}", request.text(kpi.name), columns, rows, _about(request, moment, [kpi]))


def comparison(request: PageRequest) -> Sheet:
    """Units side by side: ranked, or apart with the reason."""
    gettext, compared = request.gettext, compared_units(request)
    columns = (
        Column("rank", gettext("Rank"), "count"),
        Column("unit", gettext("Code")),
        Column("unit_name", gettext("Unit")),
        *_value_columns(request),
        Column("not_ranked_because", gettext("Not ranked because")),
    )
    ranked = [(each.rank, each.row, "") for each in compared.comparison.ranked]
    apart = [
        (
            None,
            each.row,
            "; ".join(
                reason_words(request, reason, compared.comparison, compared.kpi.minimum) for reason in each.reasons
            ),
        )
        for each in compared.comparison.apart
    ]
    rows = tuple(
        (rank, row.unit.code, row.unit.name, *_value_cells(request, compared.kpi, row.value), why or None)
        for rank, row, why in [*ranked, *apart]
    )
    about = _about(request, asked_moment(request), [compared.kpi])
    return Sheet(f"comparison-{compared.kpi.id}", request.text(compared.kpi.name), columns, rows, about)


MOST_CASES = 100_000
"""Cases of one file; the file says where there are more."""
MOST_FOR_EVERYBODY = 2_000
"""For whoever has not signed in to see KPIs: making a large file is work that not everybody may ask for."""


def cases(request: PageRequest) -> Sheet:
    """Return the cases behind one part of a number."""
    gettext = request.gettext
    kpi, part, asked = asked_cases(request)
    most = MOST_CASES if request.authority.may("kpi.read") else MOST_FOR_EVERYBODY
    found = _measures(request).cases(kpi.id, part=part, limit=most, **asked)
    if kpi.of != "cases":
        names = names_of(found.rows)
        cells = [[cell_of(request, name, row[name]) for name in names] for row in found.rows]
        columns = tuple(Column(name, name, _kind([row[at] for row in cells])) for at, name in enumerate(names))
        return Sheet(f"rows-{kpi.id}-{part}", request.text(kpi.name), columns, tuple(map(tuple, cells)),
                     _about(request, asked["as_of"], [kpi]))  # fmt: skip
    columns = (
        Column("case", gettext("Case")),
        Column("procedure", gettext("Procedure")),
        Column("unit", gettext("Unit that decides")),
        Column("channel", gettext("How it came")),
        Column("received_at", gettext("Received"), "moment"),
        Column("due_at", gettext("Due"), "moment"),
        Column("finished_at", gettext("Finished"), "moment"),
        Column("is_late", gettext("Late")),
    )
    rows = tuple(
        (
            row["code"],
            row["procedure"],
            row["unit"],
            row["channel"],
            _instant(request, row["received_at"]),
            _instant(request, row["due_at"]),
            _instant(request, row["finished_at"]),
            gettext("yes") if row["is_late"] else gettext("no"),
        )
        for row in found.rows
    )
    about = [*_about(request, asked["as_of"], [kpi]), ("part", gettext("Part of the number"), part)]
    if asked["since"]:
        about.append(("since", gettext("Counted from"), request.formats.day(asked["since"])))
    if found.total > len(rows):
        cut = gettext("%(shown)s of %(total)s cases, the newest") % {"shown": len(rows), "total": found.total}
        about.append(("cut", gettext("Not all of it"), cut))
    return Sheet(f"cases-{kpi.id}-{part}", request.text(kpi.name), columns, rows, tuple(about))


def _kind(cells: Iterable[Cell]) -> Kind:
    kinds: dict[type, Kind] = {int: "count", datetime: "moment", date: "day"}
    return next((kinds.get(type(cell), "text") for cell in cells if cell is not None), "text")


SHEETS: Mapping[str, Callable[[PageRequest], Sheet]] = {
    "targets": targets,
    "unit": unit,
    "measure": measure,
    "comparison": comparison,
    "cases": cases,
}


def _measures(request: PageRequest) -> Measures:
    measures: Measures = request.measures
    return measures


def _target_columns(request: PageRequest) -> tuple[Column, ...]:
    gettext = request.gettext
    return (
        Column("kpi", gettext("Measure")),
        Column("unit", gettext("Code")),
        Column("unit_name", gettext("Unit")),
        Column("head", gettext("Who answers for it")),
        *_value_columns(request),
        Column("goal", gettext("Goal"), "percent"),
        Column("status", gettext("Status")),
        Column("assigned", gettext("Counted from"), "day"),
        Column("due", gettext("Due"), "day"),
        Column("forecast", gettext("Forecast for the due date"), "percent"),
        Column("forecast_low", gettext("Forecast, at least"), "percent"),
        Column("forecast_high", gettext("Forecast, at most"), "percent"),
    )


def _target_row(request: PageRequest, standing: TargetReport) -> tuple[Cell, ...]:
    target, place = standing.target, standing.unit
    return (
        request.text(standing.kpi.name),
        place.code,
        place.name,
        standing.head.office if standing.head else None,
        *_value_cells(request, standing.kpi, standing.value),
        target.goal,
        status_word(request, standing.status),
        target.assigned,
        target.due,
        standing.outlook.forecast,
        standing.outlook.lower,
        standing.outlook.upper,
    )


def status_word(request: PageRequest, status: str) -> str:
    """Return a status in words."""
    gettext = request.gettext
    return {
        "met": gettext("Met"),
        "on_track": gettext("On track"),
        "at_risk": gettext("At risk"),
        "missed": gettext("Missed"),
        "not_measurable": gettext("Cannot be measured yet"),
    }[status]


def _value_columns(request: PageRequest) -> tuple[Column, ...]:
    """Each row says by itself what its figure is of: rows of one table may differ."""
    gettext = request.gettext
    return (
        Column("numerator", gettext("Counted"), "count"),
        Column("denominator", gettext("Among"), "count"),
        Column("percent", gettext("Share"), "percent"),
        Column("amount", gettext("Value"), "count"),
        Column("measured_in", gettext("Measured in")),
        Column("definition", gettext("Definition")),
        Column("boundaries", gettext("Boundaries")),
        Column("as_of", gettext("As of"), "moment"),
        Column("completeness", gettext("Completeness"), "percent"),
    )


def _value_cells(request: PageRequest, kpi: Kpi, value: KpiValue) -> tuple[Cell, ...]:
    gettext = request.gettext
    units = {"minutes": gettext("minutes"), "seconds": gettext("seconds")}
    return (
        value.numerator if value.statistic == "share" else None,
        value.denominator,
        value.percent,
        value.amount,
        units.get(kpi.unit),
        f"{value.kpi}@{value.definition_hash}",
        value.location_version,
        value.as_of,
        value.completeness,
    )


def _counted(kpi: Kpi) -> str:
    if kpi.statistic == "share":
        weight = f" × ({kpi.weight})" if kpi.weight else ""
        return f"({kpi.numerator}){weight} / ({kpi.denominator}){weight}"
    return f"{kpi.fraction} quantile of ({kpi.value}) / ({kpi.denominator})"


def _about(request: PageRequest, moment: datetime, kpis: Iterable[Kpi]) -> tuple[tuple[str, str, str], ...]:
    gettext, chosen = request.gettext, list({each.id: each for each in kpis}.values())
    found = [
        ("deployment", gettext("Of"), request.text(request.deployment.settings.deployment.name)),
        ("as_of", gettext("As of"), request.formats.moment(moment.astimezone(request.zone))),
        ("boundaries", gettext("Boundaries"), request.catalog.location_version),
    ]
    for kpi in chosen:
        names = f"{request.text(kpi.name)}: {request.text(kpi.numerator_name)} / {request.text(kpi.denominator_name)}"
        found.append((f"definition_{kpi.id}", gettext("Definition"), f"{kpi.id}@{kpi.definition_hash}. {names}"))
        counted = _counted(kpi)
        found.append((f"counted_{kpi.id}", gettext("How it is counted"), counted))
        source = request.catalog.sources.get(kpi.reference or "")
        if source is not None:
            found.append((f"source_{kpi.id}", gettext("Source"), request.text(source.title)))
    if _measures(request).simulated_until is not None:
        found.append(
            (
                "simulated",
                gettext("simulated"),
                gettext(
                    "These cases were made up to show how the board works. They say nothing about any real office."
                ),
            )
        )
    return tuple(found)


def _name(request: PageRequest, procedure: object) -> str | None:
    return request.text(procedure.name) if procedure is not None else None  # type: ignore[attr-defined]


def _instant(request: PageRequest, microseconds: int | None) -> datetime | None:
    return None if microseconds is None else datetime.fromtimestamp(microseconds / 1_000_000, request.zone)
