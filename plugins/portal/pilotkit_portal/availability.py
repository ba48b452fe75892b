"""Can this procedure be applied for here, now, online? If not, why not."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pilotkit import Channel

if TYPE_CHECKING:
    from pilotkit import Procedure
    from pilotkit.pages import PageRequest


class Closed(StrEnum):
    """Why nobody can apply online."""

    NOT_OFFERED = "not_offered"
    ENDED = "ended"
    NOT_YET = "not_yet"
    NOT_SET_UP = "not_set_up"
    """The deployment has no keys to keep personal data with."""


def why_closed(request: PageRequest, procedure: Procedure) -> Closed | None:
    """Return what stands in the way; None where one can apply."""
    if procedure.offer(Channel.ONLINE) is None:
        return Closed.NOT_OFFERED
    if procedure.valid_to is not None and procedure.valid_to < request.today:
        return Closed.ENDED
    if procedure.valid_from is not None and procedure.valid_from > request.today:
        return Closed.NOT_YET
    return None if request.keeps_personal_data else Closed.NOT_SET_UP
