"""A citizen signs in with a real OpenID Connect provider on loopback, and what happens when something is not right."""

import shutil
import subprocess
import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pilotkit import View
from pilotkit.testing import Clock
from pilotkit.web.application import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ASSETS = Path(__file__).parents[2] / "assets"
RETURN = "http://localhost/sign-in/return"
needs_provider = pytest.mark.skipif(
    shutil.which("node") is None or not (ASSETS / "node_modules/oidc-provider").is_dir(),
    reason="run npm ci in tests/assets",
)
pytestmark = needs_provider


@pytest.fixture(scope="module")
def issuer():
    """The provider's address."""
    with subprocess.Popen(
        ["node", "provider.mjs", RETURN], cwd=ASSETS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        address = next(line.strip() for line in process.stdout if line.startswith("http"))
        yield address
        process.kill()


@pytest.fixture
def mood(issuer):
    """Says who signs in at the provider next; afterwards it is Ada again."""

    def say(**changes):
        httpx.post(f"{issuer}/mood", json=changes)

    yield say
    say(acr="high", account="ada")


@pytest.fixture
def town(make_town, page, monkeypatch, issuer):
    """A town whose citizens sign in there, and a page that shows who they are."""
    monkeypatch.setenv("PILOTKIT_KEYS", "one:" + "A" * 43 + "=")
    monkeypatch.setenv("PILOTKIT_IDENTITY_SECRET", "only for tests")
    seen, clock = [], Clock()

    def show(page_request):
        seen.append((page_request.authority, page_request.person))
        return View("shell/sources.html", {"sources": ()})

    given = {
        "identity__issuer": issuer, "identity__client_id": "town", "identity__name": {"en": "Harbour ID"},
        "identity__identity_number": "national_id", "identity__acr_values": ["high"],
        "identity__scopes": ["openid", "profile", "email", "phone", "address", "national"],
    }  # fmt: skip
    deployment = make_town(pages=(page(show),), **given)
    with TestClient(
        create_app(deployment, now=clock), base_url="http://localhost", follow_redirects=False,
        raise_server_exceptions=False,
    ) as visitor:  # fmt: skip
        visitor.seen, visitor.clock = seen, clock
        yield visitor


def _set_out(town, wanted="/en/page"):
    answer = town.get("/sign-in/start", params={"next": wanted, "language": "en"})
    assert 303 == answer.status_code
    return answer.headers["location"]


def _through(address):
    """What a browser does at the provider, until it is sent back to us."""
    with httpx.Client() as browser:
        for _ in range(6):
            if address.startswith(RETURN):
                return address.removeprefix("http://localhost")
            answer = browser.get(address)
            address = str(httpx.URL(address).join(answer.headers["location"]))
    raise AssertionError(address)


def test_a_citizen_signs_in_and_comes_back_to_where_they_were(town):
    answer = town.get(_through(_set_out(town)))
    assert (303, "/en/page") == (answer.status_code, answer.headers["location"])
    assert 200 == town.get("/en/page").status_code
    authority, person = town.seen[-1]
    assert ("citizen",) == authority.roles
    assert frozenset({"case.apply", "case.follow"}) == authority.permissions
    expected = ("Ada Example", "ZZ-0001", "1990-02-28", "555 0100", "ada@example.test", "1 Harbour Street")
    assert expected == (
        person.name, person.identity_number, str(person.born), person.phone, person.email, person.address,
    )  # fmt: skip


def test_the_provider_is_asked_for_a_code_with_pkce_and_a_level(town):
    asked = parse_qs(urlsplit(_set_out(town)).query)
    expected = {"response_type": ["code"], "code_challenge_method": ["S256"], "acr_values": ["high"]}
    assert expected == {name: asked[name] for name in expected}
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


def test_the_header_names_the_provider_and_never_the_person(town):
    town.get(_through(_set_out(town)))
    text = town.get("/en/page").text
    assert "<b>Harbour ID</b>" in text
    assert "Ada" not in text


def test_a_citizen_signs_out_here_and_may_sign_out_there(town):
    town.get(_through(_set_out(town)))
    form = town.get("/en/sign-out").text.partition('name="form_token" value="')[2].partition('"')[0]
    assert "/en/sign-out" == town.post("/en/sign-out", data={"form_token": form}).headers["location"]
    assert "Sign out of Harbour ID too" in town.get("/en/sign-out").text
    town.get("/en/page")
    assert town.seen[-1][0].is_anonymous
    there = town.get("/sign-out/provider?language=en")
    assert 200 == httpx.get(there.headers["location"]).status_code


def _refused(town, answer, words="You are not signed in"):
    assert 403 == answer.status_code
    assert words in answer.text
    assert "session" not in town.cookies
    assert "flow" not in town.cookies
    town.get("/en/page")
    assert town.seen[-1][0].is_anonymous


def test_an_answer_with_another_state_is_refused(town):
    back = _through(_set_out(town))
    state = parse_qs(urlsplit(back).query)["state"][0]
    _refused(town, town.get(back.replace(state, "x" * len(state))))


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(town):
    back = _through(_set_out(town))
    town.cookies.clear()
    _refused(town, town.get(back))


def test_an_answer_is_good_once(town):
    back = _through(_set_out(town))
    flow = town.cookies["flow"]
    assert 303 == town.get(back).status_code
    town.cookies.clear()
    town.cookies.set("flow", flow, domain="localhost.local", path="/")
    _refused(town, town.get(back))


def test_an_answer_that_comes_too_late_is_refused(town):
    back = _through(_set_out(town))
    town.clock.advance(minutes=11)
    _refused(town, town.get(back))


def test_a_level_that_is_too_low_is_refused_and_the_page_says_so(town, mood):
    mood(acr="low")
    _refused(town, town.get(_through(_set_out(town))), "not confirmed at the level that is needed")


def test_who_says_no_at_the_provider_stays_who_they_were(town, mood):
    mood(account="nobody")
    _refused(town, town.get(_through(_set_out(town))))


def test_a_provider_that_is_away_is_said_and_our_own_pages_still_work(town, monkeypatch):
    def away(request):
        raise httpx.ConnectError("no route")

    def client():
        return httpx.Client(transport=httpx.MockTransport(away))

    monkeypatch.setattr("pilotkit.access.oidc_provider._client", client)
    answer = town.get("/sign-in/start?language=en")
    assert 503 == answer.status_code
    assert "does not answer" in answer.text
    assert 503 == town.get("/sign-out/provider").status_code
    assert 200 == town.get("/en/page").status_code


@pytest.mark.parametrize("wanted", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:x", "/en\r\nx: y"])
def test_nobody_is_led_elsewhere_afterwards(town, wanted):
    answer = town.get(_through(_set_out(town, wanted)))
    assert "/en" == answer.headers["location"]
