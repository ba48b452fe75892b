"""What comes from strangers — questions, addresses, packages' data — is shown as words and never run."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import PluginError, View
from pilotkit.pages import PageRequest
from pilotkit.web.filters import dialled, web_address
from pilotkit.web.rendering import Renderer
from pilotkit.web.security import HEADERS, QUERY_KEYS, QUERY_LENGTH, bounded
from pilotkit.web.sitemap import site_map

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def _fail(request):
    raise RuntimeError("no")


@pytest.mark.parametrize(
    "path",
    ["/", "/en", "/en/nowhere", "/health", "/theme.css", "/icon.svg", "/static/shell.css", "/static/x", "/en/page"],
)
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(visit_town, page, path):
    headers = visit_town(pages=(page(_fail),)).get(path).headers
    assert HEADERS == {name: headers.get(name) for name in HEADERS}


def test_the_policy_allows_nothing_inline_and_nothing_foreign():
    policy = HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_pages_have_no_inline_code_and_no_foreign_files(visit_town):
    visitor = visit_town()
    for path in ("/en", "/en/sources", "/en/nowhere"):
        text = visitor.get(path).text
        assert "<script" not in text
        assert "<style" not in text
        assert " style=" not in text
        assert 'src="http' not in text
        assert '<link rel="stylesheet" href="http' not in text


def test_a_hostile_question_comes_back_as_words(visit_town, page):
    mine = page(lambda request: View("shell/conflict.html", {"what": request.query["q"], "remedy": "", "here": "/"}))
    text = visit_town(pages=(mine,)).get("/en/page", params={"q": HOSTILE}).text
    assert "<script>" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text


def test_hostile_data_comes_out_as_words(visit_town):
    sources = f"""
- id: bad
  title: {{fr: "{HOSTILE.replace('"', "")}"}}
  publisher: "<b>bold</b>"
  url: "javascript:alert(1)"
  certainty: high
"""
    text = visit_town({"model/evidence/sources.yaml": sources}).get("/en/sources").text
    assert "<script>" not in text
    assert "<img" not in text
    assert "<b>bold" not in text
    assert "javascript:" not in text
    assert '<span lang="fr">&lt;script&gt;' in text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http:evil", "", None, "http://[", "ftp://x.example"],
)
def test_only_addresses_of_the_web_become_links(address):
    assert web_address(address) is None


def test_an_address_of_the_web_stays_as_it_is():
    assert "https://a.example/b?c=d" == web_address("https://a.example/b?c=d")


def test_a_phone_number_is_dialled_without_its_spaces_and_tricks():
    assert "+84241900" == dialled("+84 (24) 19-00;ext=<b>")


@given(st.lists(st.tuples(st.text(), st.text()), max_size=40))
def test_a_question_is_bounded_however_it_is_asked(query):
    asked = bounded(query)
    assert len(asked) <= QUERY_KEYS
    assert all(len(value) <= QUERY_LENGTH and value.isprintable() for value in asked.values())


@pytest.mark.parametrize(
    "path", ["/en?q=" + "a" * 5000, "/en?" + "&".join(f"k{n}=1" for n in range(500)), "/en?q=%00%ff%fe"]
)
def test_a_page_answers_whatever_is_asked(visit_town, path):
    assert 200 == visit_town().get(path).status_code


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/en/", "/en"),
        ("/en/sources/?a=b", "/en/sources?a=b"),
        ("/evil.test/", "/evil.test"),
        ("/%5Cevil.test/", "/%5Cevil.test"),
    ],
)
def test_a_stroke_too_many_leads_back_to_this_host_whatever_the_request_calls_it(visit_town, asked, led):
    answer = visit_town().get(asked, headers={"host": "evil.test"})
    assert (307, led) == (answer.status_code, answer.headers["location"])


def test_a_path_that_looks_like_a_host_leads_nowhere_else(visit_town):
    answer = visit_town().get("http://testserver//evil.test/")
    assert "/evil.test" == answer.headers["location"]


@pytest.mark.parametrize("name", ["language", "navigation", "form_token", "url", "request"])
def test_a_page_may_not_name_something_as_the_shell_names_its_own(make_town, page, name):
    shown = page(lambda request: View("shell.html", {name: "mine"}))
    deployment = make_town(pages=(shown,))
    request = PageRequest(deployment, "en", datetime(2025, 7, 28, tzinfo=UTC), page="test.page", package="pilotkit.web")
    with pytest.raises(PluginError, match=f"page 'test.page' .* gives its template '{name}', the shell's own"):
        Renderer(deployment, site_map(deployment)).render(shown.show(request), request)
