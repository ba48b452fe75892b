"""A page may take what machines send: no form, no token, no session; what comes must prove itself."""

import pytest

from pilotkit import DataError, Download, Page, View

ADDRESS = "/en/page"


def _page(receive=None):
    show = lambda _visit: View("shell/sign_out.html")  # noqa: E731  # the page is not what is tested
    return Page("test.page", "/page", show, "pilotkit.web", receive=receive)


@pytest.fixture
def box(visit_town):
    """A page that takes words and says who brought them; the word ``bad`` is refused."""

    def take(request, data):
        if data == b"bad":
            raise DataError("that is not wanted.", remedy="Send another.")
        return Download(data + b" from " + request.authority.subject.encode(), "text/plain", "said.txt")

    return visit_town(pages=(_page(take),))


def test_what_a_machine_sends_arrives_as_it_is(box):
    answer = box.post(ADDRESS, content=b"\x00hello")
    assert (200, b"\x00hello from anonymous") == (answer.status_code, answer.content)


def test_a_session_does_not_count_for_what_a_machine_sends(box):
    box.cookies.set("session", "somebody's")
    assert box.post(ADDRESS, content=b"hi").content.endswith(b"anonymous")


def test_what_is_refused_is_told_in_words_for_machines(box):
    answer = box.post(ADDRESS, content=b"bad")
    assert (422, {"what": "that is not wanted.", "remedy": "Send another."}) == (answer.status_code, answer.json())


def test_more_than_a_file_may_be_is_refused_while_it_streams(box):
    assert 413 == box.post(ADDRESS, content=b"x" * (10 * 1024 * 1024 + 1)).status_code


def test_a_page_that_receives_nothing_refuses_to(visit_town):
    town = visit_town(pages=(_page(),))
    assert 405 == town.post(ADDRESS, content=b"hi").status_code
