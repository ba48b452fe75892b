"""A head signs the figures he answers for, sees what he signed beside what it is now, and what has come up to him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pilotkit import CaseError, Redirect, View
from pilotkit.figures import escalations
from pilotkit_board.figures import target_figure, worst_first
from pilotkit_board.query_parameters import latest_moment

if TYPE_CHECKING:
    from pilotkit.figures import Measures, SignedFigure, SignOffs
    from pilotkit.pages import PageRequest
    from pilotkit_board.figures import TargetFigure

SIGN = "kpi.sign"
SHOWN = 20
"""Sign-offs that are shown, the newest first."""


@dataclass(frozen=True)
class Wanting:
    """A figure that can be signed, and whether it has been."""

    figure: TargetFigure
    signed: SignedFigure | None
    """The last sign-off of this very target."""
    key: str
    """What its form is called, so that a mistake stands where it was made."""


def show_signing(request: PageRequest, mistaken: str = "") -> View:
    """Show what waits for the head's signature, the one that needs attention most first."""
    measures: Measures = request.measures
    moment = latest_moment(request)
    standings = measures.standings(moment)
    mine = [each for each in standings if each.head is not None and each.head.unit == request.authority.unit]
    office = mine[0].head if mine else request.catalog.head_of(request.authority.unit or "")
    signing = _sign_offs(request)
    history = signing.history()
    own = sorted((each for each in history if office and each.head == office.id), key=lambda each: -each.number)
    compared = signing.compared(own[:SHOWN])
    told = escalations(request.catalog, standings, history, moment)
    return View(
        "board/signing.html",
        {
            "office": office,
            "moment": moment,
            "wanting": [
                _wanting(each, compared) for each in worst_first(target_figure(request, each) for each in mine)
            ],
            "history": compared,
            "told": [each for each in told if office and office.id in {each.told, each.head}],
            "rules": request.catalog.escalations,
            "mistaken": mistaken,
            "just_signed": request.query.get("signed", ""),
            "is_simulated": measures.simulated_until is not None,
        },
        status=422 if mistaken else 200,
    )


def sign(request: PageRequest) -> View | Redirect:
    """Sign one figure, as it was shown.

    Raises:
        CaseError: the figure is no longer what was shown, or the form is not the page's.
        RefusedError: it is not for this account to sign.
    """
    posted = request.posted
    if posted.get("answers_for") != "yes":
        return show_signing(request, mistaken=posted.get("key"))
    try:
        as_of = datetime.fromisoformat(posted.get("as_of"))
        due = date.fromisoformat(posted.get("due")) if posted.get("due") else None
        seen = (int(posted.get("numerator")), int(posted.get("denominator")))
    except ValueError:
        raise CaseError("what was to be signed cannot be read.", remedy="Open the page anew and sign there.") from None
    if as_of.tzinfo is None:
        raise CaseError("what was to be signed has no instant.", remedy="Open the page anew and sign there.")
    signed = _sign_offs(request).sign(
        request.authority, posted.get("kpi"), posted.get("unit"),
        due=due, as_of=as_of, seen=seen, remark=posted.get("remark").strip() or None,
    )  # fmt: skip
    return Redirect(request.url("board.signing", signed=signed.number))


def _sign_offs(request: PageRequest) -> SignOffs:
    return request.sign_offs


def _wanting(figure: TargetFigure, compared: tuple[SignedFigure, ...]) -> Wanting:
    target, unit = figure.standing.target, figure.standing.unit
    signed = next((each for each in compared if each.signed.is_of(target, unit.valid_from)), None)
    return Wanting(figure, signed, f"{target.kpi}-{target.unit}-{target.due or 'open'}")
