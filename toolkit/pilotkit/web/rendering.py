"""Views into HTML: one Jinja environment for each package and language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PluginError
from pilotkit.model.access import CITIZEN
from pilotkit.model.surface import Page, View
from pilotkit.version import __version__
from pilotkit.web import svg_geometry as drawing
from pilotkit.web.assets import Assets
from pilotkit.web.filters import filters
from pilotkit.web.formats import Formats, language_name
from pilotkit.web.govuk import component
from pilotkit.web.page_request import PageRequest
from pilotkit.web.sitemap import SiteMap
from pilotkit.web.translations import SHELL, words_of


class Renderer:
    """Renders the views of one deployment. Everything is escaped; data is never taken for markup."""

    def __init__(self, deployment: Deployment, pages: SiteMap) -> None:
        self.deployment = deployment
        self.pages = pages
        self.assets = Assets(pages.packages)
        self._environments: dict[tuple[str, str], Environment] = {}

    def render(self, view: View, request: PageRequest) -> str:
        """Return the HTML of a view.

        Raises:
            PluginError: the view names something as the shell names its own, which would change the frame of the page.
        """
        environment, frame = self._environment(request.package, request.language), self._frame(request)
        if taken := sorted(view.context.keys() & (frame.keys() | environment.globals.keys())):
            raise PluginError(
                f"page '{request.page}' of '{request.package}' gives its template '{taken[0]}', the shell's own.",
                remedy="Name it otherwise in the view's context and in the template.",
            )
        return environment.get_template(view.template).render({**frame, **view.context})

    def _environment(self, package: str, language: str) -> Environment:
        key = (package, language)
        if key not in self._environments:
            self._environments[key] = self._made(package, language)
        return self._environments[key]

    def _made(self, package: str, language: str) -> Environment:
        environment = Environment(
            loader=ChoiceLoader([PackageLoader(each) for each in _with_templates(package)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        words = words_of(package, language)
        install: Any = getattr(environment, "install_gettext_callables")  # noqa: B009  # the extension adds it
        install(words.gettext, words.ngettext, newstyle=True)
        who = self.deployment.settings.deployment
        environment.filters.update(filters(Formats(language, who.currency), who.languages[0], ZoneInfo(who.timezone)))
        environment.globals.update(
            url=partial(self.pages.url, language),
            has_page=lambda name: name in self.pages.pages,
            asset=self.assets.address,
            has_asset=self.assets.has,
            govuk=component,
            point_map=drawing.point_map,
            line_points=drawing.line_points,
        )
        return environment

    def _frame(self, request: PageRequest) -> dict[str, Any]:
        who, package = self.deployment.settings.deployment, self.deployment.catalog.package
        return {
            "request": request,
            "form_token": request.form_token,
            "has_permission": request.authority.may,
            "catalog": request.catalog,
            "language": request.language,
            "province": who.name,
            "tagline": who.tagline,
            "package": package,
            "version": __version__,
            "door": self._door(request),
            "navigation": [self._link(page, request) for page in request.navigation],
            "written_in": who.languages[0],
            "languages": [self._language(code, request) for code in who.languages],
            "has_fonts": self.assets.has("vendor/fonts.css"),
        }

    def _door(self, request: PageRequest) -> dict[str, Any]:
        """Return what the header says about signing in, and whether there is anything to sign in with."""
        provider = self.deployment.settings.identity
        return {
            "signed_in": self._signed_in(request),
            "provider": provider.name.in_language(request.language) if provider else "",
            "is_there": provider is not None or bool(request.catalog.accounts),
        }

    def _signed_in(self, request: PageRequest) -> dict[str, str] | None:
        """Return the account and its place, never a person; None where nobody has signed in."""
        who, catalog = request.authority, request.catalog
        if who.is_anonymous:
            return None
        if who.subject.startswith(CITIZEN):
            provider = self.deployment.settings.identity
            return {"login": provider.name.in_language(request.language) if provider else "", "place": ""}
        account = catalog.accounts.get(who.subject)
        point = catalog.points.get(who.point or "")
        unit = catalog.units.get(account.unit) if account else None
        return {"login": who.subject, "place": point.name if point else unit.name if unit else ""}

    def _link(self, page: Page, request: PageRequest) -> dict[str, Any]:
        label = page.navigation.label if page.navigation else page.name
        current = "page" if request.page == page.name else "true" if page is self._around(request) else None
        words = words_of(page.package, request.language)
        return {"label": words.gettext(label), "url": self.pages.url(request.language, page.name), "current": current}

    def _around(self, request: PageRequest) -> Page | None:
        """Return the page of the navigation that the visit's page lies under: the nearest one."""
        here = self.pages.pages.get(request.page)
        if here is None or here.navigation is not None:
            return None
        above = [each for each in request.navigation if each.path != "/" and here.path.startswith(each.path + "/")]
        return max(above, key=lambda each: len(each.path), default=None)

    def _language(self, code: str, request: PageRequest) -> dict[str, Any]:
        name = request.page if request.page in self.pages.pages else ""
        url = self.pages.url(code, name, **{**request.query, **request.path}) if name else f"/{code}"
        return {"code": code, "name": language_name(code), "url": url, "is_current": code == request.language}


def _with_templates(package: str) -> Iterable[str]:
    for each in dict.fromkeys((package, SHELL)):
        if files(each).joinpath("templates").is_dir():
            yield each
        elif each == package:
            raise PluginError(f"package '{package}' has pages and no templates/.", remedy="Add the folder.")
