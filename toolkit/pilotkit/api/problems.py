"""Errors as programs read them: problem details for HTTP (RFC 9457)."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pilotkit.access.access import DeniedError
from pilotkit.applications.applications import AnswersError, IncompleteError
from pilotkit.errors import CaseError, PilotkitError, RefusedError, UnknownError

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)


class Fault(BaseModel):
    """One part of a request that is wrong."""

    at: str
    """Where: ``body.person.name``."""
    message: str


class Problem(BaseModel):
    """Why a request was not answered as asked."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str = ""
    """What to do now."""
    errors: tuple[Fault, ...] = ()


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "The request cannot be answered as asked"},
    "5XX": {"model": Problem, "description": "The deployment cannot answer now"},
}
"""What every operation says of its errors in the OpenAPI document."""
_STATUS: tuple[tuple[type[PilotkitError], HTTPStatus], ...] = (
    (UnknownError, HTTPStatus.NOT_FOUND),
    (RefusedError, HTTPStatus.FORBIDDEN),
    (CaseError, HTTPStatus.CONFLICT),
)


def answer_problems(api: FastAPI) -> None:
    """Let ``api`` answer every error as a problem."""
    api.add_exception_handler(PilotkitError, _of_pilotkit)
    api.add_exception_handler(HTTPException, _of_http)
    api.add_exception_handler(RequestValidationError, _of_validation)
    api.add_exception_handler(Exception, _of_a_bug)


def _of_pilotkit(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PilotkitError)  # noqa: S101  # registered for it
    if isinstance(error, DeniedError):
        return _of_denial(error)
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), HTTPStatus.SERVICE_UNAVAILABLE)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:  # whoever runs the deployment must mend it, and reads the log
        _LOG.error("%s: %s", request.url.path, error)
        return _answer(status, "The deployment cannot answer this now.", remedy="Try again later.")
    return _answer(status, error.what, remedy=error.remedy, errors=_faults(error))


def _of_denial(error: DeniedError) -> JSONResponse:
    if not error.wait:
        return _answer(HTTPStatus.UNAUTHORIZED, error.what, remedy=error.remedy)
    response = _answer(HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts to sign in.", remedy="Wait, then try again.")
    response.headers["retry-after"] = str(math.ceil(error.wait.total_seconds()))
    return response


def _faults(error: PilotkitError) -> tuple[Fault, ...]:
    if isinstance(error, AnswersError):
        return tuple(Fault(at=f"answers.{each.question}".rstrip("."), message=each.text) for each in error.problems)
    if isinstance(error, IncompleteError):
        return tuple(Fault(at=f"{each.part}.{each.id}".rstrip("."), message=each.message) for each in error.missing)
    return ()


def _of_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for it
    response = _answer(HTTPStatus(error.status_code), str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _of_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for it
    faults = tuple(Fault(at=".".join(map(str, each["loc"])), message=each["msg"]) for each in error.errors())
    return _answer(
        HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not have the form that this operation takes.", errors=faults
    )


def _of_a_bug(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the server's log has it.")


def _answer(status: HTTPStatus, detail: str, *, remedy: str = "", errors: tuple[Fault, ...] = ()) -> JSONResponse:
    problem = Problem(title=status.phrase, status=status.value, detail=detail, remedy=remedy, errors=errors)
    return JSONResponse(
        problem.model_dump(mode="json", exclude_defaults=False), status.value, {"cache-control": "no-store"}, MEDIA_TYPE
    )
