"""Dependencies of the operations: the services, the account, and what a citizen proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pilotkit.applications.applications import Applications
from pilotkit.applications.tracking import CaseTracking
from pilotkit.casework.officer_desk import OfficerDesk
from pilotkit.catalog.catalog import Catalog
from pilotkit.model.access import ANONYMOUS, Authority
from pilotkit.model.personal import Person
from pilotkit.services import Services

_BEARER = HTTPBearer(auto_error=False, description="A token from POST /sessions")


@dataclass(frozen=True)
class AppState:
    """The state of the application: its services and its clock."""

    services: Services
    now: Callable[[], datetime]

    @property
    def catalog(self) -> Catalog:
        """Everything the deployment knows."""
        return self.services.catalog


def _state(request: Request) -> AppState:
    state: AppState = request.app.state.pilotkit
    return state


State = Annotated[AppState, Depends(_state)]


def _authority(here: State, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Authority:
    if given is None:
        return ANONYMOUS
    authority = here.services.access.authority(given.credentials)
    if authority.is_anonymous:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            "The token is not known here, or has expired. Sign in again with POST /sessions.",
            {"www-authenticate": "Bearer"},
        )
    return authority


def _known(here: State, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Person | None:
    return here.services.access.person(given.credentials) if given else None


Known = Annotated[Person | None, Depends(_known)]
"""What a provider says of the citizen who asks."""
CurrentUser = Annotated[Authority, Depends(_authority)]


def _desk(here: State, authority: CurrentUser) -> OfficerDesk:
    if authority.is_anonymous:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED, "Sign in first with POST /sessions.", {"www-authenticate": "Bearer"}
        )
    return here.services.officer_desk(authority)


Desk = Annotated[OfficerDesk, Depends(_desk)]


def _applications(here: State) -> Applications:
    return here.services.applications


def _tracking(here: State) -> CaseTracking:
    return here.services.tracking


CitizenApplications = Annotated[Applications, Depends(_applications)]
CitizenTracking = Annotated[CaseTracking, Depends(_tracking)]
DraftToken = Annotated[
    str, Header(alias="x-draft-token", min_length=1, max_length=200, description="What POST /drafts answered")
]
FollowKey = Annotated[
    str,
    Header(alias="x-follow-key", max_length=200, description="The key on the receipt; empty for the signed-in owner"),
]
