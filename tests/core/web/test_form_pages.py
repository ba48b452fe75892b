"""Pages of a form: what is asked, what is read, what is said where it will not do, and what the HTML holds."""

import re
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import View
from pilotkit.cases import FormPage
from pilotkit.pages import FilledPage, FormData
from pilotkit.web.govuk import component

TODAY = date(2025, 7, 28)
HOSTILE = "</textarea><script>alert(1)</script>\"'{{ 7*7 }}"
KINDS = {
    "name": ({"type": "string", "minLength": 2, "maxLength": 40}, "text"),
    "story": ({"type": "string", "maxLength": 2000}, "long"),
    "number": ({"type": "string", "pattern": "^[0-9]{12}$", "maxLength": 12}, "text"),
    "count": ({"type": "integer", "minimum": 1, "maximum": 5}, "number"),
    "amount": ({"type": "number"}, "number"),
    "born": ({"type": "string", "format": "date", "x-not-after": "today"}, "date"),
    "sex": ({"type": "string", "enum": ["f", "m"]}, "choice"),
    "many": ({"type": "array", "items": {"enum": ["a", "b"]}}, "several"),
    "married": ({"type": "boolean"}, "yes_or_no"),
}


def a_page(**schema):
    properties = {name: kind for name, (kind, _) in KINDS.items()}
    return FormPage.model_validate(
        {
            "id": "page",
            "title": {"en": "Page"},
            "schema": {"type": "object", "properties": properties, **schema},
            "questions": {name: {"label": {"en": f"The {name}"}} for name in properties},
        }
    )


def posted(**fields):
    return FormData(
        {name.replace("__", "-"): (value,) if isinstance(value, str) else value for name, value in fields.items()}
    )


def read(page=None, **fields):
    return FilledPage.of_posted(page or a_page(), posted(**fields), TODAY)


def wrong(filled):
    return {field.name: field.problem.kind for field in filled.problems}


def test_every_kind_of_question_is_told_from_its_schema():
    found = {field.name: str(field.kind) for field in FilledPage.of_answers(a_page(), {}).fields}
    assert {name: kind for name, (_, kind) in KINDS.items()} == found


def test_what_was_written_becomes_plain_data():
    filled = read(
        name=" Ada ", story="a\nb", number="012345678901", count="3", amount="1.000.000", born__day="1",
        born__month="7", born__year="2025", sex="f", many=("a", "b"), married="false",
    )  # fmt: skip
    assert {
        "name": "Ada", "story": "a\nb", "number": "012345678901", "count": 3, "amount": 1000000, "born": "2025-07-01",
        "sex": "f", "many": ["a", "b"], "married": False,
    } == filled.answers  # fmt: skip
    assert () == filled.problems


def test_what_was_read_can_be_shown_again():
    answers = read(name="Ada", born__day="1", born__month="7", born__year="2025", married="true", many=("b",)).answers
    given_again = {field.name: field.given for field in FilledPage.of_answers(a_page(), answers).fields if field.given}
    assert {"name": ("Ada",), "born": ("1", "7", "2025"), "married": ("true",), "many": ("b",)} == given_again


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "x" * 41}, {"name": "too_long"}),
        ({"name": "x"}, {"name": "too_short"}),
        ({"number": "12"}, {"number": "pattern"}),
        ({"count": "three"}, {"count": "not_whole_number"}),
        ({"count": "9"}, {"count": "too_large"}),
        ({"amount": "1,2,3"}, {"amount": "not_number"}),
        ({"born__day": "31", "born__month": "2", "born__year": "2025"}, {"born": "not_date"}),
        ({"born__day": "1"}, {"born": "not_date"}),
        ({"born__day": "29", "born__month": "7", "born__year": "2025"}, {"born": "in_the_future"}),
        ({"born__day": "1", "born__month": "7", "born__year": "25"}, {"born": "not_date"}),
        ({"sex": "x"}, {"sex": "not_one_of"}),
        ({"many": ("a", "z")}, {"many": "not_one_of"}),
        ({"married": "perhaps"}, {"married": "not_yes_or_no"}),
    ],
)
def test_what_will_not_do_is_said_and_stays_as_it_was_written(fields, expected):
    filled = read(**fields)
    assert expected == wrong(filled)
    assert filled.problems[0].given


def test_an_empty_page_is_asked_for_what_it_needs_and_nothing_else():
    assert {"name": "required", "sex": "required"} == wrong(read(a_page(required=["name", "sex"])))
    assert {} == wrong(read())


def test_what_is_needed_on_a_condition_is_asked_for_when_it_holds_and_is_not_called_optional():
    when = {"if": {"properties": {"sex": {"const": "f"}}, "required": ["sex"]}, "then": {"required": ["name"]}}
    page = a_page(allOf=[when])
    assert {"name": "required"} == wrong(read(page, sex="f"))
    assert {} == wrong(read(page, sex="m"))
    assert ["name"] == [field.name for field in FilledPage.of_answers(page, {}).fields if field.is_required]


def test_fields_that_the_page_does_not_ask_are_passed_over():
    assert {} == read(form_token="x", admin="yes").answers


@given(st.dictionaries(st.sampled_from([*KINDS, "born-day", "born-month", "born-year"]), st.text(max_size=60)))
def test_whatever_is_sent_is_read_and_either_kept_or_refused(fields):
    filled = FilledPage.of_posted(a_page(), FormData({name: (value,) for name, value in fields.items()}), TODAY)
    again = FilledPage.of_answers(a_page(), filled.answers)
    assert filled.answers == again.answers


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_every_day_up_to_today_is_read_as_it_was_written(day):
    filled = read(born__day=str(day.day), born__month=str(day.month), born__year=str(day.year))
    assert {"born": day.isoformat()} == filled.answers
    assert () == filled.problems


@pytest.fixture
def shown(make_town, page):
    """The HTML of a page of questions."""
    from pilotkit.web.application import create_app
    from pilotkit.web.page_request import PageRequest
    from pilotkit.web.rendering import Renderer
    from pilotkit.web.sitemap import site_map

    town = make_town(deployment__languages=["en", "vi"])
    create_app(town)

    def render(filled, language="en"):
        renderer = Renderer(town, site_map(town))
        request = PageRequest(town, language, __import__("datetime").datetime.now().astimezone(), form_token="token")
        environment = renderer._environment(request.package, language)
        source = (
            '{% import "forms.html" as forms with context %}'
            "{{ forms.styles() }}{{ forms.error_summary(filled.problems) }}"
            '{{ forms.start("/x") }}{{ forms.questions(filled) }}</form>'
            "{% for field in filled.fields %}<p>{{ forms.answer(field) }}</p>{% endfor %}{{ forms.scripts() }}"
        )
        frame = renderer._frame(request)
        return environment.from_string(source).render({**frame, "filled": filled})

    return render


def test_every_question_has_its_label_and_every_error_its_link(shown):
    html = shown(read(a_page(required=list(KINDS))))
    for name, (_, kind) in KINDS.items():
        anchor = f"{name}-day" if kind == "date" else name
        assert f'href="#{anchor}"' in html
        assert f'id="{anchor}"' in html
        assert f"The {name}" in html
        assert f'id="{name}-error"' in html
    assert 'name="form_token" value="token"' in html
    labels = set(re.findall(r'<label class="[^"]*" for="([^"]+)"', html))
    inputs = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', html))
    assert inputs <= labels


def test_no_code_and_no_style_stands_inside_a_form(shown):
    html = shown(read())
    assert " style=" not in html
    assert "<style" not in html
    assert [] == re.findall(r"<script(?![^>]*src=)", html)
    assert [] == re.findall(r" on\w+=", html)


def test_hostile_answers_come_back_literally(shown):
    html = shown(read(name=HOSTILE, story=HOSTILE, number=HOSTILE, count=HOSTILE, born__day=HOSTILE))
    assert "<script>alert" not in html
    assert "49" not in html
    assert unescape(html).count(HOSTILE) >= 5


def test_a_form_speaks_the_language_of_its_page(shown):
    html = unescape(shown(read(a_page(required=["name"])), "vi"))
    assert "Có chỗ cần sửa" in html
    assert "Hãy điền “The name”" in html
    assert "(không bắt buộc)" in html


def test_what_is_not_answered_says_so_and_a_day_is_written_as_one_writes_it(shown):
    html = shown(read(born__day="1", born__month="7", born__year="2025", married="true"))
    assert "1 Jul 2025" in html
    assert "<p>Yes</p>" in html.replace("\n", "")
    assert "not answered" in html


def test_a_page_without_the_built_assets_is_still_a_form(shown, monkeypatch):
    from pilotkit.web.assets import Assets

    monkeypatch.setattr(Assets, "has", lambda _self, name: False)
    html = shown(read())
    assert "vendor/" not in html
    assert "<form" in html


@pytest.mark.parametrize("kind", ["input", "textarea", "select", "radios", "checkboxes", "date-input", "error-summary"])
def test_a_component_escapes_what_it_is_given_as_text(kind):
    given_words = {"text": "<b>label</b>"}
    html = component(
        kind, id="i", name="n", idPrefix="i", namePrefix="n", titleText="<b>t</b>", value="<b>v</b>", label=given_words,
        hint=given_words, errorMessage=given_words, errorList=[{"text": "<b>e</b>", "href": "#i"}],
        items=[{"value": "<b>", "text": "<b>o</b>", "name": "day", "label": "<b>d</b>"}],
        fieldset={"legend": given_words},
    )  # fmt: skip
    assert "<b>" not in html


def test_a_view_can_use_the_components(visit_town, page):
    mine = page(lambda request: View("shell/index.html", {"procedures": 0, "pages": []}))
    assert 200 == visit_town(pages=(mine,)).get("/en/page").status_code
