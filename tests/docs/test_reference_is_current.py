"""The reference says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documentation import ROOT
from reference_meanings import meaning_of, superfluous_meanings

import pilotkit
from pilotkit import hookspecs
from pilotkit.errors import DataError, Place
from pilotkit.facts.columns import TABLES
from pilotkit.measures.expressions import check_expression

REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted(REFERENCE.glob("*.md"))
GENERATED = [path for path in sorted((ROOT / "docs").rglob("*.md")) if "<!-- generated: " in path.read_text("utf-8")]


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", GENERATED, ids=lambda page: page.name)
def test_tables_are_those_of_the_code(page: Path, generator):
    committed = page.read_text(encoding="utf-8")
    assert generator.regenerated(committed) == committed, f"{page.name} is not current: run 'make docs-reference'"


def test_the_picture_of_the_floors_is_that_of_the_code():
    from draw_floors import drawn

    assert drawn() == (ROOT / "docs/images/floors.svg").read_text(encoding="utf-8"), "run 'make docs-reference'"


def test_every_hook_is_documented_with_its_signature(generator):
    page = _page("hooks.md")
    hooks = [value for value in vars(hookspecs).values() if hasattr(value, "pilotkit_spec")]
    signatures = [f"`{hook.__name__}{generator._signature(hook, as_property=False)}`" for hook in hooks]
    assert [] == [signature for signature in signatures if signature not in page]


def test_no_sentence_stands_in_for_a_docstring_that_is_there(generator):
    assert [] == superfluous_meanings(generator.described())


def test_a_table_nobody_can_generate_is_refused(generator):
    with pytest.raises(ValueError, match="nobody generates 'poems'"):
        generator.regenerated("<!-- generated: poems -->\n<!-- end generated -->")


def test_a_field_without_a_meaning_is_refused():
    class Poem:
        verses: int

    with pytest.raises(ValueError, match=r"Poem\.verses has no meaning"):
        meaning_of(Poem, "verses")


def test_every_hook_is_documented():
    hooks = [name for name, value in vars(hookspecs).items() if hasattr(value, "pilotkit_spec")]
    assert [] == [name for name in hooks if f"### `{name}`" not in _page("hooks.md")]


def test_every_public_name_is_documented():
    reference = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    names = (name for name in pilotkit.__all__ if not name.startswith("_"))
    assert [] == [name for name in names if not re.search(rf"\b{name}\b", reference)]


def test_every_column_is_documented():
    for table in TABLES.values():
        chapter = _page("facts.md").partition(f"\n## `{table.name}`\n")[2].partition("\n## ")[0]
        assert [] == [name for name in table.columns if f"| `{name}` |" not in chapter]


def test_expressions_shown_as_examples_are_accepted():
    rows = _page("kpi-expressions.md").partition("## Examples")[2]
    shown = re.findall(r"^\| [^`|]+ \| `(.+?)` \| `(.+?)` \|$", rows, re.MULTILINE)
    assert 6 == len(shown)
    for pair in shown:
        for expression in pair:
            check_expression(expression, Place("kpi-expressions.md"))


def test_expressions_shown_as_refused_are_refused():
    rows = _page("kpi-expressions.md").partition("## What is refused")[2].partition("## Examples")[0]
    shown = re.findall(r"\| `(.+?)` \|$", rows, re.MULTILINE)
    assert 7 == len(shown)
    for expression in shown:
        with pytest.raises(DataError):
            check_expression(expression, Place("kpi-expressions.md"))
