"""What the command line prints: words for people on one side, JSON for scripts on the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from pilotkit.errors import PilotkitError

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

console = Console(highlight=False, markup=False)
messages = Console(stderr=True, highlight=False, markup=False)
"""Nothing that is printed is read as markup: names and messages come from strangers' files."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters (Unicode Cc) but for line end and tab."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script to read.")]


def print_json(data: Any) -> None:
    """One JSON document on standard output; nouns as their fields."""
    console.file.write(json.dumps(data, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def print_error(problem: PilotkitError, *, as_json: bool) -> None:
    """Print what, where and what to do, on standard error; as JSON for scripts that asked for it."""
    if as_json:
        place = problem.where
        where = None if place is None else {"file": place.file, "key": place.key, "line": place.line}
        print_json({"error": {"what": problem.what, "where": where, "remedy": problem.remedy}})
    _print(messages, "✗", "bold red", str(problem))


def say(text: str) -> None:
    """Print a line about what was done, on standard error, so that standard output stays the answer."""
    _print(messages, "✓", "green", text)


def warn(text: str) -> None:
    """Print a warning on standard error."""
    _print(messages, "▲", "bold yellow", text)


def tell(sign: str, style: str, text: str) -> None:
    """Print a part of the answer with a sign in front, on standard output."""
    _print(console, sign, style, text)


def _print(where: Console, sign: str, style: str, text: str) -> None:
    where.print(Text.assemble((sign, style), " ", printable(text)), soft_wrap=True)


def printable(text: str) -> str:
    """``text`` without what could command a terminal; line ends and tabs stay."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def new_table(*headers: str, **options: Any) -> Table:
    """Return an empty table for people; what is put into it is printed as it is."""
    from rich.table import Table

    return Table(*headers, **options)


def add_row(table: Table, *cells: str) -> None:
    """Put a row of plain words into a table."""
    table.add_row(*(printable(cell) for cell in cells))


class Meter:
    """Tells how far work is that can take more than a second. This one tells nobody."""

    def share(self, done: float) -> None:
        """How much is done, 0 to 1."""

    def step(self, name: str) -> None:
        """Name the present step, where a share cannot be told."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the screen to somebody else while the block runs."""
        yield


class _Bar(Meter):
    """A bar on standard error."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None)

    def share(self, done: float) -> None:
        self._progress.update(self._task, total=1.0, completed=done)

    def step(self, name: str) -> None:
        self._progress.update(self._task, description=name)

    @contextmanager
    def paused(self) -> Iterator[None]:
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


@contextmanager
def meter(title: str) -> Iterator[Meter]:
    """Show a progress bar while the block runs, where somebody watches."""
    if not messages.is_terminal:
        yield Meter()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=messages, transient=True) as progress:
        yield _Bar(progress, title)
