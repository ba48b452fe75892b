"""What the portal adds to a deployment: its pages, imported when the web application asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Page

_PACKAGE = "pilotkit_portal"


@hookimpl
def register_pages() -> tuple[Page, ...]:
    """Offer search, procedures, service points and help; then applying, and tracking a case."""
    return (*_finding(), *_applying(), *_following())


def _finding() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_portal import pages

    return (
        Page("portal.home", "/", pages.show_home, _PACKAGE),
        Page("portal.search", "/procedures", pages.show_search, _PACKAGE, Navigation("Procedures", 10)),
        Page("portal.procedure", "/procedures/{code}", pages.show_procedure, _PACKAGE),
        Page("portal.points", "/points", pages.show_points, _PACKAGE, Navigation("Service points", 20)),
        Page("portal.point", "/points/{id}", pages.show_point, _PACKAGE),
        Page("portal.help", "/help", pages.show_help, _PACKAGE, Navigation("Help", 30)),
    )


def _applying() -> tuple[Page, ...]:
    from pilotkit import Page
    from pilotkit_portal import apply

    draft = "/apply/{token}"
    return (
        Page("portal.apply", "/procedures/{code}/apply", apply.show_start, _PACKAGE, act=apply.start),
        Page("portal.draft", draft, apply.show_draft, _PACKAGE, is_private=True),
        Page("portal.you", f"{draft}/you", apply.show_you, _PACKAGE, act=apply.save_you),
        Page(
            "portal.questions", f"{draft}/questions/{{page}}", apply.show_questions, _PACKAGE, act=apply.save_questions
        ),
        Page("portal.documents", f"{draft}/documents", apply.show_documents, _PACKAGE, act=apply.save_documents),
        Page("portal.check", f"{draft}/check", apply.show_check, _PACKAGE, act=apply.send),
        Page("portal.sent", f"{draft}/sent", apply.show_sent, _PACKAGE, is_private=True),
    )


def _following() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_portal import tracking as track

    own = "/track/{code}/{key}"
    ask = Navigation("Follow a case", 15)
    return (
        Page("portal.track", "/track", track.show_track, _PACKAGE, ask, act=track.open_track),
        Page("portal.tracked", "/track/{code}", track.show_tracked, _PACKAGE, act=track.open_tracked),
        Page("portal.followed", own, track.show_followed, _PACKAGE, act=track.rate),
        Page("portal.supplement", f"{own}/supplement", track.show_supplement, _PACKAGE, act=track.answer_supplement),
        Page("portal.payment", f"{own}/payment", track.show_payment, _PACKAGE, act=track.check_payment),
        Page("portal.withdrawal", f"{own}/withdrawal", track.show_withdrawal, _PACKAGE, act=track.withdraw),
        Page("portal.file", f"{own}/files/{{id}}", track.show_file, _PACKAGE, act=track.take_file),
    )
