"""GOV.UK Frontend's components, rendered by their own templates (https://design-system.service.gov.uk/components/).

Their templates ask for what they were not given and count on getting nothing, which ours must not: they have an
environment of their own.
"""

from __future__ import annotations

from functools import lru_cache

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

from pilotkit.model.plain_data import PlainData

_PACKAGE = "govuk_frontend_jinja"


def component(kind: str, /, **params: PlainData) -> Markup:
    """Return the HTML of one component.

    Args:
        kind: as its folder is called, such as ``date-input``.
        params: as its documentation has them. Those named ``text`` are escaped; those named ``html`` are not, so that
            only what is escaped already goes there.
    """
    macro = "govuk" + "".join(part.capitalize() for part in kind.split("-"))
    return Markup(getattr(_module(kind), macro)(params))  # noqa: S704  # the component has escaped it


@lru_cache(maxsize=64)
def _module(kind: str) -> PlainData:
    return _environment().get_template(f"{_PACKAGE}/components/{kind}/macro.html").module


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PrefixLoader({_PACKAGE: PackageLoader(_PACKAGE)}),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
