"""A form's schema is data with bounds: judging an answer takes little time, whatever a package brings."""

import pytest

from pilotkit import DataError, Deployment
from pilotkit.applications.form_validation import check_page
from pilotkit.cli.app import run
from pilotkit.model.form import FormPage
from pilotkit.reading.nouns import noun_from
from pilotkit.testing import tiny_deployment
from pilotkit.testing.sample_deployment import tiny_file

_DOUBLING = {f"d{each}": {"anyOf": [{"$ref": f"#/$defs/d{each - 1}"}] * 2} for each in range(1, 25)}


def page(properties, **more):
    schema = {"type": "object", "properties": properties, **more}
    words = {name: {"label": {"en": name}} for name in properties}
    data = {"id": "p", "title": {"en": "P"}, "schema": schema, "questions": words}
    return noun_from(FormPage, data, "model/forms/x.yaml")


@pytest.mark.parametrize(
    ("properties", "more", "words"),
    [
        ({"answer": {"$ref": "#/properties/answer"}}, {}, r"properties\.answer\.\$ref is no keyword of forms"),
        ({"answer": {"$ref": "http://127.0.0.1:1/schema.json"}}, {}, r"\$ref is no keyword"),
        ({"answer": {"$ref": "file:///etc/hostname"}}, {}, r"\$ref is no keyword"),
        ({"answer": {"$ref": "#/$defs/d24"}}, {"$defs": _DOUBLING}, r"\$defs is no keyword"),
        ({"answer": {"type": "array", "items": {"type": "object"}}}, {}, r"items is of type 'object'"),
        ({"answer": {"type": "object"}}, {}, r"properties\.answer is of type 'object'"),
        ({"answer": {"type": "string", "pattern": "(?=a)a"}}, {}, r"properties\.answer\.pattern: .* RE2 syntax"),
        ({"answer": {"type": "string", "pattern": "a" * 501}}, {}, "at most 500 characters"),
        ({"answer": {"type": "string", "pattern": 5}}, {}, "pattern is not text"),
        ({"answer": {"enum": list(range(1001))}}, {}, "not a list of at most 1000"),
        ({"answer": {"type": "string"}}, {"allOf": [{"required": ["answer"]}] * 1001}, "more than 1000 schemas"),
        ({"answer": {"type": "string"}}, {"allOf": {"not": {}}}, "allOf is not a list"),
        ({"answer": {"type": "string"}}, {"if": 7}, "if is not a schema"),
        ({"answer": {"type": "string"}}, {"patternProperties": {"^(a+)+$": {}}}, "patternProperties is no keyword"),
    ],
)
def test_what_forms_do_not_need_is_refused_with_file_key_and_reason(properties, more, words):
    with pytest.raises(DataError, match=rf"model/forms/x\.yaml: schema: .*{words}"):
        page(properties, **more)


def test_conditions_inside_conditions_have_an_end():
    inner = {"required": ["answer"]}
    for _ in range(13):
        inner = {"not": inner}
    with pytest.raises(DataError, match="nests more than 12 schemas deep"):
        page({"answer": {"type": "string"}}, allOf=[inner])


@pytest.mark.parametrize(
    ("pattern", "answer"), [("^(a+)+$", "a" * 40 + "!"), ("(a|aa)+$", "a" * 40 + "!"), ("(x+x+)+y", "x" * 40)]
)
def test_a_pattern_whose_time_would_double_with_every_letter_is_judged_at_once(pattern, answer):
    asked = page({"answer": {"type": "string", "maxLength": 100, "pattern": pattern}})
    assert ["pattern"] == [each.kind for each in check_page(asked, {"answer": answer})]


def test_a_pattern_finds_its_match_anywhere_and_its_end_is_the_very_end():
    asked = page({"answer": {"type": "string", "pattern": "b+$"}})
    assert () == check_page(asked, {"answer": "aabb"})
    assert ["pattern"] == [each.kind for each in check_page(asked, {"answer": "aabb\n"})]


def test_letters_of_every_script_have_a_class():
    asked = page({"answer": {"type": "string", "pattern": r"^\p{L}+$"}})
    assert () == check_page(asked, {"answer": "Nguyễn"})


def test_more_answers_than_a_question_takes_are_not_compared():
    asked = page({"answer": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}})
    assert ["too_many"] == [each.kind for each in check_page(asked, {"answer": [str(each) for each in range(1500)]})]


def test_check_names_form_page_question_and_reason(tmp_path, capsys):
    form = """
id: bounded
pages:
  - id: first
    title: {en: A, fr: A}
    schema: {type: object, properties: {answer: {type: string, pattern: "(a)\\\\1"}}}
    questions: {answer: {label: {en: A, fr: A}}}
"""
    files = {
        "model/forms/bounded.yaml": form,
        **tiny_file("model/procedures/ZZ-101.yaml", ("code: ZZ-101", "code: ZZ-101\nform: bounded")),
    }
    folder = tiny_deployment(tmp_path / "town", files=files)
    assert 0 != run(["check", str(folder)])
    told = " ".join(capsys.readouterr().err.split())
    assert "model/forms/bounded.yaml" in told
    assert "pages.0.schema" in told
    assert "properties.answer.pattern" in told
    with pytest.raises(DataError, match="RE2 syntax"):
        _ = Deployment(folder).catalog
