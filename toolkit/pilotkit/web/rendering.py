"""Views into HTML: one Jinja environment for each package and language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import PluginError
from pilotkit.model.surface import Page, View
from pilotkit.model.text import LocalText
from pilotkit.version import __version__
from pilotkit.web import drawing
from pilotkit.web.formats import Formats, language_name
from pilotkit.web.sitemap import SiteMap
from pilotkit.web.visit import Visit
from pilotkit.web.words import SHELL, words_of


class Renderer:
    """Renders the views of one deployment. Everything is escaped; data is never taken for markup."""

    def __init__(self, deployment: Deployment, pages: SiteMap) -> None:
        self.deployment = deployment
        self.pages = pages
        self._environments: dict[tuple[str, str], Environment] = {}

    def render(self, view: View, visit: Visit) -> str:
        """The HTML of a view."""
        template = self._environment(visit.package, visit.language).get_template(view.template)
        return template.render({**self._frame(visit), **view.context})

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
        formats = Formats(language, self.deployment.settings.deployment.currency)
        environment.filters.update(_filters(formats))
        environment.globals.update(
            url=partial(self.pages.url, language),
            has_page=lambda name: name in self.pages.pages,
            asset=asset,
            point_map=drawing.point_map,
            line_points=drawing.line_points,
        )
        return environment

    def _frame(self, visit: Visit) -> dict[str, Any]:
        who, package = self.deployment.settings.deployment, self.deployment.catalog.package
        return {
            "visit": visit,
            "catalog": visit.catalog,
            "language": visit.language,
            "province": who.name,
            "tagline": who.tagline,
            "package": package,
            "version": __version__,
            "navigation": [self._link(page, visit) for page in self.pages.navigation],
            "languages": [self._language(code, visit) for code in who.languages],
            "has_fonts": self._has_fonts,
        }

    @cached_property
    def _has_fonts(self) -> bool:
        return files(SHELL).joinpath("static", "vendor", "fonts.css").is_file()

    def _link(self, page: Page, visit: Visit) -> dict[str, Any]:
        label = page.navigation.label if page.navigation else page.name
        here = self.pages.pages.get(visit.page)
        is_inside = here is not None and page.path != "/" and here.path.startswith(page.path + "/")
        current = "page" if visit.page == page.name else "true" if is_inside else None
        words = words_of(page.package, visit.language)
        return {"label": words.gettext(label), "url": self.pages.url(visit.language, page.name), "current": current}

    def _language(self, code: str, visit: Visit) -> dict[str, Any]:
        name = visit.page if visit.page in self.pages.pages else ""
        url = self.pages.url(code, name, **{**visit.query, **visit.path}) if name else f"/{code}"
        return {"code": code, "name": language_name(code), "url": url, "is_current": code == visit.language}


def _with_templates(package: str) -> Iterable[str]:
    for each in dict.fromkeys((package, SHELL)):
        if files(each).joinpath("templates").is_dir():
            yield each
        elif each == package:
            raise PluginError(f"package '{package}' has pages and no templates/.", remedy="Add the folder.")


def _filters(formats: Formats) -> dict[str, Any]:
    def plain(words: LocalText | str | None) -> str:
        return words.in_language(formats.language) if isinstance(words, LocalText) else words or ""

    def text(words: LocalText | str | None) -> str | Markup:
        if not isinstance(words, LocalText) or words.language_of(formats.language) == formats.language:
            return plain(words)
        return Markup('<span lang="{}">{}</span>').format(words.language_of(formats.language), plain(words))

    return {
        "text": text,
        "plain": plain,
        "number": formats.number,
        "percent": formats.percent,
        "money": formats.money,
        "day": formats.day,
        "day_and_month": formats.day_and_month,
        "weekday": formats.weekday,
        "clock": formats.clock,
        "moment": formats.moment,
        "listed": formats.listed,
        "hours": formats.hours,
        "web_address": web_address,
        "dialled": dialled,
    }


def web_address(address: str | None) -> str | None:
    """``address`` where it is one of the web, else None: data may not bring ``javascript:`` into a link."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def dialled(phone: str) -> str:
    """A phone number as ``tel:`` takes it (RFC 3966)."""
    return "".join(char for char in phone if char.isdecimal() or char in "+*#")


def asset(name: str) -> str:
    """The address of a static file such as ``shell.css``; it changes when the file does."""
    return f"/static/{name}?v={_fingerprint(name)}"


@lru_cache(maxsize=64)
def _fingerprint(name: str) -> str:
    own = files(SHELL).joinpath("static", name)
    return hashlib.sha256(own.read_bytes()).hexdigest()[:10] if own.is_file() else __version__
