"""The application: addresses, languages, errors, and the files that pages need."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PilotkitError, UnknownError
from pilotkit.model.surface import Page, View
from pilotkit.version import __version__
from pilotkit.web import theme
from pilotkit.web.negotiation import preferred
from pilotkit.web.rendering import Renderer
from pilotkit.web.security import HEADERS, SecurityHeaders, bounded
from pilotkit.web.sitemap import site_map
from pilotkit.web.visit import Visit
from pilotkit.web.words import SHELL, words_of

_LOG = logging.getLogger(__name__)


def create_app(deployment: Deployment, *, now: Callable[[], datetime] | None = None) -> Starlette:
    """The web application of a deployment.

    Args:
        deployment: its catalog, words and templates are read here, so that what is broken is known at once.
        now: the clock; aware. Tests set it.

    Raises:
        DataError: the deployment's data is broken.
        PluginError: a plugin's pages or words are.
    """
    shell = _Shell(deployment, now or (lambda: datetime.now(UTC)))
    app = Starlette(
        routes=shell.routes(),
        middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=800)],
        exception_handlers={
            HTTPException: shell.refuse,
            UnknownError: shell.find_nothing,
            PilotkitError: shell.excuse,
            Exception: shell.fail,
        },
    )
    app.router.redirect_slashes = False  # its redirects name whatever host the request claims to be for
    return app


class _Shell:
    def __init__(self, deployment: Deployment, now: Callable[[], datetime]) -> None:
        self.deployment = deployment
        self.now = now
        self.settings = deployment.settings.deployment
        self.zone = ZoneInfo(self.settings.timezone)
        self.pages = site_map(deployment)
        self.renderer = Renderer(deployment, self.pages)
        self.info = deployment.catalog.package
        for package in self.pages.packages:
            for language in self.settings.languages:
                words_of(package, language)

    def routes(self) -> list[BaseRoute]:
        """Every address the application answers."""
        languages = self.settings.languages
        return [
            Route("/", self.welcome),
            Route("/health", self.health),
            Route("/theme.css", self.theme),
            Route("/icon.svg", self.icon),
            Mount("/static", self.renderer.assets.served(), name="static"),
            *(self._route(page, language) for page in self.pages.pages.values() for language in languages),
        ]

    def _route(self, page: Page, language: str) -> Route:
        def answer(request: Request) -> Response:
            visit = self._visit(request, language, page)
            return self._answer(page.show(visit), visit)

        return Route(f"/{language}{page.path}".rstrip("/"), answer, name=f"{language}:{page.name}")

    def _visit(self, request: Request, language: str, page: Page | None = None) -> Visit:
        visit = Visit(
            deployment=self.deployment,
            language=language,
            now=self.now().astimezone(self.zone),
            query=bounded(request.query_params.multi_items()),
            path={key: str(value) for key, value in request.path_params.items()} if page else {},
            page=page.name if page else "",
            package=page.package if page else SHELL,
        )
        visit.__dict__["site_map"] = self.pages
        return visit

    def _answer(self, view: View, visit: Visit) -> Response:
        headers = {"content-language": visit.language, "cache-control": "no-cache"}
        return HTMLResponse(self.renderer.render(view, visit), view.status, headers)

    def welcome(self, request: Request) -> Response:
        """From ``/`` to the visitor's language."""
        language = preferred(request.headers.get("accept-language", ""), self.settings.languages)
        return RedirectResponse(f"/{language}", 307, {"vary": "accept-language", "cache-control": "no-cache"})

    def health(self, _request: Request) -> Response:
        """For whoever watches the server."""
        version = self.info.version if self.info else None
        return JSONResponse(
            {"ok": True, "deployment": self.settings.id, "package": version, "pilotkit": __version__},
            headers={"cache-control": "no-store"},
        )

    def theme(self, _request: Request) -> Response:
        """The province's colours."""
        css = theme.stylesheet(self.deployment.settings.theme.accent)
        return Response(css, media_type="text/css", headers={"cache-control": "no-cache"})

    def icon(self, _request: Request) -> Response:
        """The browser tab's picture."""
        svg = theme.icon(self.deployment.settings.theme.accent)
        return Response(svg, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    def _language_of(self, request: Request) -> str:
        first = request.url.path.strip("/").partition("/")[0]
        if first in self.settings.languages:
            return first
        return preferred(request.headers.get("accept-language", ""), self.settings.languages)

    def _problem(self, request: Request, template: str, status: int, **context: Any) -> Response:
        visit = self._visit(request, self._language_of(request))
        return self._answer(View(f"shell/{template}", context, status), visit)

    def refuse(self, request: Request, problem: Exception) -> Response:
        """Answers that are not pages: mostly a path that leads nowhere, or has one stroke too many at its end."""
        status = problem.status_code if isinstance(problem, HTTPException) else HTTPStatus.NOT_FOUND
        path = request.scope["path"]
        if status == HTTPStatus.NOT_FOUND and path.endswith("/") and path.strip("/"):
            query = request.url.query
            return RedirectResponse(f"/{path.strip('/')}" + (f"?{query}" if query else ""), 307)
        template = "not_found.html" if status == HTTPStatus.NOT_FOUND else "refused.html"
        response = self._problem(request, template, status)
        response.headers.update(getattr(problem, "headers", None) or {})
        return response

    def find_nothing(self, request: Request, _problem: Exception) -> Response:
        """A page that was asked for something that is not there."""
        return self._problem(request, "not_found.html", HTTPStatus.NOT_FOUND)

    def excuse(self, request: Request, problem: Exception) -> Response:
        """Something that whoever runs the deployment can mend: a database that is away, a KPI that cannot be computed.

        The log says what, where and what to do, in one line.
        """
        _LOG.error("%s: %s", request.url.path, problem)
        return self._problem(request, "failed.html", HTTPStatus.SERVICE_UNAVAILABLE)

    def fail(self, request: Request, _problem: Exception) -> Response:
        """A bug. Says nothing of its inside; the server's log has it."""
        response = self._problem(request, "failed.html", HTTPStatus.INTERNAL_SERVER_ERROR)
        response.headers.update(HEADERS)
        return response
