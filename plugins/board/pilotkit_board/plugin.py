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
    from pilotkit_board import behind, overview, unit, yardstick

    return (
        Page("board.overview", "/board", overview.show_overview, _PACKAGE, Navigation("Targets", 40)),
        Page("board.unit", "/board/units/{unit}", unit.show_unit, _PACKAGE),
        Page("board.kpi", "/board/kpis/{kpi}", yardstick.show_kpi, _PACKAGE),
        Page("board.cases", "/board/cases", behind.show_cases, _PACKAGE),
    )
