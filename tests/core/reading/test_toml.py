import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, PilotkitError, Place
from pilotkit.data import Head
from pilotkit.reading.nouns import noun_from
from pilotkit.reading.toml_data import parse_toml, read_toml


def test_broken_toml_names_the_file_and_the_line():
    with pytest.raises(DataError, match="is not valid TOML") as caught:
        parse_toml("[a]\nb = 1\nc = = 2\n", "pilot.toml")
    assert Place("pilot.toml", line=3) == caught.value.where


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(DataError, match="is not valid TOML"):
        parse_toml("a = 1\na = 2\n", "pilot.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert {"a": 1} == read_toml(tmp_path / "x.toml", "x.toml")


@given(st.text(max_size=200))
def test_any_text_is_data_or_an_error_of_ours(text):
    try:
        parse_toml(text, "x.toml")
    except PilotkitError as error:
        assert "x.toml" in str(error)


def test_an_abyss_is_refused(tmp_path):
    with pytest.raises(DataError):
        parse_toml("a = " + "[" * 100_000, "x.toml")


@pytest.mark.parametrize(
    "text", ["a" + ".a" * 20_000 + " = 1", f"x = {{ a{'.a' * 20_000} = 1 }}", f"['a'{' . b' * 200}]"]
)
def test_a_key_without_end_is_refused(text):
    with pytest.raises(DataError, match="more than 16 parts"):
        parse_toml(text, "x.toml")


def test_small_text_that_builds_large_tables_is_refused():
    lines = (f"a{number}." + ".".join(["b"] * 14) + " = 1" for number in range(5_000))
    with pytest.raises(DataError, match="more than 50000 keys, tables and lists"):
        parse_toml("\n".join(lines), "x.toml")


def test_tables_deeper_than_anybody_needs_are_refused():
    nested = "{ a = " * 70 + "1" + " }" * 70
    with pytest.raises(DataError, match="nests more than 60 levels deep"):
        parse_toml(f"x = {nested}", "x.toml")


def test_a_long_text_is_no_key():
    assert {"a": "b" * 500_000} == parse_toml(f'a = "{"b" * 500_000}"', "x.toml")


def test_a_number_too_long_to_be_written_out_is_refused_in_words():
    with pytest.raises(DataError, match=r"got a number without end"):
        noun_from(Head, parse_toml(f"id = 0x{'f' * 9_000}", "x.toml"), "x.toml")
