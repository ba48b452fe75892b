"""Which pages there are, who offers them, and what their addresses are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlencode

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.plugins import Offered, unique
from pilotkit.errors import UnknownError
from pilotkit.model.surface import Page
from pilotkit.web import builtin_pages as own

_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True)
class SiteMap:
    """The pages of a deployment, by name."""

    pages: Mapping[str, Page]

    def url(self, language: str, name: str, /, **parameters: object) -> str:
        """Return the address of a page. What is no part of its path goes into the query; None and "" are left out.

        Raises:
            UnknownError: no plugin offers a page of that name.
        """
        if name not in self.pages:
            raise UnknownError(f"there is no page '{name}'.", remedy="Enable the plugin that offers it.")
        path = self.pages[name].path
        in_path = set(_PARAMETER.findall(path))
        filled = _PARAMETER.sub(lambda match: quote(str(parameters[match[1]]), safe=""), path).rstrip("/")
        rest = {key: value for key, value in parameters.items() if key not in in_path and value not in (None, "")}
        return f"/{language}{filled}" + (f"?{urlencode(rest)}" if rest else "")

    @cached_property
    def navigation(self) -> tuple[Page, ...]:
        """The pages of the header, in order."""
        shown = [page for page in self.pages.values() if page.navigation]
        return tuple(sorted(shown, key=lambda page: (page.navigation.order if page.navigation else 0, page.name)))

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """The import packages that bring pages."""
        return tuple(dict.fromkeys(page.package for page in self.pages.values()))


def site_map(deployment: Deployment) -> SiteMap:
    """Return the pages that the deployment's plugins offer, and the shell's own where nobody offers a first page.

    Raises:
        PluginError: a plugin failed while it was asked.
        DuplicateError: two plugins offer the same name or the same path.
    """
    offered = deployment.plugins.collect("register_pages")
    paths = unique(offered, lambda page: page.path, "page at path")
    mine = [page for page in own.PAGES if page.path not in paths]
    return SiteMap(unique([*offered, *(Offered("core", page) for page in mine)], lambda page: page.name, "page"))
