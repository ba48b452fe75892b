"""The application at ``/api/v1``, with its OpenAPI document at ``/api/v1/openapi.json``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from pilotkit.api import catalog_routes as catalog
from pilotkit.api import citizen_routes as filing
from pilotkit.api import officer_routes as desk
from pilotkit.api import point_routes as points
from pilotkit.api import queue_routes as queue
from pilotkit.api import session_routes as sessions
from pilotkit.api.dependencies import AppState
from pilotkit.api.problems import answer_problems
from pilotkit.api.size_limits import BoundedBodies
from pilotkit.services import Services
from pilotkit.version import __version__

PATH = "/api/v1"


def create_api(services: Services, now: Callable[[], datetime]) -> FastAPI:
    """Return the REST interface of a deployment, to be mounted at :data:`PATH`.

    Args:
        services: of the deployment.
        now: the clock; aware.
    """
    who = services.deployment.settings.deployment
    api = FastAPI(
        title=f"{who.name.in_language('en')}: public services",
        summary="Procedures, applications, cases and figures of one deployment of pilotkit",
        version=__version__,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        servers=[{"url": PATH}],
        root_path_in_servers=False,
        separate_input_output_schemas=False,
    )
    api.state.pilotkit = AppState(services, now)
    for router in (catalog.router, filing.router, sessions.router, desk.router, queue.router, points.router):
        api.include_router(router)
    api.add_middleware(BoundedBodies)
    answer_problems(api)
    return api
