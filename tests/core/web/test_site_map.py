"""Addresses are made from names, and nobody takes another's."""

import pytest

from pilotkit import UnknownError, View
from pilotkit.data import DuplicateError
from pilotkit.web.application import create_app
from pilotkit.web.sitemap import site_map


def _show(request):
    return View("shell/index.html", {"procedures": 0})


def test_what_is_no_part_of_the_path_goes_into_the_question(make_town, page):
    pages = site_map(make_town(pages=(page(_show, path="/things/{id}"),)))
    assert "/en/things/a%2Fb" == pages.url("en", "test.page", id="a/b")
    assert "/en/things/1?q=x+y" == pages.url("en", "test.page", id=1, q="x y", none=None, empty="")


def test_a_page_that_nobody_offers_has_no_address(make_town):
    with pytest.raises(UnknownError, match="there is no page 'portal.home'"):
        site_map(make_town()).url("en", "portal.home")


@pytest.mark.parametrize(("name", "path", "what"), [("one", "/b", "page 'one'"), ("two", "/a", "page at path '/a'")])
def test_two_plugins_may_not_offer_the_same_page(make_town, page, name, path, what):
    first, second = page(_show, name="one", path="/a"), page(_show, name=name, path=path)
    with pytest.raises(DuplicateError, match=what):
        create_app(make_town(pages=(first, second)))
