"""Made-up histories of a model package and of a province that runs it: the same edits for every tool that is measured.

A model of 120 procedures in the size and shape of the real donor's, the province template's own files beside it. Edits
fall where they fall in practice: a new version of a package changes mostly procedures, a province changes values of
procedures, its settings, and the files of whoever runs its server. Nothing is aimed at, or kept from, the same place.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROCEDURES = 120
SETTINGS, COMPOSE, CADDY, UNIT, GUIDE, README = (
    "pilot.toml", "ops/compose.yaml", "ops/Caddyfile", "ops/pilotkit.service", "ops/README.md", "README.md",
)  # fmt: skip
_WORDS = """
    record register notice charter parent applicant office quarter harbour form proof identity lease permit trade water
    school land vessel market bridge garden transfer renewal copy extract statement consent guardian witness seal
""".split()  # noqa: SIM905  # words are read better as words
Tree = dict[str, str]


@dataclass(frozen=True)
class Edit:
    """One change that one side made, and how to see whether it is still there."""

    file: str
    key: tuple[str, ...]
    """Of a file with keys; empty: the line itself."""
    value: object
    """What stands there; for a list, an item that was added."""
    is_item: bool = False
    place: object = None
    """What must not be changed by both: the key, or the line as it was; None: something new."""


def model(seed: int = 0) -> Tree:
    """Return the procedures of the first version, by path."""
    dice = random.Random(seed)
    return {f"model/procedures/Z-{number:03}.yaml": _procedure(dice, number) for number in range(1, PROCEDURES + 1)}


def _words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choice(_WORDS) for _ in range(count))


def _procedure(dice: random.Random, number: int) -> str:
    lines = [f"code: Z-{number:03}", "name:", f"  en: {_words(dice, 3).capitalize()}", "summary:"]
    lines += [f"  en: {_words(dice, 9).capitalize()}.", "domain: civil-registry", "levels:", "  - commune", "terms:"]
    lines += [f"  - {_words(dice, 2)} {at}" for at in range(dice.randint(2, 5))] + ["offers:"]
    for channel in ("online", "in_person"):
        lines += [f"  {channel}:", "    deadline:", f"      amount: {dice.randint(1, 30)}", "      unit: working_days"]
        lines += ["    fees: free"]
    lines += ["documents:"]
    for at in range(dice.randint(2, 7)):
        lines += [f"  - id: paper-{at}", "    name:", f"      en: {_words(dice, 4).capitalize()}", "    kind: original"]
    lines += ["steps:"]
    for at, (name, role) in enumerate((("Receive", "receiving-officer"), ("Decide", "registrar"))):
        lines += [f"  - id: step-{at}", "    name:", f"      en: {name}", f"    role: {role}"]
        lines += [f"    hours: {dice.randint(1, 9)}"]
        lines += ["    then:", "      - to: step-1"] if at == 0 else []
    lines += ["legal_basis:", f"  - Ordinance {dice.randint(1, 40)}", "reference: charter", "certainty: high"]
    return "\n".join(lines) + "\n"


@dataclass
class Side:
    """Who edits: the package or the province."""

    tree: Tree
    dice: random.Random
    label: str

    def __post_init__(self) -> None:
        self.touched: set[tuple[str, object]] = set()

    def make(self, kinds: Mapping[str, int], count: int) -> list[Edit]:
        """``count`` edits, of kinds drawn by their weights; no side edits its own edit."""
        made: list[Edit] = []
        while len(made) < count:
            kind = self.dice.choices(list(kinds), list(kinds.values()))[0]
            edit = _KINDS[kind](self)
            if edit is not None:
                made.append(edit)
        return made

    def lines(self, file: str) -> list[str]:
        """Return a file as its lines."""
        return self.tree[file].split("\n")

    def write(self, file: str, lines: list[str]) -> None:
        """Write a file from its lines."""
        self.tree[file] = "\n".join(lines)

    def claim(self, file: str, what: object) -> bool:
        """Whether this side has not been here yet."""
        if (file, what) in self.touched:
            return False
        self.touched.add((file, what))
        return True

    def procedure(self) -> str:
        """Any of the first version's."""
        return f"model/procedures/Z-{self.dice.randint(1, PROCEDURES):03}.yaml"

    def word(self) -> str:
        """Words that nobody else writes."""
        return f"{_words(self.dice, 2)} {self.label}{self.dice.randint(100, 999)}"


PACKAGE = {
    "deadline": 25, "hours": 10, "term": 8, "basis": 10, "summary": 7, "paper": 10, "paper name": 10, "procedure": 7,
    "setting": 1, "remark": 1, "option": 2, "service": 3, "line": 3, "insert": 3,
}  # fmt: skip
"""A new version: 87 of 100 edits to procedures, the rest to what the template writes. The values of the settings are a
province's answers, so that a template changes what stands around them more often than them."""
PROVINCE = {
    "deadline": 20, "hours": 5, "term": 10, "summary": 5, "paper": 7, "paper name": 8,
    "setting": 20, "service": 8, "line": 9, "insert": 8,
}  # fmt: skip
"""A province: 55 of 100 edits to values of procedures, 20 to its settings, 25 to the files of its operators."""


def _scalar(pattern: str, value: Callable[[Side], object], key: Callable[[list[str], int], tuple[str, ...]]):  # noqa: ANN202
    def edit(side: Side) -> Edit | None:
        file, fit = side.procedure(), re.compile(pattern)
        lines = side.lines(file)
        found = [at for at, line in enumerate(lines) if fit.match(line)]
        at = side.dice.choice(found)
        path = key(lines, at)
        if not side.claim(file, path):
            return None
        new = value(side)
        lines[at] = f"{lines[at].partition(':')[0]}: {new}"
        side.write(file, lines)
        return Edit(file, path, new, place=path)

    return edit


def _above(lines: list[str], at: int, pattern: str) -> str:
    return next(found[1] for line in reversed(lines[:at]) if (found := re.match(pattern, line)))


def _amount(dice: random.Random, least: int) -> int:
    """Any, but the little donor's own figure: no package may hold that."""
    amount = dice.randint(least, 3000)
    return amount + (amount == _DONORS_OWN)


_DONORS_OWN = 1250


def _to_list(name: str):  # noqa: ANN202
    def edit(side: Side) -> Edit:
        file = side.procedure()
        lines = side.lines(file)
        start = lines.index(f"{name}:")
        end = next(at for at in range(start + 1, len(lines)) if not lines[at].startswith("  - "))
        word = side.word()
        lines.insert(side.dice.choice([end, end, end, side.dice.randint(start + 1, end)]), f"  - {word}")
        side.write(file, lines)
        return Edit(file, (name,), word, is_item=True)

    return edit


def _paper(side: Side) -> Edit:
    file = side.procedure()
    lines = side.lines(file)
    starts = [at for at, line in enumerate(lines) if line.startswith("  - id: paper-") or line == "steps:"]
    name = f"paper-{side.label}{side.dice.randint(1000, 9999)}"
    at = side.dice.choice([starts[-1], starts[-1], side.dice.choice(starts)])
    lines[at:at] = [f"  - id: {name}", "    name:", f"      en: {side.word().capitalize()}", "    kind: copy"]
    side.write(file, lines)
    return Edit(file, ("documents", name, "kind"), "copy")


def _new_procedure(side: Side) -> Edit | None:
    number = side.dice.randint(500, 899)
    file = f"model/procedures/Z-{number}.yaml"
    if not side.claim(file, "new"):
        return None
    side.tree[file] = _procedure(side.dice, number)
    return Edit(file, ("code",), f"Z-{number}")


_CHOICES: dict[str, Callable[[random.Random], str]] = {
    "opens": lambda dice: f"07:{dice.randint(10, 59)}:00",
    "closes": lambda dice: f"17:{dice.randint(10, 59)}:00",
    "break_starts": lambda dice: f"11:{dice.randint(10, 59)}:00",
    "break_ends": lambda dice: f"13:{dice.randint(10, 59)}:00",
    "prefix": lambda dice: f'"Q{dice.randint(10, 99)}"',
    "accent": lambda dice: f'"#0b{dice.randint(10, 59)}{dice.randint(10, 57)}"',
}


def _setting(side: Side) -> Edit | None:
    key = side.dice.choice(list(_CHOICES))
    if not side.claim(SETTINGS, key):
        return None
    lines = side.lines(SETTINGS)
    at = next(at for at, line in enumerate(lines) if line.startswith(f"{key} = "))
    value = _CHOICES[key](side.dice)
    lines[at] = re.sub(r"= \S+", lambda _: f"= {value}", lines[at], count=1)
    side.write(SETTINGS, lines)
    table = _above(lines, at, r"\[(\w+)\]")
    return Edit(SETTINGS, (table, key), value.strip('"'), place=key)


def _remark(side: Side) -> Edit | None:
    lines = side.lines(SETTINGS)
    at = side.dice.choice([at for at, line in enumerate(lines) if " = " in line and " # " in line])
    if not side.claim(SETTINGS, ("remark", lines[at].partition(" = ")[0])):
        return None
    word = side.word()
    lines[at] += f"; {word}"
    side.write(SETTINGS, lines)
    return Edit(SETTINGS, (), word)


def _option(side: Side) -> Edit:
    """One more option, shown at its default below another one."""
    lines = side.lines(SETTINGS)
    word = f"{side.label}{side.dice.randint(1000, 9999)}"
    at = side.dice.choice([at for at, line in enumerate(lines) if " = " in line and not line.startswith("#")])
    lines.insert(at + 1, f"# option_{word} = true # {side.word()}")
    side.write(SETTINGS, lines)
    return Edit(SETTINGS, (), word)


def _service(side: Side) -> Edit | None:
    """Return a value of the compose file, or one more variable of its environment."""
    lines = side.lines(COMPOSE)
    if side.dice.random() < 0.5:
        name = f"PILOTKIT_{side.label.upper()}_{side.dice.randint(100, 999)}"
        at = next(at for at, line in enumerate(lines) if "PILOTKIT_STORAGE__URL" in line)
        lines.insert(at + 1, f"      - {name}")
        side.write(COMPOSE, lines)
        return Edit(COMPOSE, ("services", "pilot", "environment"), name, is_item=True)
    fit = re.compile(r"    (?:  )?(\w+): (?![\[\]{}>|])\S+")
    at = side.dice.choice([at for at, line in enumerate(lines) if fit.match(line)])
    service, key = _above(lines, at, r"  (\w+):$"), lines[at].strip().partition(":")[0]
    if not side.claim(COMPOSE, (service, key)):
        return None
    value = f"{side.label}-{side.dice.randint(100, 999)}"
    below = (_above(lines, at, r"    (\w+):$"), key) if lines[at].startswith("      ") else (key,)
    lines[at] = f"{lines[at].partition(':')[0]}: {value}"
    side.write(COMPOSE, lines)
    return Edit(COMPOSE, ("services", service, *below), value, place=(service, key))


def _line(side: Side) -> Edit | None:
    """Words at the end of a line of a text."""
    file = side.dice.choice((CADDY, UNIT, GUIDE, README))
    lines = side.lines(file)
    at = side.dice.choice([at for at, line in enumerate(lines) if line.strip()])
    was = lines[at]
    if not side.claim(file, was):
        return None
    word = side.word()
    lines[at] = f"{was} {word}"
    side.claim(file, lines[at])
    side.write(file, lines)
    return Edit(file, (), word, place=was)


def _insert(side: Side) -> Edit:
    """Return a new line in a text."""
    file = side.dice.choice((CADDY, UNIT, GUIDE, README))
    lines = side.lines(file)
    word = side.word()
    lines.insert(side.dice.randint(1, len(lines) - 1), f"# {word}")
    side.claim(file, f"# {word}")
    side.write(file, lines)
    return Edit(file, (), word)


_KINDS: dict[str, Callable[[Side], Edit | None]] = {
    "deadline": _scalar(
        r"      amount: ", lambda side: _amount(side.dice, 31),
        lambda lines, at: ("offers", _above(lines, at, r"  (\w+):$"), "deadline", "amount"),
    ),
    "hours": _scalar(
        r"    hours: ", lambda side: _amount(side.dice, 10),
        lambda lines, at: ("steps", _above(lines, at, r"  - id: (\S+)"), "hours"),
    ),
    "summary": _scalar(r"  en: .*\.$", lambda side: f"{side.word()}.", lambda _, __: ("summary", "en")),
    "paper name": _scalar(
        r"      en: (?!Receive|Decide)", lambda side: side.word(),
        lambda lines, at: ("documents", _above(lines, at, r"  - id: (paper\S+)"), "name", "en"),
    ),
    "term": _to_list("terms"),
    "basis": _to_list("legal_basis"),
    "paper": _paper,
    "procedure": _new_procedure,
    "setting": _setting,
    "remark": _remark,
    "option": _option,
    "service": _service,
    "line": _line,
    "insert": _insert,
}  # fmt: skip


@dataclass(frozen=True)
class History:
    """One package version and one province, both from the same first version."""

    package: Tree
    province: Tree
    package_edits: list[Edit]
    province_edits: list[Edit]

    @property
    def must_be_decided(self) -> bool:
        """Whether both sides made something different of the same thing: no tool can know which should hold."""
        mine = {(each.file, each.place): each.value for each in self.province_edits if each.place is not None}
        return any(
            (each.file, each.place) in mine and mine[each.file, each.place] != each.value for each in self.package_edits
        )


def history(first: Tree, seed: int, local: int, upstream: int) -> History:
    """Both sides of one seed."""
    ours = Side(dict(first), random.Random(f"{seed} province"), "p")
    theirs = Side(dict(first), random.Random(f"{seed} package"), "m")
    mine, new = ours.make(PROVINCE, local), theirs.make(PACKAGE, upstream)
    return History(theirs.tree, ours.tree, new, mine)


def write_tree(tree: Tree, folder: Path) -> None:
    """Every file below ``folder``."""
    for name, text in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
