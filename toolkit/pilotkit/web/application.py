"""The application: addresses, languages, who asks, errors, and the files that pages need."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from pilotkit.api.app import PATH as API
from pilotkit.api.app import create_api
from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError, DataError, PilotkitError, RefusedError, TrustError, UnknownError
from pilotkit.model.plain_data import PlainData
from pilotkit.model.surface import Download, FormData, Page, Redirect, Stream, View
from pilotkit.services import Services
from pilotkit.web import builtin_pages as own
from pilotkit.web import theme
from pilotkit.web.authentication import Authenticator
from pilotkit.web.background_tasks import background_tasks
from pilotkit.web.form_parsing import read_body, read_posted
from pilotkit.web.health import health_of
from pilotkit.web.negotiation import preferred
from pilotkit.web.page_request import PageRequest
from pilotkit.web.rendering import Renderer
from pilotkit.web.responses import download_answer, redirect_answer
from pilotkit.web.security import HEADERS, QUERY_LENGTH, SecurityHeaders, bounded
from pilotkit.web.server_sent_events import Streams, told_event
from pilotkit.web.sitemap import site_map
from pilotkit.web.translations import SHELL, words_of

_LOG = logging.getLogger(__name__)


def create_app(deployment: Deployment, *, now: Callable[[], datetime] | None = None) -> Starlette:
    """Return the web application of a deployment.

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
            RefusedError: shell.forbid,
            CaseError: shell.explain,
            PilotkitError: shell.excuse,
            Exception: shell.fail,
        },
        lifespan=shell.lifespan,
    )
    app.state.streams = shell.streams
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
        self.services = Services(deployment, now)
        self.door = Authenticator(lambda: self.services.access)
        self.streams = Streams()
        for package in self.pages.packages:
            for language in self.settings.languages:
                words_of(package, language)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Serve until it is told to stop, then close the database."""
        with background_tasks(self.deployment, lambda: self.services.store, self.now):
            yield
        self.streams.close()
        self.services.close()

    def routes(self) -> list[BaseRoute]:
        """Every address the application answers."""
        languages = self.settings.languages
        return [
            Route("/", self.welcome),
            Route("/health", self.health),
            Route("/theme.css", self.theme),
            Route("/icon.svg", self.icon),
            *self._citizens(),
            Mount("/static", self.renderer.assets.served(), name="static"),
            Mount(API, create_api(self.services, self.now)),
            *(self._route(page, language) for page in self.pages.pages.values() for language in languages),
        ]

    def _citizens(self) -> list[BaseRoute]:
        """Return the way to the provider that citizens sign in with, where there is one."""
        provider = self.deployment.settings.identity
        if provider is None:
            return []
        from pilotkit.web.oidc_login import CitizenEntrance  # noqa: PLC0415  # what most deployments never need

        return CitizenEntrance(
            provider,
            self.settings.languages,
            self.services.vault,
            lambda: self.services.access,
            self.door,
            self._problem,
            self.now,
        ).routes()

    def _route(self, page: Page, language: str) -> Route:
        async def answer(request: Request) -> Response:
            if request.method == "POST" and page.receive:
                return await self._receive(request, page, language)
            if request.method == "POST":
                return await self._post(request, page, language)
            return await run_in_threadpool(self._get, request, page, language)

        methods = ["GET", "POST"] if page.act or page.receive else ["GET"]
        return Route(f"/{language}{page.path}".rstrip("/"), answer, methods=methods, name=f"{language}:{page.name}")

    def _get(self, request: Request, page: Page, language: str) -> Response:
        if not self.door.is_open(page, self.door.guest(request)):
            return self._sign_in_first(request, language)
        page_request = self._visit(request, language, page)
        return self._answer(request, page.show(page_request), page_request)

    async def _receive(self, request: Request, page: Page, language: str) -> Response:
        """Return what a machine hands in: no session counts, so no other site can misuse one, and none is opened."""
        data = await read_body(request)
        page_request = PageRequest(
            deployment=self.deployment, language=language, now=self.now(), page=page.name, package=page.package
        )
        page_request.__dict__.update(site_map=self.pages, _services=self.services)
        try:
            answered = await run_in_threadpool(page.receive, page_request, data) if page.receive else None
        except (DataError, TrustError) as problem:
            return JSONResponse({"what": problem.what, "remedy": problem.remedy}, HTTPStatus.UNPROCESSABLE_ENTITY)
        return download_answer(answered) if answered else Response(status_code=HTTPStatus.NO_CONTENT)

    async def _post(self, request: Request, page: Page, language: str) -> Response:
        guest = await run_in_threadpool(self.door.guest, request)
        if not self.door.is_open(page, guest):
            return self._sign_in_first(request, language)
        posted = await read_posted(request)
        return await run_in_threadpool(self._act, request, page, language, posted)

    def _act(self, request: Request, page: Page, language: str, posted: FormData) -> Response:
        if not self.door.is_genuine(request, posted):
            return self._problem(request, "forged.html", HTTPStatus.FORBIDDEN)
        page_request = self._visit(request, language, page, posted)
        if page.act is None:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
        return self._answer(request, page.act(page_request), page_request)

    def _sign_in_first(self, request: Request, language: str) -> Response:
        """To the page that signs in, and from there back to where one wanted to go."""
        query = request.url.query if request.method != "POST" else ""
        wanted = f"{request.url.path}?{query}" if query else request.url.path
        back = wanted if len(wanted) <= QUERY_LENGTH else request.url.path
        return redirect_answer(Redirect(self.pages.url(language, own.SIGN_IN, next=back)))

    def _visit(
        self, request: Request, language: str, page: Page | None = None, posted: FormData | None = None
    ) -> PageRequest:
        guest = self.door.guest(request)
        page_request = PageRequest(
            deployment=self.deployment,
            language=language,
            now=self.now().astimezone(self.zone),
            query=bounded(request.query_params.multi_items()),
            path={key: str(value) for key, value in request.path_params.items()} if page else {},
            page=page.name if page else "",
            package=page.package if page else SHELL,
            authority=guest.authority,
            posted=posted or FormData(),
            guest=guest,
            form_token=self.door.token(request),
            origin=f"{request.url.scheme}://{request.url.netloc}",
        )
        page_request.__dict__.update(site_map=self.pages, _services=self.services)
        return page_request

    def _answer(
        self, request: Request, answered: View | Redirect | Download | Stream, page_request: PageRequest
    ) -> Response:
        if isinstance(answered, View):
            return self._shown(request, answered, page_request)
        if isinstance(answered, Stream):
            key = f"{page_request.language}:{page_request.page}:{answered.shared}"
            session = page_request.guest.session or (request.client.host if request.client else "")
            return self.streams.answer(
                key, lambda: self._told(answered, page_request.page, page_request.language), answered.every, session
            )
        if isinstance(answered, Redirect):
            return self.door.pass_through(request, redirect_answer(answered), answered)
        return download_answer(answered)

    def _told(self, stream: Stream, page: str, language: str) -> bytes:
        """Return what all who listen get; made for nobody, so that nothing of one of them reaches another."""
        package, now = self.pages.pages[page].package, self.now().astimezone(self.zone)
        nobody = PageRequest(deployment=self.deployment, language=language, now=now, page=page, package=package)
        nobody.__dict__.update(site_map=self.pages, _services=self.services)
        return told_event("view", self.renderer.render(stream.make(nobody), nobody))

    def _shown(self, request: Request, view: View, page_request: PageRequest) -> Response:
        html = self.renderer.render(view, page_request)
        has_form = page_request.form_token in html
        is_kept = not has_form and request.method != "POST" and page_request.authority.is_anonymous
        if (page := self.pages.pages.get(page_request.page)) and (page.act or page.permission or page.is_private):
            is_kept = False
        headers = {"content-language": page_request.language, "cache-control": "no-cache" if is_kept else "no-store"}
        response = HTMLResponse(html, view.status, headers)
        if has_form:
            self.door.name_browser(request, response)
        return response

    def welcome(self, request: Request) -> Response:
        """From ``/`` to the visitor's language."""
        language = preferred(request.headers.get("accept-language", ""), self.settings.languages)
        return RedirectResponse(f"/{language}", 307, {"vary": "accept-language", "cache-control": "no-cache"})

    def health(self, _request: Request) -> Response:
        """For whoever watches the server."""
        return JSONResponse(health_of(self.deployment, self.now()), headers={"cache-control": "no-store"})

    def theme(self, _request: Request) -> Response:
        """Return the province's colours."""
        css = theme.stylesheet(self.deployment.settings.theme.accent)
        return Response(css, media_type="text/css", headers={"cache-control": "no-cache"})

    def icon(self, _request: Request) -> Response:
        """Return the browser tab's picture."""
        svg = theme.icon(self.deployment.settings.theme.accent)
        return Response(svg, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    def _language_of(self, request: Request) -> str:
        first = request.url.path.strip("/").partition("/")[0]
        if first in self.settings.languages:
            return first
        return preferred(request.headers.get("accept-language", ""), self.settings.languages)

    def _problem(self, request: Request, template: str, status: int, **context: PlainData) -> Response:
        page_request = self._visit(request, self._language_of(request))
        return self._answer(request, View(f"shell/{template}", context, status), page_request)

    def refuse(self, request: Request, problem: Exception) -> Response:
        """Answers that are not pages: mostly a path that leads nowhere, or has one stroke too many at its end."""
        status = problem.status_code if isinstance(problem, HTTPException) else HTTPStatus.NOT_FOUND
        path = request.scope["path"]
        if status == HTTPStatus.NOT_FOUND and path.endswith("/") and path.strip("/"):
            query = request.url.query
            return RedirectResponse(f"/{path.strip('/')}" + (f"?{query}" if query else ""), 307)
        response = self._problem(request, _TEMPLATES.get(status, "refused.html"), status)
        response.headers.update(getattr(problem, "headers", None) or {})
        return response

    def find_nothing(self, request: Request, _problem: Exception) -> Response:
        """Return a page that was asked for something that is not there."""
        return self._problem(request, "not_found.html", HTTPStatus.NOT_FOUND)

    def forbid(self, request: Request, problem: Exception) -> Response:
        """Something that is not the visitor's to see or to do."""
        _LOG.warning("%s: %s", request.url.path, problem)
        return self._problem(request, "forbidden.html", HTTPStatus.FORBIDDEN)

    def explain(self, request: Request, problem: Exception) -> Response:
        """Return a case that cannot take now what was asked of it: says what, and what to do."""
        what, remedy = (problem.what, problem.remedy) if isinstance(problem, PilotkitError) else (str(problem), "")
        return self._problem(
            request, "conflict.html", HTTPStatus.CONFLICT, what=what, remedy=remedy, here=request.url.path
        )

    def excuse(self, request: Request, problem: Exception) -> Response:
        """Something that whoever runs the deployment can mend: a database that is away, a KPI that cannot be computed.

        The log says what, where and what to do, in one line.
        """
        _LOG.error("%s: %s", request.url.path, problem)
        return self._problem(request, "failed.html", HTTPStatus.SERVICE_UNAVAILABLE)

    def fail(self, request: Request, _problem: Exception) -> Response:
        """Return a bug. Says nothing of its inside; the server's log has it."""
        response = self._problem(request, "failed.html", HTTPStatus.INTERNAL_SERVER_ERROR)
        response.headers.update(HEADERS)
        return response


_TEMPLATES: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "not_found.html",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large.html",
}
"""What is shown for a status that says more than that it cannot be done."""
