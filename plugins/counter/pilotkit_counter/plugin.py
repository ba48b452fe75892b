"""The hooks of ``counter``. Pages are imported when the web application asks for them: most commands never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Page

_PACKAGE = "pilotkit_counter"
_READ, _RECEIVE = "case.read", "case.receive"


@hookimpl
def register_pages() -> tuple[Page, ...]:
    return (*_cases(), *_people())


def _cases() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_counter import apologies
    from pilotkit_counter import case_page as case
    from pilotkit_counter import personal_file_page as personal
    from pilotkit_counter import tracking_book as book
    from pilotkit_counter import work_list_page as work
    from pilotkit_counter import workload_page as outlook

    code = "/counter/cases/{code}"
    ahead = Navigation("Outlook", 54)
    return (
        Page(
            "counter.work", "/counter", work.show_work, _PACKAGE, Navigation("Work list", 50),
            act=work.move_many, permission=_READ,
        ),
        Page("counter.book", "/counter/book", book.print_book, _PACKAGE, permission=_READ),
        Page("counter.case", code, case.show_case, _PACKAGE, act=case.act_on_case, permission=_READ),
        Page("counter.file", f"{code}/file", personal.show_door, _PACKAGE, act=personal.open_file, permission=_READ),
        Page("counter.outlook", "/counter/outlook", outlook.show_outlook, _PACKAGE, ahead, permission="kpi.read"),
        Page(
            "counter.apologies", "/counter/late", apologies.show_apologies, _PACKAGE,
            act=apologies.act_on_apologies, permission="kpi.read",
        ),
    )  # fmt: skip


def _people() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_counter import queue_page as queue
    from pilotkit_counter import receive_page as receive

    take_in, tickets = Navigation("Receive", 51), Navigation("Queue", 52)
    return (
        Page(
            "counter.receive", "/counter/receive", receive.show_receive, _PACKAGE, take_in,
            act=receive.take_in, permission=_RECEIVE,
        ),
        Page(
            "counter.queue", "/counter/queue", queue.show_queue, _PACKAGE, tickets,
            act=queue.move_queue, permission=_RECEIVE,
        ),
        Page("counter.display", "/queue/{point}", queue.show_display, _PACKAGE),
    )  # fmt: skip
