"""Two ways of doing the same, timed in turn in one run, so that the ratio holds however fast the machine is today."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Both sides run from compiled bytecode, as they do where they are installed."""


@dataclass(frozen=True)
class Ratio:
    """How something compares with what it is held against."""

    name: str
    ours: str
    against: str
    ratio: float
    """Median of the ratios of neighbouring runs, ours over the other's, in the unit of ``of``."""
    lowest: float
    highest: float
    of: str
    goal: str
    met: bool
    runs: int


def processes(
    ours: Sequence[str], other: Sequence[str], runs: int, before: Callable[[], None] = lambda: None
) -> list[float]:
    """Wall-time ratios of two commands, run A B A B … after one warm-up of each."""
    return in_turn(lambda: _run(ours), lambda: _run(other), runs, before)


def in_turn(
    ours: Callable[[], object], other: Callable[[], object], runs: int, before: Callable[[], None]
) -> list[float]:
    """Wall-time ratios of two calls, in turn; ``before`` is not timed."""
    ratios = []
    for number in range(runs + 1):
        before()
        pair = _seconds(ours) / _seconds(other)
        if number:
            ratios.append(pair)
    return ratios


def summary(name: str, ours: str, against: str, ratios: list[float], goal: float, *, at_most: bool, of: str) -> Ratio:
    """Return the median with its range, held against the goal."""
    median = statistics.median(ratios)
    return Ratio(
        name, ours, against, round(median, 2), round(min(ratios), 2), round(max(ratios), 2), of,
        f"{'≤' if at_most else '≥'} {goal}", median <= goal if at_most else median >= goal, len(ratios),
    )  # fmt: skip


def held_against(
    name: str, ours: str, against: str, ratio: float, goal: float, *, at_most: bool, of: str, runs: int = 1
) -> Ratio:
    """One ratio to a limit or to a neighbour, out of many requests of one run."""
    return summary(name, ours, against, [ratio] * runs, goal, at_most=at_most, of=of)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
