"""Plain data: values as YAML, TOML and JSON hold them."""

from __future__ import annotations

from typing import TypeAlias

PlainData: TypeAlias = object
"""A value of YAML, TOML or JSON: text, number, boolean, date, null, a list of these or a mapping of text to these.

To a type checker it is ``object``: it can be passed on and compared, and is examined only after ``isinstance``.
"""
