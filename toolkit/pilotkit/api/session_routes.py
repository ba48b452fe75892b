"""Signing in and out, for programs that act for an officer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from pilotkit.api.dependencies import CurrentUser, State
from pilotkit.api.problems import PROBLEMS
from pilotkit.model.access import Authority

router = APIRouter(tags=["sessions"], responses=PROBLEMS)


class SignIn(BaseModel):
    """Who signs in, and the proof."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, Field(max_length=80)]
    password: Annotated[str, Field(max_length=200)]
    code: Annotated[str, Field(max_length=20)] = ""
    """From the second factor."""


class Session(BaseModel):
    """What the next calls send as ``Authorization: Bearer``."""

    token: str


@router.post("/sessions", status_code=HTTPStatus.CREATED)
def sign_in(here: State, request: Request, asked: SignIn) -> Session:
    """Sign in."""
    client = request.client.host if request.client else ""
    return Session(token=here.services.access.sign_in(asked.login, asked.password, asked.code, client).value)


@router.get("/session")
def read_session(asker: CurrentUser) -> Authority:
    """Who asks, and what they may do."""
    return asker


@router.delete("/session", status_code=HTTPStatus.NO_CONTENT)
def sign_out(here: State, given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    """Sign out: the token is worth nothing afterwards."""
    here.services.access.sign_out(given.credentials)
