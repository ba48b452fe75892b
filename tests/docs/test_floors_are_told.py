"""The decision on floors names the floors that import-linter enforces."""

import re
import tomllib

from documentation import ROOT

DECISION = ROOT / "docs" / "decisions" / "0002-floors.md"
ROOM = re.compile(r"^[a-z_]+(?: [|:] [a-z_]+)*")


def enforced():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [layer.replace("pilotkit.", "") for layer in contract["layers"]]


def test_the_decision_names_every_floor_in_the_order_of_the_contract():
    block = DECISION.read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    told = [found.group().strip() for line in block.splitlines() if (found := ROOM.match(line))]
    assert enforced() == told
