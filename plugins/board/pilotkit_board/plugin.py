"""The hooks of ``board``. Pages are imported when the web application asks for them: most commands never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Page

_PACKAGE = "pilotkit_board"


@hookimpl
def register_pages() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_board.behind import show_cases
    from pilotkit_board.overview import show_overview
    from pilotkit_board.unit import show_unit
    from pilotkit_board.yardstick import show_kpi

    return (
        Page("board.overview", "/board", show_overview, _PACKAGE, Navigation("Targets", 40)),
        Page("board.unit", "/board/units/{unit}", show_unit, _PACKAGE),
        Page("board.kpi", "/board/kpis/{kpi}", show_kpi, _PACKAGE),
        Page("board.cases", "/board/cases", show_cases, _PACKAGE),
    )
