import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, Place
from pilotkit.overlay import ABSENT, DELETE, apply_overlay

KEYS = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
TREES = st.dictionaries(
    KEYS, st.recursive(SCALARS, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8)
)
VALUES = SCALARS | st.lists(st.integers(), max_size=3) | st.dictionaries(st.just("x"), st.integers())


def leaves(tree, path=()):
    """Every path to something that is no mapping, or an empty one."""
    if isinstance(tree, dict) and tree:
        return {key: value for name, node in tree.items() for key, value in leaves(node, (*path, name)).items()}
    return {path: tree}


def nested(changes):
    """An overlay that makes each change at its path."""
    overlay = {}
    for path, change in changes.items():
        node = overlay
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = change
    return overlay


@st.composite
def trees_with_new_leaves(draw):
    tree = draw(TREES.filter(bool))
    chosen = draw(st.lists(st.sampled_from(sorted(leaves(tree))), unique=True, max_size=4))
    return tree, {path: draw(VALUES) for path in chosen}


@given(trees_with_new_leaves())
def test_an_overlay_gives_exactly_its_values_and_changes_nothing_else(case):
    tree, new = case
    before, overlay = leaves(tree), nested({path: {"is": value} for path, value in new.items()})
    result, changes = apply_overlay(tree, overlay, "x.yaml")
    expected = {key: value for key, value in before.items() if key not in new}
    assert expected == {key: value for key, value in leaves(result).items() if key in before and key not in new}
    for path, value in new.items():
        node = result
        for part in path:
            node = node[part]
        assert value == node
    assert set(new) == {change.path for change in changes}


@given(trees_with_new_leaves())
def test_the_package_and_the_overlay_stay_as_they_are(case):
    tree, new = case
    overlay = nested({path: {"is": value, "was": 1} for path, value in new.items()})
    tree_before, overlay_before = copy.deepcopy((tree, overlay))
    result, _ = apply_overlay(tree, overlay, "x.yaml")
    for path in new:
        node = result
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = "spoilt"
    assert (tree_before, overlay_before) == (tree, overlay)


@given(trees_with_new_leaves())
def test_taking_the_changes_back_gives_the_package(case):
    tree, new = case
    before = leaves(tree)
    there = nested({path: {"is": value, "was": before[path]} for path, value in new.items()})
    back = nested({path: {"is": before[path], "was": value} for path, value in new.items()})
    changed, changes = apply_overlay(tree, there, "x.yaml")
    restored, undone = apply_overlay(changed, back, "x.yaml")
    assert tree == restored
    assert not any(change.is_stale for change in (*changes, *undone))


@given(TREES)
def test_an_empty_overlay_changes_nothing(tree):
    assert (tree, ()) == apply_overlay(tree, {}, "x.yaml")


def test_a_deleted_key_is_gone():
    result, (change,) = apply_overlay({"a": 1, "b": 2}, {"a": {DELETE: True, "was": 1}}, "x.yaml")
    assert ({"b": 2}, ABSENT, False) == (result, change.value, change.is_stale)


def test_a_key_may_be_added():
    result, (change,) = apply_overlay({"a": 1}, {"b": {"is": 2}}, "x.yaml")
    assert ({"a": 1, "b": 2}, ABSENT, False) == (result, change.found, change.is_stale)


def test_a_value_may_become_null():
    result, (change,) = apply_overlay({"a": 1}, {"a": {"is": None, "was": 1}}, "x.yaml")
    assert ({"a": None}, False) == (result, change.is_stale)


LIST = [{"id": "one", "x": 1}, {"id": "two", "x": 2}]


def test_things_in_a_list_are_named_by_their_id_and_keep_their_order():
    result, (change,) = apply_overlay(LIST, {"one": {"x": {"is": 9, "was": 1}}}, "x.yaml")
    assert ([{"id": "one", "x": 9}, {"id": "two", "x": 2}], "one.x") == (result, change.key)


def test_a_thing_of_a_list_may_be_deleted():
    assert [LIST[1]] == apply_overlay(LIST, {"one": {DELETE: True, "was": LIST[0]}}, "x.yaml")[0]


def test_a_thing_added_to_a_list_gets_the_id_it_is_named_by():
    assert [*LIST, {"id": "three", "x": 3}] == apply_overlay(LIST, {"three": {"is": {"x": 3}}}, "x.yaml")[0]


def test_a_thing_of_a_list_may_be_replaced_whole():
    result, _ = apply_overlay(LIST, {"one": {"is": {"id": "one", "y": 5}, "was": LIST[0]}}, "x.yaml")
    assert [{"id": "one", "y": 5}, LIST[1]] == result


@given(st.sampled_from(["one", "two"]), st.integers())
def test_changing_one_thing_of_a_list_leaves_the_others(id_, value):
    result, _ = apply_overlay(LIST, {id_: {"x": {"is": value}}}, "x.yaml")
    assert [item for item in LIST if item["id"] != id_] == [item for item in result if item["id"] != id_]


@pytest.mark.parametrize(
    ("base", "was", "stale"),
    [
        ({"a": 1}, {"was": 1}, False),
        ({"a": 2}, {"was": 1}, True),
        ({"a": 2}, {}, True),
        ({}, {}, False),
        ({}, {"was": 1}, True),
        ({"a": None}, {"was": None}, False),
        ({"a": {"x": [1]}}, {"was": {"x": [1]}}, False),
    ],
)
def test_a_change_is_stale_when_the_package_no_longer_has_what_it_replaced(base, was, stale):
    _, (change,) = apply_overlay(base, {"a": {"is": 9, **was}}, "x.yaml")
    assert stale == change.is_stale


@pytest.mark.parametrize(
    ("base", "overlay", "key", "what"),
    [
        ({"a": 1}, {"a": 2}, "a", "a bare value stands where a change is expected."),
        ({"a": 1}, 2, "", "a bare value stands where a change is expected."),
        ({"a": 1}, [], "", "a bare value stands where a change is expected."),
        ({"a": {"b": 1}}, {"a": {"c": {"d": {"is": 1}}}}, "a.c", "is not in the package, so nothing below it"),
        ({"a": 1}, {"a": {"is": 2, "waz": 1}}, "a.is", "is not in the package"),
        ({"a": [1, 2]}, {"a": {"1": {"is": 9}}}, "a.1", "cannot be changed by key"),
        ({"a": 1}, {"a": {DELETE: False, "was": 1}}, "a", "is not 'true' on its own"),
        ({"a": 1}, {"a": {DELETE: True, "is": 1}}, "a", "is not 'true' on its own"),
        (None, {"a": {"is": 1}}, "a", "cannot be changed by key"),
    ],
)
def test_what_is_not_a_change_is_refused_with_its_key(base, overlay, key, what):
    with pytest.raises(DataError) as caught:
        apply_overlay(base, overlay, "local/overrides/x.yaml")
    assert Place("local/overrides/x.yaml", key) == caught.value.where
    assert what in caught.value.what
