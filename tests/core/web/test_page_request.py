"""A page is a function of a request, so it can be tried without a server."""

from datetime import UTC, datetime

import pytest

from pilotkit import LocalText
from pilotkit.pages import PageRequest


@pytest.fixture
def page(make_town):
    late = datetime(2025, 7, 28, 23, 0, tzinfo=UTC)
    return PageRequest(make_town(deployment__timezone="Asia/Tokyo"), language="fr", now=late)


def test_it_knows_the_catalog_and_the_addresses(page):
    assert "ZZ-101" in page.catalog.procedures
    assert "/fr/sources" == page.url("shell.sources")


def test_today_is_the_deployment_s_and_not_the_server_s(page):
    assert "2025-07-29" == page.today.isoformat()


def test_it_speaks_the_visitor_s_language_as_far_as_the_data_does(page):
    assert "oui" == page.text(LocalText({"en": "yes", "fr": "oui"}))
    assert "có" == page.text(LocalText({"vi": "có"}))


def test_it_translates_messages_of_the_code(page):
    vietnamese = PageRequest(page.deployment, language="vi", now=page.now)
    assert ("Tìm", "Search") == (vietnamese.gettext("Search"), page.gettext("Search"))
    assert "two" == page.ngettext("one", "two", 2)


def test_it_writes_figures_in_the_visitor_s_way(page):
    assert "18\N{NARROW NO-BREAK SPACE}692" == page.formats.number(18692)
