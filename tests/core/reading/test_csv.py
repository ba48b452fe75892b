import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import Channel, DataError, Place, ServicePoint, Target
from pilotkit.data import Head
from pilotkit.reading.csv_data import read_csv

HEADS = "id,unit,office,superior\n"


def heads(tmp_path, text):
    (tmp_path / "heads.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_csv(Head, tmp_path / "heads.csv", "local/heads.csv")


def refusal(tmp_path, text):
    with pytest.raises(DataError) as caught:
        heads(tmp_path, text)
    return caught.value


def test_a_row_is_a_noun_and_an_empty_cell_is_absent(tmp_path):
    assert [Head(id="mayor", unit="PA", office="Mayor")] == heads(tmp_path, HEADS + "mayor,PA,Mayor,\n")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_add_does_no_harm(tmp_path, mark, end):
    text = f'{HEADS}mayor,PA,"Mayor, elected",\n\n'.replace("\n", end)
    assert ["Mayor, elected"] == [head.office for head in heads(tmp_path, mark + text.encode())]


def test_columns_may_stand_in_any_order(tmp_path):
    assert ["PA"] == [head.unit for head in heads(tmp_path, "office,id,unit\nMayor,mayor,PA\n")]


def test_an_unknown_column_is_named_with_those_that_are_known(tmp_path):
    error = refusal(tmp_path, "id,unit,offise\na,b,c\n")
    assert (Place("local/heads.csv", line=1), "column 'offise' is not one that pilotkit knows.") == (
        error.where,
        error.what,
    )
    assert "Columns are: id, unit, office, superior, valid_to." == error.remedy


def test_a_column_that_stands_twice_is_refused(tmp_path):
    assert "column 'id' stands twice." == refusal(tmp_path, "id,unit,id\na,b,c\n").what


@pytest.mark.parametrize("row", ["mayor,PA,Mayor,,extra", "mayor,PA"])
def test_a_row_of_another_length_is_refused_with_its_line(tmp_path, row):
    error = refusal(tmp_path, f"{HEADS}a,PA,A,\n{row}\n")
    assert Place("local/heads.csv", line=3) == error.where
    assert f"has {row.count(',') + 1} cells where the header has 4." == error.what


def test_a_wrong_value_is_named_with_column_and_line(tmp_path):
    error = refusal(tmp_path, f"{HEADS}a,PA,A,\nMAYOR,PA,Mayor,\n")
    assert Place("local/heads.csv", "id", 3) == error.where


def test_a_missing_value_is_named_with_column_and_line(tmp_path):
    (tmp_path / "targets.csv").write_text("kpi,unit,goal,reference,certainty\nonline_share,PA,,charter,high\n")
    with pytest.raises(DataError) as caught:
        read_csv(Target, tmp_path / "targets.csv", "local/targets.csv")
    assert "local/targets.csv line 2: goal: is required. Add it." == str(caught.value)


def test_the_line_is_right_after_cells_of_several_lines(tmp_path):
    error = refusal(tmp_path, f'{HEADS}a,PA,"A\nof\nall",\n\nMAYOR,PA,Mayor,\n')
    assert 6 == error.where.line


@pytest.mark.parametrize("text", ['id,unit,office\na,b,"c\n', 'id,unit,office\na,"b"x,c\n'])
def test_broken_quotes_are_refused(tmp_path, text):
    assert "is not valid CSV" in refusal(tmp_path, text).what


def test_a_file_without_a_header_is_refused(tmp_path):
    assert "is empty." == refusal(tmp_path, "").what


def test_a_header_alone_is_no_rows(tmp_path):
    assert [] == heads(tmp_path, HEADS)


def test_several_values_stand_in_one_cell_with_spaces_between(tmp_path):
    (tmp_path / "points.csv").write_text(
        "id,kind,name,unit,channels,reference,certainty\na,kiosk,A,PA,online  post,charter,high\n"
    )
    (point,) = read_csv(ServicePoint, tmp_path / "points.csv", "local/points.csv")
    assert (Channel.ONLINE, Channel.POST) == point.channels


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=40))
def test_whatever_stands_in_a_quoted_cell_comes_back(tmp_path_factory, office):
    stream = io.StringIO()
    csv.writer(stream).writerows([["id", "unit", "office"], ["a", "PA", f"x{office}x"]])
    path = tmp_path_factory.mktemp("csv")
    assert [f"x{office}x"] == [head.office for head in heads(path, stream.getvalue())]


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", " =HYPERLINK(1)"])
def test_a_cell_that_a_spreadsheet_would_run_is_refused(tmp_path, cell):
    error = refusal(tmp_path, HEADS + f"mayor,PA,{cell},\n")
    assert Place("local/heads.csv", "office", 2) == error.where
    assert "starts like a formula" in error.what


@pytest.mark.parametrize("cell", ["-30.5", "+84", "-1e-3", "Mayor - acting", "1+1", "-"])
def test_a_number_with_its_sign_is_no_formula(tmp_path, cell):
    assert cell == heads(tmp_path, HEADS + f"mayor,PA,{cell},\n")[0].office
