"""What everybody may know: procedures, forms, service points, units, figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from pilotkit.api.dependencies import State
from pilotkit.api.paging import PageOf, WantedPage
from pilotkit.api.problems import PROBLEMS
from pilotkit.api.text_types import Code, Words
from pilotkit.errors import UnknownError
from pilotkit.measures.measures import Measures
from pilotkit.model.codes import CodeList
from pilotkit.model.form import Form
from pilotkit.model.kpi import Kpi, KpiValue
from pilotkit.model.location import AdministrativeUnit, PointKind, ServicePoint
from pilotkit.model.procedure import Channel, Procedure
from pilotkit.model.text import search_form

router = APIRouter(tags=["catalog"], responses=PROBLEMS)
Question = Annotated[Words, Query()]


@router.get("/procedures")
def list_procedures(
    *,
    here: State,
    wanted: WantedPage,
    q: Question = "",
    domain: Question = "",
    channel: Channel | None = None,
    focus: bool | None = None,
) -> PageOf[Procedure]:
    """Procedures, narrowed by words of their name, by field, by channel, or to those redesigned first."""
    words = search_form(q).split()
    return wanted.of(
        [
            each
            for each in here.catalog.procedures.values()
            if (not domain or each.domain == domain)
            and (channel is None or channel in each.offers)
            and (focus is None or each.focus is focus)
            and _has(each, words)
        ]
    )


def _has(procedure: Procedure, words: list[str]) -> bool:
    if not words:
        return True
    text = search_form(" ".join((procedure.code, *procedure.name.root.values(), *procedure.terms)))
    return all(word in text for word in words)


@router.get("/procedures/{code}")
def read_procedure(here: State, code: Code) -> Procedure:
    """One procedure: deadline, fees, documents, steps and results through each channel."""
    return here.catalog.procedure(code)


@router.get("/procedures/{code}/form")
def read_form(here: State, code: Code) -> Form:
    """Return what the procedure asks besides the person's own details."""
    form = here.catalog.forms.get(here.catalog.procedure(code).form or "")
    if form is None:
        raise UnknownError(f"procedure {code} asks nothing more.", remedy="Send the person's details alone.")
    return form


@router.get("/points")
def list_points(
    here: State, wanted: WantedPage, unit: Question = "", kind: PointKind | None = None
) -> PageOf[ServicePoint]:
    """Service points, narrowed by unit and kind."""
    points = here.catalog.points.values()
    return wanted.of(
        [each for each in points if (not unit or each.unit == unit) and (kind is None or each.kind is kind)]
    )


@router.get("/points/{id}")
def read_point(here: State, id: Code) -> ServicePoint:  # noqa: A002  # the parameter's name in the address
    """One service point."""
    return here.catalog.point(id)


@router.get("/units")
def list_units(here: State, wanted: WantedPage) -> PageOf[AdministrativeUnit]:
    """Return the province and its communes."""
    return wanted.of(list(here.catalog.units.values()))


@router.get("/units/{code}")
def read_unit(here: State, code: Code) -> AdministrativeUnit:
    """One administrative unit."""
    return here.catalog.unit(code)


@router.get("/code-lists")
def list_code_lists(here: State) -> tuple[CodeList, ...]:
    """Return the country's own codes for what pilotkit calls by words, such as the statuses of a case."""
    return tuple(here.catalog.code_lists.values())


@router.get("/kpis")
def list_kpis(here: State) -> tuple[Kpi, ...]:
    """Return what is measured, with its definition."""
    return tuple(here.catalog.kpis.values())


@router.get("/kpis/{id}/values")
def read_values(
    here: State,
    id: Code,  # noqa: A002  # the parameter's name in the address
    by: Literal["unit", "procedure", "month"] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> tuple[KpiValue, ...]:
    """One KPI as numerator and denominator, in total and in every group; each value says as of when and of what."""
    kpi = here.catalog.kpi(id)
    measures = Measures(here.services.deployment, here.services.store)
    as_of = measures.end_of(until) if until else measures.present(here.now())
    return measures.values([kpi.id], by=by, since=since, as_of=as_of)
