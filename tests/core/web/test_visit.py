"""A page is a function of a visit, so it can be tried without a server."""

from datetime import UTC, datetime

import pytest

from pilotkit import LocalText, Visit


@pytest.fixture
def visit(make_town):
    late = datetime(2025, 7, 28, 23, 0, tzinfo=UTC)
    return Visit(make_town(deployment__timezone="Asia/Tokyo"), language="fr", now=late)


def test_it_knows_the_catalog_and_the_addresses(visit):
    assert "ZZ-101" in visit.catalog.procedures
    assert "/fr/sources" == visit.url("shell.sources")


def test_today_is_the_deployment_s_and_not_the_server_s(visit):
    assert "2025-07-29" == visit.today.isoformat()


def test_it_speaks_the_visitor_s_language_as_far_as_the_data_does(visit):
    assert "oui" == visit.text(LocalText({"en": "yes", "fr": "oui"}))
    assert "có" == visit.text(LocalText({"vi": "có"}))


def test_it_translates_messages_of_the_code(visit):
    vietnamese = Visit(visit.deployment, language="vi", now=visit.now)
    assert ("Tìm", "Search") == (vietnamese.gettext("Search"), visit.gettext("Search"))
    assert "two" == visit.ngettext("one", "two", 2)


def test_it_writes_figures_in_the_visitor_s_way(visit):
    assert "18\N{NARROW NO-BREAK SPACE}692" == visit.formats.number(18692)
