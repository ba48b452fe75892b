# ruff: noqa: INP001  # mkdocstrings loads it by its path
"""Docstrings name things with Sphinx's roles, which Markdown does not know: the name alone is shown as code."""

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:mod|func|class|meth|data|attr):`~?([^`]+)`")


class PlainRoles(griffe.Extension):
    """Takes the roles out while griffe reads the code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """See to one docstring."""
        if obj.docstring:
            obj.docstring.value = _ROLE.sub(r"`\1`", obj.docstring.value).replace("``", "`")
