"""Who asks, and of what: the dependencies of every operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pilotkit.applications.applications import Applications
from pilotkit.casework.officer_desk import OfficerDesk
from pilotkit.catalog.catalog import Catalog
from pilotkit.model.access import ANONYMOUS, Authority
from pilotkit.model.personal import Person
from pilotkit.services import Backoffice

_BEARER = HTTPBearer(auto_error=False, description="A token from POST /sessions")


@dataclass(frozen=True)
class AppState:
    """What the operations work on: put into the application's state once."""

    backoffice: Backoffice
    now: Callable[[], datetime]

    @property
    def catalog(self) -> Catalog:
        """Everything the deployment knows."""
        return self.backoffice.deployment.catalog


def _rooms(request: Request) -> AppState:
    rooms: AppState = request.app.state.rooms
    return rooms


State = Annotated[AppState, Depends(_rooms)]


def _authority(here: State, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Authority:
    if given is None:
        return ANONYMOUS
    authority = here.backoffice.access.authority(given.credentials)
    if authority.is_anonymous:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            "The token is not known here, or has expired. Sign in again with POST /sessions.",
            {"www-authenticate": "Bearer"},
        )
    return authority


def _known(here: State, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Person | None:
    return here.backoffice.access.person(given.credentials) if given else None


Known = Annotated[Person | None, Depends(_known)]
"""What a provider says of the citizen who asks."""
CurrentUser = Annotated[Authority, Depends(_authority)]


def _desk(here: State, authority: CurrentUser) -> OfficerDesk:
    if authority.is_anonymous:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED, "Sign in first with POST /sessions.", {"www-authenticate": "Bearer"}
        )
    return here.backoffice.desk(authority)


AtDesk = Annotated[OfficerDesk, Depends(_desk)]


def _filing(here: State) -> Applications:
    return here.backoffice.filing


AtFiling = Annotated[Applications, Depends(_filing)]
DraftToken = Annotated[
    str, Header(alias="x-draft-token", min_length=1, max_length=200, description="What POST /drafts answered")
]
FollowKey = Annotated[
    str,
    Header(alias="x-follow-key", max_length=200, description="The key on the receipt; empty for the signed-in owner"),
]
