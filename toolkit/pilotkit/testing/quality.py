"""The quality scale: which of its rules a plugin meets, and whether that is what it claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pilotkit.catalog.plugins import PluginHost
from pilotkit.errors import PilotkitError
from pilotkit.model.text import Identifier, Noun
from pilotkit.reading.files import read_text
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.testing.claims import Claim, Quality, claim_of
from pilotkit.testing.rules import IN_SOURCE, INSTALLED, Subject

SCALE = Path(__file__).parent / "scale.yaml"
_LEVELS = (Quality.BRONZE, Quality.SILVER, Quality.GOLD)


class Rule(Noun):
    """One rule of the scale."""

    id: Identifier
    level: Quality
    says: str
    """The rule in one sentence."""
    verified: bool
    """By a function; otherwise by a test or page that the plugin names in ``shown_by``."""
    applies: str | None = None
    """The hook that a plugin must have for the rule to be about it; absent: it is about every plugin."""


@dataclass(frozen=True)
class Verdict:
    """One rule, and how a plugin stands to it."""

    rule: Rule
    problems: tuple[str, ...]
    applies: bool = True

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problems


@dataclass(frozen=True)
class Report:
    """How good a plugin is, and how good it says it is."""

    plugin: str
    verdicts: tuple[Verdict, ...]
    claim: Claim

    @property
    def attained(self) -> Quality:
        """The highest level of which, and below which, every rule holds."""
        reached = Quality.NONE
        for level in _LEVELS:
            if not all(each.holds for each in self.verdicts if each.rule.level is level):
                break
            reached = level
        return reached

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the claim; empty when it is what was found."""
        return tuple(_claim_problems(self))


@lru_cache
def scale() -> tuple[Rule, ...]:
    """Every rule, from bronze to gold.

    Raises:
        DataError: the scale cannot be read.
    """
    text = read_text(SCALE, SCALE.name)
    return tuple(noun_from(Rule, item, SCALE.name, text=text) for item in parse_yaml(text, SCALE.name))


def report_on(name: str, folder: Path) -> Report:
    """Hold one installed plugin against every rule.

    Args:
        name: its entry point.
        folder: an empty folder for a small deployment that enables it.

    Raises:
        UnknownError: it is not installed.
        DataError: its ``quality.yaml`` cannot be understood.
    """
    subject, claim = Subject(name, folder), claim_of(name) or Claim(claims=Quality.NONE)
    hooks = _hooks(name)
    verdicts = []
    for rule in scale():
        applies = rule.applies is None or rule.applies in hooks
        verdicts.append(Verdict(rule, tuple(_problems(rule, subject, claim)) if applies else (), applies))
    return Report(name, tuple(verdicts), claim)


def _hooks(name: str) -> tuple[str, ...]:
    try:
        return PluginHost([name]).hooks_of(name)
    except PilotkitError:
        return ()  # the rule 'loads' says why


def _problems(rule: Rule, subject: Subject, claim: Claim) -> Iterator[str]:
    verify: Callable[[Subject], Iterator[str]] | None = {**INSTALLED, **IN_SOURCE}.get(rule.id)
    if not rule.verified:
        yield from _evidence_problems(rule, subject, claim.shown_by.get(rule.id))
    elif verify is None:
        yield f"pilotkit has no function that verifies '{rule.id}'."
    elif rule.id in IN_SOURCE and subject.project is None:
        yield "can be seen in the plugin's source tree only: install it with pip install -e."
    else:
        try:
            yield from verify(subject)
        except PilotkitError as problem:
            yield str(problem)


def _evidence_problems(rule: Rule, subject: Subject, shown_by: str | None) -> Iterator[str]:
    if shown_by is None:
        yield f"nothing shows it: name a test or page as shown_by: {{{rule.id}: …}} in quality.yaml."
        return
    if subject.project is None:
        yield "can be seen in the plugin's source tree only: install it with pip install -e."
        return
    file, _, test = shown_by.partition("::")
    path = subject.project / file
    if not path.is_file():
        yield f"{file}, which is said to show it, is not there."
    elif test and f"def {test}(" not in path.read_text(encoding="utf-8"):
        yield f"{file} has no {test}, which is said to show it."


def _claim_problems(report: Report) -> Iterator[str]:
    claim, attained = report.claim, report.attained
    if claim.claims is not attained:
        yield f"it claims {claim.claims}, and meets {attained}."
    known = {each.rule.id: each for each in report.verdicts}
    for id_ in sorted({*claim.shown_by, *claim.not_yet} - known.keys()):
        yield f"quality.yaml names the rule '{id_}', which the scale does not have."
    for id_, verdict in known.items():
        if not verdict.holds and id_ not in claim.not_yet:
            yield f"'{id_}' is not met, and quality.yaml does not say why (not_yet)."
        if verdict.holds and id_ in claim.not_yet:
            yield f"'{id_}' is met, but quality.yaml says it is not yet."
