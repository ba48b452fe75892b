"""Where a visitor lands, in which language, and what happens when something is not there."""

import json

import pytest

from pilotkit import Navigation, UnknownError, View, __version__
from pilotkit.figures import TargetError


def _index(request):
    return View("shell/index.html", {"procedures": 0})


def test_the_first_page_is_a_plain_index_where_no_plugin_offers_one(visit_town):
    answer = visit_town().get("/en")
    assert 200 == answer.status_code
    assert "3 procedures are described here." in answer.text
    assert "There are no pages for visitors yet" in answer.text


def test_a_plugin_s_first_page_stands_in_front_of_the_index(visit_town, page):
    mine = page(lambda request: View("shell/sources.html", {"sources": ()}), path="/")
    assert "No sources are named yet" in visit_town(pages=(mine,)).get("/en").text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "en"), ("fr", "fr"), ("fr-CA,en;q=0.5", "fr"), ("de, en;q=0.3, fr;q=0.8", "fr"), ("de", "en"), ("*", "en")],
)
def test_the_root_leads_to_the_visitor_s_language(visit_town, accepted, language):
    answer = visit_town().get("/", headers={"accept-language": accepted})
    assert (307, f"/{language}") == (answer.status_code, answer.headers["location"])
    assert "accept-language" in answer.headers["vary"].lower()


def test_every_language_of_the_deployment_has_every_page(visit_town):
    visitor = visit_town(deployment__languages=["fr", "vi", "en"])
    for language, title in {"fr": "Municipalité de Port-Ambre", "en": "Municipality of Port Amber"}.items():
        answer = visitor.get(f"/{language}")
        assert language == answer.headers["content-language"]
        assert f'<html lang="{language}">' in answer.text
        assert title in answer.text
    assert "Có 3 thủ tục được giới thiệu tại đây." in visitor.get("/vi").text


def test_words_that_are_missing_in_a_language_say_which_language_they_are_in(visit_town):
    text = visit_town(deployment__languages=["vi", "en"]).get("/vi").text
    assert '<span lang="en">Municipality of Port Amber</span>' in text
    assert "<title>Municipality of Port Amber</title>" in text


def test_the_language_switch_keeps_the_page_and_the_question(visit_town, page):
    mine = page(_index, path="/find/{what}")
    text = visit_town(pages=(mine,)).get("/en/find/a%20b?q=x%26y").text
    assert 'href="/fr/find/a%20b?q=x%26y"' in text


def test_a_question_may_use_any_key(visit_town, page):
    mine = page(_index)
    assert 200 == visit_town(pages=(mine,)).get("/en/page?name=1&language=2&self=3").status_code


def test_navigation_is_in_order_and_marks_where_one_is(visit_town, page):
    pages = (
        page(_index, name="b", path="/b", navigation=Navigation("Second", 20)),
        page(_index, name="a", path="/a", navigation=Navigation("First", 10)),
        page(_index, name="a1", path="/a/{one}"),
    )
    visitor = visit_town(pages=pages)
    text = visitor.get("/en/a").text
    assert text.index(">First<") < text.index(">Second<")
    assert '<a href="/en/a" aria-current="page">First</a>' in text
    assert '<a href="/en/a" aria-current="true">First</a>' in visitor.get("/en/a/1").text


def test_a_page_that_is_not_there_says_what_to_do_in_the_visitor_s_language(visit_town):
    visitor = visit_town(deployment__languages=["en", "vi"])
    english, vietnamese = visitor.get("/en/nowhere"), visitor.get("/vi/nowhere")
    assert (404, 404) == (english.status_code, vietnamese.status_code)
    assert "This page is not here" in english.text
    assert "Không có trang này" in vietnamese.text
    assert 'href="/vi"' in vietnamese.text
    assert "Không có trang này" in visitor.get("/nowhere", headers={"accept-language": "vi"}).text


def test_a_thing_that_the_catalog_does_not_have_is_a_page_that_is_not_there(visit_town, page):
    def show(request):
        raise UnknownError("there is no procedure 'secret'.")

    answer = visit_town(pages=(page(show),)).get("/en/page")
    assert 404 == answer.status_code
    assert "secret" not in answer.text


def test_a_bug_says_nothing_of_its_inside(visit_town, page):
    def show(request):
        raise RuntimeError("the password is 1234")

    answer = visit_town(pages=(page(show),)).get("/fr/page")
    assert 500 == answer.status_code
    assert "password" not in answer.text
    assert "Something went wrong on our side" in answer.text


def test_what_the_office_can_mend_is_said_in_its_log_and_not_on_the_page(visit_town, page, caplog):
    def show(request):
        raise TargetError("the database cannot be opened.", remedy="Start it.")

    answer = visit_town(pages=(page(show),)).get("/en/page")
    assert 503 == answer.status_code
    assert "database" not in answer.text
    assert ["/en/page: the database cannot be opened. Start it."] == [record.getMessage() for record in caplog.records]


def test_pages_are_only_read(visit_town):
    answer = visit_town().post("/en")
    assert (405, "GET, HEAD") == (answer.status_code, ", ".join(sorted(answer.headers["allow"].split(", "))))
    assert "This cannot be done here" in answer.text
    assert 200 == visit_town().head("/en").status_code


def test_health_tells_who_is_there(visit_town):
    answer = visit_town().get("/health")
    told = {"ok": True, "deployment": "port-amber", "package": "0.1.0", "pilotkit": __version__, "trust": None}
    assert told == answer.json()
    assert "no-store" == answer.headers["cache-control"]


def test_health_tells_how_the_package_stands_with_its_registry(visit_town):
    statement = {
        "voucher": "registry", "name": "port-amber-model", "version": "0.1.0", "identity": "0" * 64,
        "obtained": "2025-07-01T00:00:00Z", "publisher": "amber", "registry": "https://packages.example/",
    }  # fmt: skip
    timestamp = {"signed": {"expires": "2025-07-08T00:00:00Z"}}
    gone = {"name": "port-amber-model", "version": "0.1.0", "identity": "0" * 64, "revoked": "2025-07-02T00:00:00Z",
            "reason": "Wrong."}  # fmt: skip
    files = {
        ".pilot/trust/statement.json": json.dumps(statement),
        ".pilot/trust/metadata/timestamp.json": json.dumps(timestamp),
        ".pilot/trust/files/revocations.json": json.dumps({"issued": "2025-07-02T00:00:00Z", "revocations": [gone]}),
    }
    told = {"voucher": "registry", "stale_since": "2025-07-08T00:00:00+00:00", "clock_set_back": False,
            "revoked": True}  # fmt: skip
    assert told == visit_town(files).get("/health").json()["trust"]
    broken = visit_town({".pilot/trust/statement.json": "{"}).get("/health").json()
    assert (True, {"problem": "cannot be read."}) == (broken["ok"], broken["trust"])


def test_the_footer_names_the_package_its_version_and_its_licence(visit_town):
    text = visit_town().get("/en").text
    footer = text[text.index("<footer") :]
    for words in ("The Port Amber model", "0.1.0", "CC0-1.0", "/en/sources"):
        assert words in footer


def test_a_page_reads_the_time_of_the_deployment_s_zone(visit_town, page):
    seen = []

    def show(request):
        seen.append((request.now.utcoffset().total_seconds() / 3600, request.today.isoformat()))
        return _index(request)

    visit_town(pages=(page(show),), deployment__timezone="Pacific/Kiritimati").get("/en/page")
    assert [(14, "2025-07-29")] == seen


def test_a_static_file_may_be_kept_when_its_address_names_its_content(visit_town):
    visitor = visit_town()
    text = visitor.get("/en").text
    address = text[text.index("/static/shell.css") :].partition('"')[0]
    assert "immutable" in visitor.get(address).headers["cache-control"]
    assert "no-cache" == visitor.get("/static/shell.css").headers["cache-control"]
    assert visitor.get("/static/shell.css").headers["etag"]
    assert 404 == visitor.get("/static/../app.py").status_code


def test_the_page_asks_for_fonts_only_where_they_were_built(visit_town, monkeypatch):
    visitor = visit_town()
    monkeypatch.setattr("pilotkit.web.assets.Assets.has", lambda self, name: False)
    assert "fonts.css" not in visitor.get("/en").text


def test_a_plugin_s_own_files_are_served_and_named_after_their_content(visit_town, page, tmp_path, monkeypatch):
    package = tmp_path / "dressed"
    (package / "static" / "dressed").mkdir(parents=True)
    (package / "templates").mkdir()
    (package / "__init__.py").write_text("")
    (package / "static" / "dressed" / "one.css").write_text("p{}")
    (package / "templates" / "dressed.html").write_text("{{ asset('dressed/one.css') }}")
    monkeypatch.syspath_prepend(tmp_path)
    visitor = visit_town(pages=(page(lambda request: View("dressed.html"), package="dressed"),))
    address = visitor.get("/en/page").text
    assert "p{}" == visitor.get(address).text
    assert "v=0." not in address
    assert 200 == visitor.get("/static/shell.css").status_code
