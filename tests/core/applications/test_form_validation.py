"""A page of questions: what people type becomes data of the right types, or one plain sentence for each question."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit.applications.form_errors import MESSAGES, FormError
from pilotkit.applications.form_validation import answers_of, check_form, check_page, convert, read_page
from pilotkit.model.form import Form, FormPage

TEXT = {"type": "string"}
NAUGHTY = (
    "<script>alert(1)</script>", "{{ 7*7 }}", "${jndi:ldap://x}", "'; DROP TABLE cases; --", "Nguyễn Thị Ánh",
    "\u202eabc", "🏴\U000e0067", "\\x00", "%s%n", "=1+1", "undefined", "A\u0000B", "a\u2028b", "日本語",
    "../../etc/passwd",
)  # fmt: skip


def page_of(required: tuple[str, ...] = (), **properties: object) -> FormPage:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    words = {name: {"label": {"en": name}} for name in properties}
    return FormPage.model_validate({"id": "p", "title": {"en": "P"}, "schema": schema, "questions": words})


def problems(page: FormPage, **answers: object) -> list[tuple[str, str]]:
    return [(each.question, each.kind) for each in check_page(page, answers)]


CHILD = page_of(
    ("name", "born", "sex"),
    name={"type": "string", "minLength": 1, "maxLength": 20},
    born={"type": "string", "format": "date"},
    sex={"enum": ["f", "m"]},
    weight={"type": "number", "minimum": 0.2, "exclusiveMaximum": 10},
    copies={"type": "integer", "minimum": 1, "maximum": 20},
    twins={"type": "boolean"},
    papers={"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "maxItems": 2},
    mail={"type": "string", "format": "email"},
    number={"type": "string", "pattern": "^[0-9]{12}$"},
)


def test_typed_text_becomes_data_of_the_types_that_the_schema_wants():
    posted = {
        "name": ["  Anh\r\nBa "], "born": ["2025-02-28"], "sex": ["f"], "weight": ["3.25"], "copies": ["2"],
        "twins": ["on"], "papers": ["a", "c"], "mail": ["a@b.org"], "number": ["001234567890"], "csrf": ["x"],
    }  # fmt: skip
    reading = read_page(CHILD, posted)
    expected = {
        "name": "Anh\nBa", "born": "2025-02-28", "sex": "f", "weight": 3.25, "copies": 2, "twins": True,
        "papers": ["a", "c"], "mail": "a@b.org", "number": "001234567890",
    }  # fmt: skip
    assert expected == reading.answers
    assert () == reading.problems


def test_an_empty_field_is_an_answer_that_was_not_given():
    assert {} == convert(CHILD, {"name": ["  "], "papers": ["", " "], "twins": []})


def test_every_problem_is_told_once_in_the_order_of_the_page():
    posted = {
        "name": ["x" * 21], "born": ["2025-02-30"], "weight": ["heavy"], "copies": ["1.5"], "twins": ["perhaps"],
        "papers": ["a", "z"], "mail": ["nobody"], "number": ["12"],
    }  # fmt: skip
    expected = [
        ("name", "too_long"), ("born", "not_date"), ("sex", "required"), ("weight", "not_number"),
        ("copies", "not_whole_number"), ("twins", "not_yes_or_no"), ("papers", "not_one_of"), ("mail", "not_email"),
        ("number", "pattern"),
    ]  # fmt: skip
    assert expected == [(each.question, each.kind) for each in read_page(CHILD, posted).problems]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"copies": 0}, ("copies", "too_small")),
        ({"copies": 21}, ("copies", "too_large")),
        ({"copies": True}, ("copies", "not_whole_number")),
        ({"weight": 10}, ("weight", "not_less")),
        ({"papers": ["a", "a"]}, ("papers", "twice")),
        ({"papers": ["a", "b", "c"]}, ("papers", "too_many")),
        ({"papers": "a"}, ("papers", "not_a_list")),
        ({"name": ""}, ("name", "required")),
        ({"name": 5}, ("name", "not_text")),
        ({"stranger": 1}, ("stranger", "unknown")),
        ({"born": "20250228"}, ("born", "not_date")),
        ({"born": "2025-W09-1"}, ("born", "not_date")),
        ({"born": "٢٠٢٥-٠٢-٢٨"}, ("born", "not_date")),
    ],
)
def test_data_that_does_not_fit_is_told_by_its_kind(answers, expected):
    fine = {"name": "A", "born": "2025-01-01", "sex": "m"}
    assert [expected] == problems(CHILD, **{**fine, **answers})


def test_a_message_says_its_limit_and_never_the_schema_s_own_words():
    found = check_page(CHILD, {"name": "x" * 21, "born": "2025-01-01", "sex": "m"})
    assert (FormError("name", "too_long", {"limit": "20"}),) == found
    assert "Enter at most 20 characters." == found[0].text
    assert "Enter at most %(limit)s characters." == found[0].message


def test_a_question_that_another_answer_opens_is_required_then():
    page = FormPage.model_validate(
        {
            "id": "p", "title": {"en": "P"}, "questions": {},
            "schema": {
                "type": "object",
                "properties": {"married": {"type": "boolean"}, "spouse": TEXT, "since": TEXT},
                "dependentRequired": {"spouse": ["since"]},
                "if": {"properties": {"married": {"const": True}}, "required": ["married"]},
                "then": {"required": ["spouse"]},
            },
        }
    )  # fmt: skip
    assert [] == problems(page, married=False)
    assert [("spouse", "required")] == problems(page, married=True)
    assert [("since", "required")] == problems(page, spouse="An")


def test_text_has_a_bound_even_where_the_schema_has_none():
    page = page_of(words={"type": "string"}, many={"type": "array", "items": {"type": "string"}})
    assert [("words", "too_long"), ("many", "too_many")] == problems(page, words="x" * 4001, many=["x"] * 201)


def test_what_no_page_asks_is_told_on_the_first():
    form = Form(id="f", pages=(CHILD,))
    found = check_form(form, {"name": "A", "born": "2025-01-01", "sex": "m", "role": "admin"})
    assert {"p": (FormError("role", "unknown"),)} == found


@pytest.mark.parametrize("words", NAUGHTY)
def test_naughty_strings_come_back_literally(words):
    page = page_of(words={"type": "string"})
    assert {"words": words} == read_page(page, {"words": [words]}).answers


@given(st.dictionaries(st.sampled_from(["name", "born", "sex", "weight", "copies", "twins", "papers", "mail", "x"]),
                       st.lists(st.text(max_size=40), max_size=4)))  # fmt: skip
def test_whatever_is_typed_is_read_without_a_fault_and_told_in_known_words(posted):
    reading = read_page(CHILD, posted)
    assert set(reading.answers) <= set(CHILD.schema_["properties"])
    assert all(each.kind in MESSAGES and each.text for each in reading.problems)
    assert len({each.question for each in reading.problems}) == len(reading.problems)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*CHILD.schema_["properties"], "x"]), _ANYTHING))
def test_whatever_a_program_sends_is_checked_without_a_fault(answers):
    for each in check_page(CHILD, answers):
        assert each.text


@given(st.dates(), st.integers(1, 20), st.sampled_from("fm"), st.text(min_size=1, max_size=20))
def test_right_answers_survive_being_typed(day: date, copies: int, sex: str, name: str):
    posted = {"born": [day.isoformat()], "copies": [str(copies)], "sex": [sex], "name": [name]}
    reading = read_page(CHILD, posted)
    if name.strip():
        assert () == reading.problems
    assert {"born": day.isoformat(), "copies": copies, "sex": sex} == answers_of(
        page_of(born={}, copies={}, sex={}), reading.answers
    )
    assert reading.answers == json.loads(json.dumps(reading.answers))


def test_every_message_can_be_filled_in():
    for kind in MESSAGES:
        assert "%" not in FormError("q", kind, {"limit": "3"}).text
