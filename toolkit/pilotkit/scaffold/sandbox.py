"""Templates from a stranger are data: they may put prepared values into text, and nothing else.

No extension is loaded, no method of a value can be called, and everything a template does is counted, so that none
runs or grows without end.
"""

from __future__ import annotations

import json
import operator
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

MAXIMUM_WORK = 32 * 1024 * 1024
"""Characters made, items walked through and calls, all together, of one scaffold."""
MAXIMUM_SECONDS = 60.0
_LETTER_COMPILED = 32
"""Work of one character of a template that holds code: compiling takes far longer than writing."""
_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items", "last", "length",
    "list", "lower", "map", "reject", "rejectattr", "select", "selectattr", "sort", "string", "title", "trim",
    "unique", "upper",
)  # fmt: skip
"""Those of Jinja's filters whose result is no larger than what they are given."""


class Meter:
    """Counts what templates do and stops them.

    Args:
        work: how much they may do.
        seconds: how long they may take.
    """

    def __init__(self, work: int = MAXIMUM_WORK, seconds: float = MAXIMUM_SECONDS) -> None:
        self._left = work
        self._end = time.monotonic() + seconds

    def charge(self, amount: int) -> None:
        """Take ``amount`` off what is left.

        Raises:
            SecurityError: nothing is left, or the time is over.
        """
        self._left -= amount + 1
        if self._left < 0 or time.monotonic() > self._end:
            raise SecurityError("the template does more than a template may (a loop or a text without end)")

    def walk(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yield the items, one charge each."""
        for item in items:
            self.charge(1)
            yield item

    def weigh(self, value: Any) -> Any:
        """``value``, charged for everything in it as often as it is reached: lists of lists grow tenfold a line."""
        stack = [value]
        while stack:
            each = stack.pop()
            if isinstance(each, str | list | tuple | dict):
                self.charge(len(each))
            if isinstance(each, list | tuple):
                stack.extend(each)
            elif isinstance(each, dict):
                stack.extend((*each, *each.values()))
        return value


class _Namespace(Namespace):
    """Jinja's, which would write out all that it holds, again and again where one holds another."""

    def __repr__(self) -> str:
        return "<Namespace>"


class _MeteredCode(CodeGenerator):
    """Compiles ``a ~ b`` to a joining that is counted, and lists, tuples and mappings to what is weighed."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  # as in Jinja
        self.write("environment.join_words((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802  # as in Jinja
        self._write_weighed(super().visit_List, node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802  # as in Jinja
        self._write_weighed(super().visit_Dict, node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802  # as in Jinja
        if node.ctx == "load":
            self._write_weighed(super().visit_Tuple, node, frame)
        else:
            super().visit_Tuple(node, frame)

    def _write_weighed(self, request: Callable[[Any, Frame], None], node: nodes.Node, frame: Frame) -> None:
        self.write("environment.meter.weigh(")
        request(node, frame)
        self.write(")")


class SandboxedTemplates(ImmutableSandboxedEnvironment):
    """Jinja for templates that nobody has vouched for.

    Args:
        folders: where templates, and what they include or import, may stand; nowhere else is looked.
        meter: what their work is counted on.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    code_generator_class = _MeteredCode

    def __init__(self, folders: Sequence[Path], meter: Meter) -> None:
        super().__init__(
            loader=FileSystemLoader([str(folder) for folder in folders]),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
        )
        self.meter = meter
        self.filters = {name: self._metered(FILTERS[name]) for name in _FILTERS}
        self.filters |= {"join": self._join, "replace": self._replace, "jsonify": self._jsonify, "walk": meter.walk}
        self.globals = {"range": self._range, "namespace": _Namespace}

    def concat(self, parts: Iterable[str]) -> str:
        """Join what a template, macro or block has made."""
        return "".join(self._counted(parts))

    def join_words(self, parts: Iterable[object]) -> str:
        """Return what ``~`` does."""
        return "".join(self._counted(map(str, parts)))

    def _counted(self, parts: Iterable[str]) -> Iterator[str]:
        for part in parts:
            self.meter.charge(len(part))
            yield part

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only what Jinja itself hands to a template has attributes, and a mapping its items."""
        if isinstance(obj, dict):
            return attr in {"items", "keys", "values", "get"}
        is_jinjas = isinstance(obj, Namespace) or type(obj).__module__.startswith("jinja2.")
        return is_jinjas and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ARG002  # as in Jinja
        """No text has a ``format`` either: one field may ask for a billion spaces."""
        return None

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls, counted."""
        self.meter.charge(1)
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002  # as in Jinja
        """Numbers are added, multiplied and divided; texts and lists are added, counted."""
        both_numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "+" and isinstance(left, str | list) and type(left) is type(right):
            self.meter.weigh([left, right])
        elif operator == "**" or not both_numbers or max(abs(left), abs(right)) > _LARGEST:
            raise SecurityError(f"'{operator}' is not for {type(left).__name__} and {type(right).__name__} here")
        return _OPERATORS[operator](left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Every loop walks through a counter; what a macro is given unasked would be a list that nobody weighs."""
        if "{{" in source or "{%" in source:
            self.meter.charge(len(source) * _LETTER_COMPILED)
        tree = super()._parse(source, name, filename)
        if any(each.name in {"varargs", "kwargs"} for each in tree.find_all(nodes.Name)):
            raise SecurityError("'varargs' and 'kwargs' are not for templates of packages")
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "walk", [], [], None, None, lineno=loop.lineno)
        tree.set_environment(self)
        return tree

    def _metered(self, known: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(known)
        def metered(*args: Any, **kwargs: Any) -> Any:
            self.meter.weigh([*args, kwargs])
            return known(*args, **kwargs)

        return metered

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        self.meter.charge(len(numbers))
        return numbers

    def _join(self, items: Iterable[Any], separator: str = "") -> str:
        parts = list(self._counted(map(str, items)))
        self.meter.charge(len(parts) * len(separator))
        return separator.join(parts)

    def _replace(self, text: str, old: str, new: str) -> str:
        self.meter.charge(len(text) + text.count(old) * len(new))
        return text.replace(old, new)

    def _jsonify(self, value: Any, indent: int = 4) -> str:
        text = json.dumps(self.meter.weigh(value), sort_keys=True, indent=min(indent, 8))
        self.meter.charge(len(text))
        return text


_LARGEST = 2**63
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "*": operator.mul, "%": operator.mod}
