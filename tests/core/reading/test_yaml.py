import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, PilotkitError, Place, Procedure
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.yaml_data import line_of_key, parse_yaml, read_yaml

PROCEDURE = """\
code: ZZ-1
name: {en: Name}
domain: trade
levels: [commune]
offers:
  online:
    deadline: {amount: 3, unit: working_days}
    fees:
      - {id: page, amount: 2}
reference: charter
certainty: high
"""


def refusal(text):
    with pytest.raises(DataError) as caught:
        parse_yaml(text, "x.yaml")
    return caught.value


def procedure_refusal(text):
    with pytest.raises(DataError) as caught:
        noun_from(Procedure, parse_yaml(text, "x.yaml"), "x.yaml", text=text)
    return caught.value


def test_an_empty_file_holds_nothing():
    assert parse_yaml("", "x.yaml") is None
    assert parse_yaml("# nothing yet\n", "x.yaml") is None


def test_broken_yaml_names_the_file_and_the_line():
    assert Place("x.yaml", line=3) == refusal("a: 1\nb: [1, 2\nc: 3\n").where


def test_a_key_that_stands_twice_is_refused_on_the_line_of_the_second():
    error = refusal("a: 1\nb: 2\na: 3\n")
    assert (Place("x.yaml", line=3), "is not valid YAML: key 'a' stands twice.") == (error.where, error.what)


def test_a_merge_may_be_overridden_by_the_key_it_is_merged_into():
    assert {"all": {"a": 1}, "one": {"a": 2}} == parse_yaml("all: &all {a: 1}\none: {<<: *all, a: 2}\n", "x.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [ls]",
        "a: !secret x",
        "a: 1\n---\nb: 2",
        "a: \0",
        "\ta: 1",
        "a: 2025-02-30",
        "a: " + "1" * 5000,
        "? {a: 1}\n: 2",
        "? [a]\n: 2",
        "*nobody",
    ],
)
def test_whatever_is_not_plain_data_is_refused_in_our_own_words(text):
    assert "is not valid YAML" in str(refusal(text))


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 100_000, "- " * 50_000, "? " * 50_000])
def test_an_abyss_is_refused_and_does_not_take_the_process_with_it(text):
    assert "nests more than 60 levels deep" in str(refusal(text))


@pytest.mark.parametrize(("depth", "refused"), [(60, False), (62, True), (900, True)])
def test_the_depth_is_bounded_long_before_it_hurts(depth, refused):
    text = "[" * depth + "]" * depth
    if refused:
        assert "nests more than 60 levels deep" in str(refusal(text))
    else:
        assert parse_yaml(text, "x.yaml")


def test_many_brackets_side_by_side_are_no_abyss():
    assert 5000 == len(parse_yaml("- {a: [1]}\n" * 5000, "x.yaml"))


def test_aliases_that_expand_without_end_are_refused():
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10))
    assert "once its aliases are followed" in str(refusal(f"l0: &l0 [x]\n{layers}\n"))


def test_an_alias_to_itself_is_refused():
    assert "nests more than 60 levels deep" in str(refusal("a: &a [*a]"))


@given(st.text(max_size=200))
def test_any_text_is_data_or_an_error_of_ours(text):
    try:
        parse_yaml(text, "x.yaml")
    except PilotkitError as error:
        assert "x.yaml" in str(error)


def test_an_unknown_key_is_named_with_file_key_and_line():
    error = procedure_refusal(PROCEDURE.replace("domain:", "domian: x\ndomain:"))
    assert "x.yaml line 3: domian: is not a key that pilotkit knows (got 'x')." in str(error)
    assert "Remove it, or correct its spelling." == error.remedy


def test_a_missing_key_is_named():
    assert "x.yaml: domain: is required. Add it." == str(procedure_refusal(PROCEDURE.replace("domain: trade\n", "")))


def test_a_wrong_value_deep_inside_is_named_with_its_line():
    error = procedure_refusal(PROCEDURE.replace("amount: 3", "amount: soon"))
    assert Place("x.yaml", "offers.online.deadline.amount", 7) == error.where
    assert "(got 'soon')" in error.what


def test_where_a_word_or_a_list_may_stand_the_list_itself_is_judged():
    error = procedure_refusal(PROCEDURE.replace("amount: 2", "amount: -2"))
    assert Place("x.yaml", "offers.online.fees.0.amount", 9) == error.where
    assert "greater than 0" in error.what


def test_how_many_more_are_wrong_is_said():
    error = procedure_refusal(PROCEDURE.replace("high", "sure").replace("[commune]", "[village]"))
    assert "1 more in this file." in error.what


def test_an_endless_value_is_cut_in_the_message():
    assert 300 > len(str(procedure_refusal(PROCEDURE.replace("high", "x" * 10_000))))


def test_a_list_is_no_mapping():
    with pytest.raises(DataError, match=r"x\.yaml: Input should be a valid dictionary"):
        noun_from(Procedure, ["a"], "x.yaml")


@pytest.mark.parametrize(
    ("path", "line"), [("a", 1), ("a.b", 2), ("a.b.1", 4), ("a.c", 5), ("a.c.two.x", 7), ("a.nope", 1), ("nope", None)]
)
def test_the_line_of_a_key_is_found_by_number_or_id(path, line):
    text = "a:\n  b:\n    - 1\n    - 2\n  c:\n    - {id: one, x: 1}\n    - {id: two, x: 2}\n"
    assert line == line_of_key(text, path)


def test_a_missing_file_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(DataError, match="is missing") as caught:
        read_yaml(tmp_path / "x.yaml", "x.yaml")
    assert caught.value.remedy


def test_what_is_not_utf8_is_refused_with_the_place_of_the_byte(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(DataError, match=r"is not UTF-8 text \(byte 9\)"):
        read_yaml(tmp_path / "x.yaml", "x.yaml")


def test_a_file_beyond_every_measure_is_refused_unread(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    with pytest.raises(DataError, match="is larger than 4 MiB"):
        read_yaml(tmp_path / "x.yaml", "x.yaml")


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_yaml(tmp_path, "x.yaml")


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\r"])
def test_an_abyss_behind_an_uncommon_end_of_line_is_refused(end):
    assert "nests more than 60 levels deep" in str(refusal(f"#{end}{'- ' * 100_000}x"))


def test_merges_that_expand_without_end_are_refused():
    layers = "\n".join(f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 10)}]}}" for n in range(1, 10))
    assert "merges (<<) without end" in str(refusal(f"l0: &l0 {{x: 1}}\n{layers}\n"))


def test_a_long_text_named_again_and_again_is_refused():
    assert "once its aliases are followed" in str(refusal(f"a: &a {'x' * 100_000}\nb: [{'*a, ' * 1_000}]"))


def test_more_values_than_memory_is_refused_before_it_is_composed():
    assert "holds more than 400000 values" in str(refusal(f"[{'a, ' * 900_000}]"))


@pytest.mark.parametrize("number", ["1" + ":1" * 10_000, "1" + ":1" * 10_000 + ".0", "0x" + "f" * 9_000])
def test_a_number_without_end_is_refused(number):
    assert "a number without end" in str(refusal(f"a: {number}"))


@pytest.mark.parametrize("tagged", ["!!int ''", "!!float ''", "!!bool maybe", "!!timestamp maybe", "!!map [a]"])
def test_a_value_that_is_not_what_its_tag_says_is_refused(tagged):
    assert "not what its tag" in str(refusal(f"a: {tagged}"))
