"""Why figures stand apart, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit_board.ranking import Reason

if TYPE_CHECKING:
    from pilotkit.pages import PageRequest
    from pilotkit_board.ranking import Comparison


def reason_words(request: PageRequest, reason: Reason, comparison: Comparison, minimum: int) -> str:
    """One reason in the visitor's language; ``minimum`` is how many cases the measure wants."""
    gettext = request.gettext
    with_kiosk = comparison.yardstick is not None and comparison.yardstick.has_kiosk
    return {
        Reason.DEFINITION: gettext("counted by another definition"),
        Reason.BOUNDARIES: gettext("counted under other boundaries"),
        Reason.AS_OF: gettext("as of another date"),
        Reason.PERIOD: gettext("counted from another first day on"),
        Reason.COMPLETENESS: gettext("it is more complete, or less"),
        Reason.LEVEL: gettext("not of the same tier of government"),
        Reason.MEANS: gettext("has no kiosk, unlike those that are ranked")
        if with_kiosk
        else gettext("has a kiosk, unlike those that are ranked"),
        Reason.TOO_FEW: gettext("fewer than %(minimum)s cases") % {"minimum": minimum},
    }[reason]
