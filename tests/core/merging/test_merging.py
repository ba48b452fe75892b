"""Nothing that one side alone changed is lost, whatever the other side did."""

import copy
import json
import random
import tomllib

import pytest
import tomlkit
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit.merging.documents import edited
from pilotkit.merging.files import merge_files
from pilotkit.merging.texts import merge_texts
from pilotkit.merging.values import differences, is_same, merge_values
from pilotkit.overlay import ABSENT, found_at

MERGES = size(4_000, 20_000)
WORDS = ("word", "yes", "no", "12", "two words", "a: b", "x #y", "", "#", "null", "- item", "1_000", "2025-07-01")


def value(dice, depth=0):
    chance = dice.random()
    if depth < 2 and chance < 0.25:
        return {f"k{dice.randrange(9)}": value(dice, depth + 1) for _ in range(dice.randrange(1, 4))}
    if depth < 2 and chance < 0.35:
        return [{"id": f"i{n}", "v": value(dice, 2)} for n in dice.sample(range(9), dice.randrange(1, 4))]
    if chance < 0.45:
        return [f"{dice.choice('abcdefgh')}x" for _ in range(dice.randrange(1, 4))]
    return dice.choice([dice.randrange(100), dice.random() < 0.5, 1.5, *WORDS])


def changed(dice, data):
    """``data`` with one to three keys set, added or taken away, at any depth."""
    data = copy.deepcopy(data)
    for _ in range(dice.randrange(1, 4)):
        node = data
        while True:
            key = dice.choice(list(node)) if node and dice.random() < 0.8 else f"k{dice.randrange(12)}"
            child = node.get(key)
            if isinstance(child, dict) and dice.random() < 0.7:
                node = child
                continue
            if isinstance(child, list) and child and isinstance(child[0], dict) and dice.random() < 0.7:
                if dice.random() < 0.3:
                    child.append({"id": f"n{dice.randrange(9999)}", "v": value(dice, 2)})
                    break
                node = dice.choice(child)
                continue
            if key != "id":
                if key in node and dice.random() < 0.25 and len(node) > 1:
                    del node[key]
                else:
                    node[key] = value(dice, 1)
            break
    return data


def three(dice):
    base = {f"k{i}": value(dice) for i in range(dice.randrange(3, 7))}
    return base, changed(dice, base), changed(dice, base)


def lost(base, ours, theirs, merged, conflicts):
    """Edits of one side that the other side has nothing to say about, and that are not in the outcome."""
    told = {each.path for each in conflicts}
    for mine, others in ((ours, theirs), (theirs, ours)):
        touched = [path for path, _, _ in differences(base, others)]
        for path, _, wanted in differences(base, mine):
            related = any(path[: len(each)] == each or each[: len(path)] == path for each in (*touched, *told))
            if not related and not is_same(found_at(merged, path), wanted):
                yield path, wanted


@pytest.mark.drill
def test_of_many_random_merges_none_loses_an_edit_of_one_side(record_property):
    record_property("merges", MERGES)
    for seed in range(MERGES):
        base, ours, theirs = three(random.Random(seed))
        merged = merge_values(base, ours, theirs)
        assert [] == list(lost(base, ours, theirs, merged.value, merged.conflicts)), seed
        mirrored = merge_values(base, theirs, ours)
        assert {each.path for each in merged.conflicts} == {each.path for each in mirrored.conflicts}, seed
        for each in merged.conflicts:
            assert not is_same(each.ours, each.theirs)
            assert not is_same(each.ours, each.base)
            assert not is_same(each.theirs, each.base)


@pytest.mark.drill
@pytest.mark.parametrize(
    ("name", "merges", "most", "write", "read"),
    [
        ("x.yaml", size(150, 1_200), 0.05, lambda data: yaml.safe_dump(data, sort_keys=False), yaml.safe_load),
        ("x.toml", size(200, 1_000), 0.01, tomlkit.dumps, tomllib.loads),
        ("x.json", size(400, 2_000), 0.01, lambda data: json.dumps(data, indent=2) + "\n", json.loads),
    ],
    ids=["yaml", "toml", "json"],
)
def test_files_hold_what_merging_by_key_gives_and_are_seldom_left_whole_to_a_person(
    name, merges, most, write, read, record_property
):
    left_whole = []
    for seed in range(merges):
        base, ours, theirs = (write(each) for each in three(random.Random(seed)))
        merged = merge_files(name, base.encode(), ours.encode(), theirs.encode())
        if any(each.key == "" for each in merged.clashes):
            left_whole.append(seed)
            assert ours.encode() == merged.data, seed
        else:
            expected = merge_values(read(base), read(ours), read(theirs))
            assert is_same(expected.value, read(merged.data.decode())), seed
            assert {each.key for each in expected.conflicts} == {each.key for each in merged.clashes}, seed
    record_property("merges", merges)
    record_property("left_whole", len(left_whole))
    assert len(left_whole) <= most * merges, left_whole


LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=8).map(lambda lines: "".join(f"{x}\n" for x in lines))


@given(LINES, LINES)
def test_a_text_that_one_side_alone_changed_is_that_side_s(base, other):
    assert other == merge_texts(base, other, base) == merge_texts(base, base, other) == merge_texts(base, other, other)


@settings(max_examples=400)
@given(LINES, LINES, LINES)
def test_a_text_merges_the_same_from_either_side(base, ours, theirs):
    assert merge_texts(base, ours, theirs) == merge_texts(base, theirs, ours)


def test_comments_of_both_sides_stay_where_they_were_written():
    base = "# head\na: 1 # one\nb:\n  - x # ex\n  - y\nc: 3\n"
    ours = base.replace("a: 1 # one", "a: 9 # nine")
    theirs = base.replace("c: 3", "# about c\nc: 4 # four")
    merged = merge_files("x.yaml", base.encode(), ours.encode(), theirs.encode())
    assert ("# head\na: 9 # nine\nb:\n  - x # ex\n  - y\n# about c\nc: 4 # four\n", ()) == (
        merged.data.decode(),
        merged.clashes,
    )


def test_a_comment_above_the_next_key_survives_the_removal_of_a_key():
    text = "a: 1\n# about b\nb: 2\n# about c\nc: 3\n"
    assert "a: 1\n# about b\n# about c\nc: 3\n" == edited("x.yaml", text, {"a": 1, "c": 3})


def test_options_of_a_command_line_are_not_mixed():
    base, ours, theirs = (["run"], ["run", "--port", "1"], ["run", "--port", "2"])
    merged = merge_values({"command": base}, {"command": ours}, {"command": theirs})
    assert (ours, ["command"]) == (merged.value["command"], [each.key for each in merged.conflicts])


def test_a_key_that_both_add_is_a_conflict_only_where_they_differ():
    assert () == merge_values({}, {"a": 1}, {"a": 1}).conflicts
    assert [("a", ABSENT, 1, 2)] == [
        (each.key, each.base, each.ours, each.theirs) for each in merge_values({}, {"a": 1}, {"a": 2}).conflicts
    ]


def test_true_one_and_one_point_zero_are_three_values():
    assert [False, False, True] == [is_same(True, 1), is_same(1, 1.0), is_same([1, {"a": None}], [1, {"a": None}])]


SERVICE = """[Unit]
Description=Public services

[Service]
# how it runs
Restart=on-failure
ExecStart=serve \\
    --port 8000
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


def with_line(above, line):
    return SERVICE.replace(above, f"{above}\n{line}")


def test_what_both_put_in_at_one_place_of_a_unit_file_stands_side_by_side():
    ours, theirs = with_line("PrivateTmp=yes", "MemoryMax=2G"), with_line("PrivateTmp=yes", "# safer\nProtectClock=yes")

    merged = merge_files("pilotkit.service", SERVICE.encode(), ours.encode(), theirs.encode())

    assert merged.clashes == ()
    assert merged.data.decode() == with_line("PrivateTmp=yes", "MemoryMax=2G\n# safer\nProtectClock=yes")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (with_line("[Service]", "RestartSec=2"), with_line("PrivateTmp=yes", "RestartSec=9")),
        (with_line("PrivateTmp=yes", "Restart=no"), SERVICE.replace("Restart=on-failure", "Restart=always")),
        (SERVICE.replace("    --port 8000", "    --port 80"), SERVICE.replace("    --port 8000", "    --port 443")),
        (with_line("multi-user.target", "[Timer]"), with_line("multi-user.target", "Alias=pilot.service")),
    ],
    ids=["far apart", "set again", "a line that goes on", "another section"],
)
def test_a_key_of_a_unit_file_that_both_set_needs_a_person_wherever_it_stands(ours, theirs):
    merged = merge_files("pilotkit.service", SERVICE.encode(), ours.encode(), theirs.encode())

    assert merged.data.decode() == ours
    assert [each.why for each in merged.clashes] == ["both sides changed the same key"]


def test_the_same_change_of_a_unit_file_by_both_is_one_change():
    both = with_line("PrivateTmp=yes", "MemoryMax=2G")
    ours, theirs = both.replace("on-failure", "always"), both.replace("WantedBy=multi", "WantedBy=single")

    merged = merge_files("pilotkit.timer", SERVICE.encode(), ours.encode(), theirs.encode())

    assert merged.data.decode() == ours.replace("WantedBy=multi", "WantedBy=single")


def test_a_line_put_in_beside_a_changed_one_needs_a_person_where_it_could_undo_it_and_nobody_in_prose():
    base, ours = "FROM x\nENV WORKERS=2\n", "FROM x\nENV WORKERS=8\n"
    theirs = "FROM x\nENV WORKERS=2\nENV TZ=UTC\nENV WORKERS=4\n"
    code, prose = (merge_files(name, *map(str.encode, (base, ours, theirs))) for name in ("Containerfile", "a.md"))
    assert (ours, 1) == (code.data.decode(), len(code.clashes))
    assert ("FROM x\nENV WORKERS=8\nENV TZ=UTC\nENV WORKERS=4\n", ()) == (prose.data.decode(), prose.clashes)


def test_a_comment_of_toml_that_touches_its_value_is_not_lost():
    texts = ("a = [1]\nb = '#x'\n", "a = [1]# keep, law 5\nb = '#x'\n", "a = [2]\nb = '#x'\n")
    merged = merge_files("x.toml", *map(str.encode, texts))
    assert "# keep, law 5" in merged.data.decode()
