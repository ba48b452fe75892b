"""Files of what the pages show."""

from __future__ import annotations

from pilotkit import Download, View, Visit
from pilotkit_board.asking import UnanswerableError, answering, asked_moment, echo, to_board
from pilotkit_board.exporting import FORMS, Printed
from pilotkit_board.sheets import SHEETS


@answering
def show_export(visit: Visit) -> View | Download:
    """The table of one page as a file; the query is the page's own."""
    sheet, form = visit.path["sheet"], visit.path["form"]
    if sheet not in SHEETS or form not in FORMS:
        raise UnanswerableError(
            visit.gettext("There is no file “%(name)s”.") % {"name": echo(f"{sheet}.{form}")},
            visit.gettext("Open the page whose figures you want, and choose a file there."),
            choices=to_board(visit),
        )
    table = SHEETS[sheet](visit)
    printed = Printed(
        language=visit.language,
        formats=visit.formats,
        at=visit.now,
        about_label=visit.gettext("What this is of"),
        cut_words=visit.gettext("{shown} of {total} rows; the other files have all of them."),
    )
    day = asked_moment(visit).astimezone(visit.zone).date()
    name = f"{visit.deployment.settings.deployment.id}-{table.name}-{day.isoformat()}.{form}"
    return Download(FORMS[form].make(table, printed), FORMS[form].media_type, name)
