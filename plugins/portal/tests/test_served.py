"""The pages as a visitor gets them: in every language, with hostile data, and light."""

import re
import warnings

import pytest

from pilotkit.web.application import create_app

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PATHS = [
    "",
    "/procedures",
    "/procedures?q=birth",
    "/procedures?q=nothing+at+all",
    "/procedures?event=having-a-child",
    "/procedures?domain=trade",
    "/procedures/ZZ-101",
    "/procedures/ZZ-102",
    "/procedures/ZZ-201",
    "/points",
    "/points?unit=PA-01",
    "/points?unit=PA-03&kind=kiosk",
    "/points/centre",
    "/points/kiosk-3",
    "/help",
]


@pytest.fixture
def visitor(make_town):
    def make(files=None, **changes):
        app = create_app(make_town(files, **{"deployment__languages": ["en", "fr", "vi"], **changes}))
        return TestClient(app)

    return make


def test_every_page_reads_in_every_language_and_needs_no_script(visitor):
    client = visitor()
    for language in ("en", "fr", "vi"):
        for path in PATHS:
            answer = client.get(f"/{language}{path}")
            assert 200 == answer.status_code, path
            assert f'<html lang="{language}">' in answer.text
            assert 1 == answer.text.count("<h1"), path
            scripts = set(re.findall(r"<script[^>]*?src=\"([^\"?]+)[^>]*></script>", answer.text))
            assert answer.text.count("<script") == len(scripts)
            assert scripts <= ({"/static/vendor/htmx.js"} if path.startswith("/procedures") else set())
            assert " style=" not in answer.text


def test_the_first_page_is_one_question_and_one_field(visitor):
    text = visitor().get("/vi").text
    assert "Hôm nay bạn cần làm gì?" in text
    assert 1 == text.count("<input")


def test_a_fee_that_nobody_has_published_is_never_nought(visitor):
    text = visitor().get("/en/procedures/ZZ-201").text
    assert "Fee not published" in text
    assert "Free" not in text
    assert "40.5" in text
    assert "synthetic" in text


def test_free_says_free_and_hours_say_hours(visitor):
    assert "Miễn phí" in visitor().get("/vi/procedures/ZZ-101").text
    assert "4 working hours" in visitor().get("/en/procedures/ZZ-102").text


def test_what_is_not_there_says_so_and_what_to_do(visitor):
    client = visitor()
    for path in ("/en/procedures/ZZ-999", "/en/points/nowhere"):
        answer = client.get(path)
        assert 404 == answer.status_code
        assert "This page is not here" in answer.text
    assert "Nothing found for “nothing at all”" in client.get("/en/procedures?q=nothing+at+all").text


def test_a_place_that_is_not_open_yet_says_so(visitor):
    assert "Not open yet" in visitor().get("/en/points/kiosk-3").text


def test_the_list_of_places_says_how_many_are_to_come(visitor):
    text = visitor().get("/en/points").text
    assert "Planned, not open yet" in text
    assert "1 kiosk<" in text.partition("Planned, not open yet")[2]


def test_a_name_from_here_is_marked_on_a_page_in_another_language(visitor):
    client = visitor()
    assert "<h1>Kiosk at the mill</h1>" in client.get("/en/points/kiosk-3").text
    assert '<h1><span lang="en">Kiosk at the mill</span></h1>' in client.get("/fr/points/kiosk-3").text
    assert '<option value="PA-01" lang="en">' in client.get("/fr/points").text


def test_hostile_questions_and_hostile_data_are_words(visitor):
    procedure = f"""
code: EVIL
name: {{fr: "{HOSTILE}"}}
summary: {{en: "{HOSTILE}"}}
domain: trade
levels: [commune]
terms: [evil]
offers: {{in_person: {{fees: [{{id: a, amount: 1, name: {{en: "{HOSTILE}"}}, per: {{fr: "{HOSTILE}"}}}}]}}}}
documents: [{{id: a, name: {{en: "{HOSTILE}"}}, condition: {{en: "{HOSTILE}"}}}}]
decision: "{HOSTILE}"
legal_basis: ["{HOSTILE}"]
reference: charter
certainty: low
"""
    contacts = '[bad]\nlabel = {en = "<b>x</b>"}\nphone = "1\\"><b>2"\nurl = "javascript:alert(1)"\n'
    client = visitor({"model/procedures/EVIL.yaml": procedure, "local/contacts.toml": contacts})
    for path in ("", "/procedures/EVIL", "/procedures?q=evil", "/help"):
        text = client.get(f"/en{path}").text
        assert "<script>" not in text
        assert "<img" not in text
        assert "<b>x" not in text
        assert "javascript:" not in text
    asked = client.get("/en/procedures", params={"q": f'"{HOSTILE}', "page": HOSTILE, "event": HOSTILE}).text
    assert "<script>" not in asked
    assert "<img" not in asked


def test_a_town_without_any_data_still_has_pages_that_say_what_to_do(visitor):
    nothing = dict.fromkeys(
        [f"model/procedures/ZZ-{code}.yaml" for code in (101, 102, 201)]
        + ["local/points.csv", "local/contacts.toml", "model/knowledge/articles.yaml", "local/staff.csv"]
    )
    client = visitor(nothing)
    assert "No place is open yet." in client.get("/en").text
    assert "There are no procedures here yet" in client.get("/en/procedures").text
    assert "No place like this here" in client.get("/en/points").text
    assert "Nothing is written here yet" in client.get("/en/help").text
