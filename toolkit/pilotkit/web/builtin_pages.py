"""The shell's own pages: a plain index where no plugin offers a first page, the sources of every figure, the door."""

from __future__ import annotations

from typing import Any

from pilotkit.model.surface import Page, View
from pilotkit.web import login_pages as signing

_PACKAGE = "pilotkit.web"
SIGN_IN = "shell.sign-in"
SIGN_OUT = "shell.sign-out"


def show_index(request: Any) -> View:
    """Show what is here, for a deployment without a portal."""
    pages = [page for page in request.navigation if page.path != "/"]
    return View("shell/index.html", {"pages": pages, "procedures": len(request.catalog.procedures)})


def show_sources(request: Any) -> View:
    """Every source that figures refer to."""
    return View("shell/sources.html", {"sources": tuple(request.catalog.sources.values())})


PAGES = (
    Page(name="shell.index", path="/", show=show_index, package=_PACKAGE),
    Page(name="shell.sources", path="/sources", show=show_sources, package=_PACKAGE),
    Page(name=SIGN_IN, path="/sign-in", show=signing.show_sign_in, act=signing.sign_in, package=_PACKAGE),
    Page(name=SIGN_OUT, path="/sign-out", show=signing.show_sign_out, act=signing.sign_out, package=_PACKAGE),
)
"""A plugin's page at the same path stands in front of these."""
