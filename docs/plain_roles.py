# ruff: noqa: INP001  # mkdocstrings loads it by its path
"""Sphinx roles in docstrings, which Markdown does not know, replaced by the name as code."""

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:mod|func|class|meth|data|attr):`~?([^`]+)`")


class PlainRoles(griffe.Extension):
    """A griffe extension that removes the roles."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Remove the roles from one docstring."""
        if obj.docstring:
            obj.docstring.value = _ROLE.sub(r"`\1`", obj.docstring.value).replace("``", "`")
