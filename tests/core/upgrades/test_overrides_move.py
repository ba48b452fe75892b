"""Overrides that a renamed key takes to another file, or nowhere: each comment goes where its change goes."""

import pytest
import yaml
from tests.core.upgrades.test_scenarios import kept, upgrade

from pilotkit import Deployment
from pilotkit.upgrades.override_merge import Models, carry_over
from pilotkit.upgrades.renames import Renames

FROM, TO = "model/procedures/ZZ-101.yaml", "model/procedures/ZZ-102.yaml"
OURS = """# ours since 2026
decision: {is: Our ordinance, was: Ordinance 7} # the council's
documents:
  hospital-note:
    # copies are enough here
    kind: {is: copy, was: original}
"""
BESIDE = "# of copies\nterms: {is: [a copy], was: [true copy]}\n"


@pytest.fixture
def overrides(province):
    folder = province / "local/overrides/procedures"
    folder.mkdir(parents=True)
    (folder / "ZZ-101.yaml").write_text(OURS)
    return folder


@pytest.fixture
def moved(publisher):
    """A version in which the hospital's note belongs to another procedure."""
    source, target = (yaml.safe_load(publisher.read(file)) for file in (FROM, TO))
    note = next(each for each in source["documents"] if each["id"] == "hospital-note")
    source["documents"].remove(note)
    target["documents"].append(note)
    files = {file: yaml.safe_dump(data, sort_keys=False) for file, data in ((FROM, source), (TO, target))}
    key = "documents.hospital-note"
    return publisher.publish("1.1.0", files, renames=[{"since": "1.1.0", "old": f"{FROM}#{key}", "new": f"{TO}#{key}"}])


def test_a_change_moves_into_the_file_of_another_override_with_its_comment(province, overrides, moved):
    (overrides / "ZZ-102.yaml").write_text(BESIDE)
    plan = upgrade(province, moved)
    procedures = Deployment(province).catalog.procedures
    note = next(each for each in procedures["ZZ-102"].documents if each.id == "hospital-note")
    assert ("copy", ["a copy"], "Our ordinance") == (
        note.kind,
        list(procedures["ZZ-102"].terms),
        procedures["ZZ-101"].decision,
    )
    left, there = (overrides / "ZZ-101.yaml").read_text(), (overrides / "ZZ-102.yaml").read_text()
    assert ["decision"] == list(yaml.safe_load(left))
    assert ["# ours since 2026", "# the council's"] == [
        each for each in ("# ours since 2026", "# the council's") if each in left
    ]
    assert ["# of copies", "# copies are enough here"] == [
        each for each in ("# of copies", "# copies are enough here") if each in there
    ]
    assert ("council" in there, "copies are enough" in left, kept(plan)) == (False, False, [])


def test_a_change_moves_into_a_file_of_its_own_and_leaves_the_other_comments_behind(province, overrides, moved):
    upgrade(province, moved)
    there = (overrides / "ZZ-102.yaml").read_text()
    assert {"documents": {"hospital-note": {"kind": {"is": "copy", "was": "original"}}}} == yaml.safe_load(there)
    assert ("copies are enough" in there, "council" in there) == (True, False)


def test_what_is_set_aside_takes_its_own_comments_and_no_others(publisher, province, overrides):
    source = yaml.safe_load(publisher.read(FROM))
    source["documents"] = [each for each in source["documents"] if each["id"] != "hospital-note"]
    upgrade(province, publisher.publish("1.1.0", {FROM: yaml.safe_dump(source, sort_keys=False)}))
    left, aside = (
        (province / name).read_text()
        for name in ("local/overrides/procedures/ZZ-101.yaml", "local/set-aside/1.1.0/procedures/ZZ-101.yaml")
    )
    assert ("copies are enough" in aside, "council" in aside) == (True, False)
    assert ("copies are enough" in left, "council" in left, "since 2026" in left) == (False, True, True)


def test_three_overrides_whose_places_are_all_gone_are_all_set_aside(province):
    """Renamed in a ring that ends nowhere: two come to one place, and one that could stay there is there already."""
    overrides = {f"local/overrides/procedures/{name}.yaml": f"x: {{is: of {name}, was: 1}}\n" for name in "abc"}
    data = {f"model/procedures/{name}.yaml": "x: 1\n" for name in "abc"}
    ring = Renames(tuple((f"model/procedures/{old}.yaml", f"model/procedures/{new}.yaml") for old, new in ("cb", "ac")))
    info = Deployment(province).catalog.package
    layers = carry_over(overrides, Models(data.get, lambda _: None, info), ring, frozenset())
    kept = [yaml.safe_load(text)["x"]["is"] for text in layers.files.values() if text is not None]
    assert ["of a", "of b", "of c"] == sorted(kept)
