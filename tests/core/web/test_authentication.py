"""The door: forms that only our own pages can send, sessions that nobody can plant, and who may see what."""

import base64
import warnings

import pyotp
import pytest

from pilotkit import Navigation, View
from pilotkit.errors import CaseError, RefusedError
from pilotkit.model.surface import Download, Page, Redirect
from pilotkit.services import Services
from pilotkit.testing import Clock
from pilotkit.web.application import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "quay lantern herring dusk"
ACCOUNTS = """login,roles,unit,point
counter-1.pa,receiving-officer,PA-01,pa-01
registrar.pa,registrar,PA,
"""
KEYS = "one:" + base64.b64encode(b"k" * 32).decode()


def _form(request):
    return View("shell/sign_out.html")


def _page(act, name="test.page", path="/page", show=None, **more):
    return Page(name=name, path=path, show=show or _form, package="pilotkit.web", act=act, **more)


@pytest.fixture
def open_town(make_town, monkeypatch):
    """A client of a town whose officers have their passwords; closes what it opened."""
    monkeypatch.setenv("PILOTKIT_KEYS", KEYS)
    opened = []

    def make(*pages, host="http://localhost", **changes):
        clock = Clock()
        given = {"access__second_factor": False, **changes}
        deployment = make_town({"local/accounts.csv": ACCOUNTS}, pages, **given)
        services = Services(deployment, clock)
        enrolled = {login: services.access.accounts.enrol(login, PASSWORD) for login in deployment.catalog.accounts}
        services.close()
        app = create_app(deployment, now=clock)
        visitor = TestClient(app, base_url=host, follow_redirects=False, raise_server_exceptions=False)
        visitor.__enter__()
        visitor.clock, visitor.enrolled = clock, enrolled
        opened.append(visitor)
        return visitor

    yield make
    for visitor in opened:
        visitor.__exit__(None, None, None)


def _token(visitor, path="/en/sign-in"):
    return visitor.get(path).text.partition('name="form_token" value="')[2].partition('"')[0]


def _sign_in(visitor, login="counter-1.pa", path="/en/sign-in", **more):
    data = {"login": login, "password": PASSWORD, "form_token": _token(visitor), **more}
    return visitor.post(path, data=data)


# Forms


def test_a_form_of_our_own_is_taken(open_town):
    got = []
    visitor = open_town(_page(lambda request: got.append(request.posted.all("a")) or Redirect("/en")))
    answer = visitor.post("/en/page", data={"form_token": _token(visitor), "a": ["1", "2"]})
    assert (303, "/en") == (answer.status_code, answer.headers["location"])
    assert [("1", "2")] == got


@pytest.mark.parametrize("token", [None, "", "x", "é", "A" * 88, "A" * 20_000])
def test_a_form_without_its_token_is_refused_and_the_page_says_what_to_do(open_town, token):
    visitor = open_town(_page(lambda request: pytest.fail("it acted")))
    _token(visitor)
    answer = visitor.post("/en/page", data={} if token is None else {"form_token": token})
    assert 403 == answer.status_code
    assert "Go back, load the page again and send it once more" in answer.text


def test_another_visitor_s_token_is_worth_nothing(open_town):
    visitor = open_town(_page(lambda request: pytest.fail("it acted")))
    theirs = _token(visitor)
    visitor.cookies.clear()
    mine = _token(visitor)
    assert mine != theirs
    assert 403 == visitor.post("/en/page", data={"form_token": theirs}).status_code


def test_a_planted_browser_name_is_not_taken_for_one_of_ours(open_town):
    visitor = open_town()
    visitor.cookies.set("visitor", "planted.0000", domain="localhost.local", path="/")
    assert "visitor=" in visitor.get("/en/sign-in").headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.test"},
        {"origin": "http://["},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_a_token(open_town, headers):
    visitor = open_town(_page(lambda request: pytest.fail("it acted")))
    assert 403 == visitor.post("/en/page", data={"form_token": _token(visitor)}, headers=headers).status_code


def test_a_form_that_says_it_is_ours_is_taken(open_town):
    visitor = open_town(_page(lambda request: Redirect("/en")))
    headers = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}
    assert 303 == visitor.post("/en/page", data={"form_token": _token(visitor)}, headers=headers).status_code


def test_tokens_differ_on_each_page_and_all_of_them_count(open_town):
    visitor = open_town(_page(lambda request: Redirect("/en")))
    tokens = {_token(visitor) for _ in range(3)}
    assert 3 == len(tokens)
    assert {303} == {visitor.post("/en/page", data={"form_token": each}).status_code for each in tokens}


def test_a_page_without_an_act_takes_no_form(open_town):
    answer = open_town().post("/en/sources", data={"a": "1"})
    assert 405 == answer.status_code


def test_what_a_case_cannot_take_now_is_said_with_what_to_do(open_town):
    def act(request):
        raise CaseError("the case <b>1</b> is finished.", remedy="Open another.")

    visitor = open_town(_page(act))
    answer = visitor.post("/en/page", data={"form_token": _token(visitor)})
    assert 409 == answer.status_code
    assert "the case &lt;b&gt;1&lt;/b&gt; is finished. Open another." in answer.text
    assert 'href="/en/page"' in answer.text


def test_what_is_not_one_s_own_is_refused(open_town):
    def act(request):
        raise RefusedError("secret words")

    visitor = open_town(_page(act))
    answer = visitor.post("/en/page", data={"form_token": _token(visitor)})
    assert 403 == answer.status_code
    assert "secret" not in answer.text


@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/\\evil.test", "evil", "/a\r\nb: c"])
def test_no_page_leads_to_another_site(open_town, to):
    visitor = open_town(_page(lambda request: Redirect(to)))
    assert 503 == visitor.post("/en/page", data={"form_token": _token(visitor)}).status_code


def test_a_download_keeps_its_name_and_nobody_keeps_the_file(open_town):
    visitor = open_town(_page(None, show=lambda request: Download(b"<b>", "text/html", 'Đơn "1"\r\n/x.html')))
    answer = visitor.get("/en/page")
    assert b"<b>" == answer.content
    expected = "attachment; filename=\"_n 1x.html\"; filename*=UTF-8''%C4%90%C6%A1n%201x.html"
    assert expected.replace("_n", "__n") == answer.headers["content-disposition"]
    assert ("no-store", "nosniff") == (answer.headers["cache-control"], answer.headers["x-content-type-options"])


def test_the_language_switch_of_an_answered_form_leads_to_the_page(open_town):
    visitor = open_town(_page(_form, path="/page/{what}"))
    text = visitor.post("/en/page/a%20b?q=1", data={"form_token": _token(visitor)}).text
    assert 'href="/fr/page/a%20b?q=1"' in text


# Cookies and sessions


def test_no_page_that_only_reads_gives_a_cookie(open_town):
    visitor = open_town()
    for path in ("/en", "/en/sources", "/en/nowhere"):
        answer = visitor.get(path)
        assert "set-cookie" not in answer.headers
        assert "no-cache" == answer.headers["cache-control"]


def test_away_from_loopback_every_cookie_is_secure_and_bound_to_the_host(open_town):
    visitor = open_town(host="https://town.test")
    given = [*visitor.get("/en/sign-in").headers.get_list("set-cookie")]
    given += [each for each in _sign_in(visitor).headers.get_list("set-cookie") if "Max-Age=0" not in each]
    assert ["__Host-visitor", "__Host-session", "__Host-device"] == [each.partition("=")[0] for each in given]
    for each in given:
        for flag in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
            assert flag in each
        assert "Domain" not in each


def test_on_loopback_cookies_work_without_encryption(open_town):
    given = open_town().get("/en/sign-in").headers["set-cookie"]
    assert given.startswith("visitor=")
    assert "HttpOnly" in given
    assert "Secure" not in given


def test_plain_http_under_a_public_name_still_gives_secure_cookies_only(open_town):
    assert "Secure" in open_town(host="http://town.test").get("/en/sign-in").headers["set-cookie"]


def test_signing_in_leads_to_where_one_wanted_to_go_and_shows_who_one_is(open_town):
    visitor = open_town(_page(None, permission="case.receive"))
    first = visitor.get("/en/page?a=1")
    assert (303, "/en/sign-in?next=%2Fen%2Fpage%3Fa%3D1") == (first.status_code, first.headers["location"])
    answer = _sign_in(visitor, path=first.headers["location"])
    assert (303, "/en/page?a=1") == (answer.status_code, answer.headers["location"])
    page = visitor.get("/en/page?a=1")
    assert "<b>counter-1.pa</b> <small>North Quay service point</small>" in page.text
    assert "no-store" == page.headers["cache-control"]
    assert "no-store" == visitor.get("/en/sources").headers["cache-control"]


def test_without_a_wish_one_comes_to_one_s_desk(open_town):
    visitor = open_town(_page(None, permission="case.receive", navigation=Navigation("Desk", 1)))
    assert "/en/page" == _sign_in(visitor).headers["location"]


@pytest.mark.parametrize("wanted", ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(open_town, wanted):
    visitor = open_town()
    answer = visitor.post(
        "/en/sign-in", params={"next": wanted},
        data={"login": "counter-1.pa", "password": PASSWORD, "form_token": _token(visitor)},
    )  # fmt: skip
    assert "/en" == answer.headers["location"]


def test_a_session_that_somebody_planted_is_not_the_one_that_signing_in_gives(open_town):
    visitor = open_town()
    visitor.cookies.set("session", "planted", domain="localhost.local", path="/")
    before = _token(visitor)
    _sign_in(visitor)
    assert "planted" != visitor.cookies["session"]
    assert 403 == visitor.post("/en/sign-out", data={"form_token": before}).status_code


def test_signing_in_again_gives_another_session_and_the_first_is_over(open_town):
    visitor = open_town()
    _sign_in(visitor)
    first = visitor.cookies["session"]
    _sign_in(visitor, "registrar.pa")
    assert first != visitor.cookies["session"]
    visitor.cookies.clear()
    visitor.cookies.set("session", first, domain="localhost.local", path="/")
    assert "counter-1.pa" not in visitor.get("/en").text


def test_signing_out_needs_a_form_and_ends_the_session(open_town):
    visitor = open_town()
    _sign_in(visitor)
    session = visitor.cookies["session"]
    assert "counter-1.pa" in visitor.get("/en/sign-out").text
    assert 303 == visitor.post("/en/sign-out", data={"form_token": _token(visitor, "/en/sign-out")}).status_code
    assert "You are signed out" in visitor.get("/en/sign-out").text
    visitor.cookies.set("session", session, domain="localhost.local", path="/")
    assert "counter-1.pa" not in visitor.get("/en").text


def test_a_session_ends_when_it_is_not_used(open_town):
    visitor = open_town(_page(None, permission="case.receive"))
    _sign_in(visitor)
    visitor.clock.advance(minutes=31)
    assert 303 == visitor.get("/en/page").status_code


def test_a_wrong_password_says_what_to_do_and_never_what_was_wrong(open_town):
    visitor = open_town()
    token = _token(visitor)
    answers = [
        visitor.post("/en/sign-in", data={"login": login, "password": "wrong wrong wrong", "form_token": token})
        for login in ("counter-1.pa", "nobody-here")
    ]
    assert [403, 403] == [answer.status_code for answer in answers]
    for answer in answers:
        assert "The login, the password or the code is not right" in answer.text
        assert "wrong wrong" not in answer.text


def test_whoever_guesses_is_told_to_wait(open_town):
    visitor = open_town()
    token = _token(visitor)
    data = {"login": "counter-1.pa", "password": "wrong wrong wrong", "form_token": token}
    statuses = [visitor.post("/en/sign-in", data=data) for _ in range(7)]
    assert [403] * 6 + [429] == [each.status_code for each in statuses]
    assert "Wait 2 seconds and try again" in statuses[-1].text


def test_with_a_second_factor_the_page_asks_for_the_code(open_town):
    visitor = open_town(access__second_factor=True)
    assert 'id="code"' in visitor.get("/en/sign-in").text
    assert 403 == _sign_in(visitor).status_code
    secret = pyotp.parse_uri(visitor.enrolled["counter-1.pa"].address).secret
    assert 303 == _sign_in(visitor, code=pyotp.TOTP(secret).at(visitor.clock())).status_code


def test_without_keys_what_is_public_is_still_there(visit_town, monkeypatch):
    monkeypatch.delenv("PILOTKIT_KEYS", raising=False)
    visitor = visit_town({"local/accounts.csv": ACCOUNTS})
    assert 200 == visitor.get("/en", headers={"cookie": "__Host-session=abc; session=abc"}).status_code
    assert 200 == visitor.get("/en/sign-in").status_code


# Who may see what


def test_every_page_answers_everybody_as_its_permission_says(open_town):
    """Every registered page × everybody: anonymous, each role."""
    pages = (
        _page(_form, name="test.open", path="/open"),
        _page(_form, name="test.desk", path="/desk", permission="case.receive"),
        _page(_form, name="test.head", path="/head", permission="kpi.sign"),
        _page(_form, name="test.sign", path="/sign", permission="case.sign"),
    )
    visitor = open_town(*pages)
    shell = {"/": 200, "/sources": 200, "/sign-in": 200, "/sign-out": 200}
    expected = {
        "": {**shell, "/open": 200, "/desk": 303, "/head": 303, "/sign": 303},
        "counter-1.pa": {**shell, "/open": 200, "/desk": 200, "/head": 403, "/sign": 403},
        "registrar.pa": {**shell, "/open": 200, "/desk": 403, "/head": 403, "/sign": 200},
    }
    for login, answers in expected.items():
        visitor.cookies.clear()
        if login:
            _sign_in(visitor, login)
        token = _token(visitor, "/en/sign-out" if login else "/en/sign-in")
        for path, status in answers.items():
            assert (login, path, status) == (login, path, visitor.get(f"/en{path}".rstrip("/")).status_code)
            if path not in shell:
                sent = visitor.post(f"/en{path}", data={"form_token": token}).status_code
                assert (login, path, status) == (login, path, sent)


def test_navigation_shows_only_what_one_may_see(open_town):
    visitor = open_town(_page(None, permission="case.receive", navigation=Navigation("Desk", 1)))
    assert ">Desk<" not in visitor.get("/en").text
    _sign_in(visitor)
    assert ">Desk<" in visitor.get("/en").text
