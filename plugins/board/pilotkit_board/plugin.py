"""The hooks of ``board``. Pages are imported when the web application asks for them: most commands never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Check, Page

_PACKAGE = "pilotkit_board"
WATCH = "kpi.read"
"""The permission to see the operations centre: what is deployed is for whoever steers it, not for everybody."""


@hookimpl
def register_pages() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_board.case_list import show_cases
    from pilotkit_board.comparison_page import show_comparison
    from pilotkit_board.export_page import show_export
    from pilotkit_board.kpi_page import show_kpi
    from pilotkit_board.operations_wall import show_stream, show_wall
    from pilotkit_board.overview import show_overview
    from pilotkit_board.signoff_page import SIGN, show_signing, sign
    from pilotkit_board.unit_page import show_unit

    return (
        Page("board.overview", "/board", show_overview, _PACKAGE, Navigation("Targets", 40)),
        Page("board.unit", "/board/units/{unit}", show_unit, _PACKAGE),
        Page("board.kpi", "/board/kpis/{kpi}", show_kpi, _PACKAGE),
        Page("board.cases", "/board/cases", show_cases, _PACKAGE),
        Page("board.comparison", "/board/comparison", show_comparison, _PACKAGE),
        Page("board.export", "/board/export/{sheet}.{form}", show_export, _PACKAGE),
        Page(
            "board.signing", "/board/signing", show_signing, _PACKAGE, Navigation("Sign off", 42),
            act=sign, permission=SIGN,
        ),
        Page("board.wall", "/operations", show_wall, _PACKAGE, Navigation("Operations", 45), permission=WATCH),
        Page("board.stream", "/operations/stream", show_stream, _PACKAGE, permission=WATCH),
    )  # fmt: skip


@hookimpl
def register_checks() -> tuple[Check, ...]:
    from pilotkit import Check
    from pilotkit_board.checks import check_rules

    return (Check("operations-rules", "Can the rules of the operations centre be used?", check_rules),)
