"""Files of what the pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import Download
from pilotkit_board.export_tables import SHEETS
from pilotkit_board.file_writers import FORMS, Printed
from pilotkit_board.query_parameters import UnanswerableError, asked_moment, echo, to_board, with_error_page

if TYPE_CHECKING:
    from pilotkit import View
    from pilotkit.pages import PageRequest


@with_error_page
def show_export(request: PageRequest) -> View | Download:
    """Show the table of one page as a file; the query is the page's own."""
    sheet, form = request.path["sheet"], request.path["form"]
    if sheet not in SHEETS or form not in FORMS:
        raise UnanswerableError(
            request.gettext("There is no file “%(name)s”.") % {"name": echo(f"{sheet}.{form}")},
            request.gettext("Open the page whose figures you want, and choose a file there."),
            choices=to_board(request),
        )
    table = SHEETS[sheet](request)
    printed = Printed(
        language=request.language,
        formats=request.formats,
        at=request.now,
        about_label=request.gettext("What this is of"),
        cut_words=request.gettext("{shown} of {total} rows; the other files have all of them."),
    )
    day = asked_moment(request).astimezone(request.zone).date()
    name = f"{request.deployment.settings.deployment.id}-{table.name}-{day.isoformat()}.{form}"
    return Download(FORMS[form].make(table, printed), FORMS[form].media_type, name)
