"""What a ministry sees."""

import re
from datetime import date, timedelta
from html import unescape

from pilotkit.registry.drafts import publish
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.trust import MonthlyFigure


def test_every_province_is_listed_and_those_that_need_attention_come_first(ministry, receipt):
    ministry.take(receipt("PA"))
    ministry.take(receipt("PB", checks={"errors": 2, "blocked": ("leftovers",)}))
    page = ministry.get("/en/hub/provinces").words
    assert "2 of 3 provinces have told what they run" in page
    assert page.index("Bay Garnet Blocked") < page.index("Port Amber Sound") < page.index("Cape Jade Has sent nothing")
    assert "Blocked on failing checks: leftovers" in page
    assert "2 one-tier 1.0.0" in page


def test_a_province_that_has_been_silent_is_told_with_its_age(ministry, receipt, now):
    ministry.take(receipt("PA", issued=now - timedelta(days=31)))
    page = ministry.get("/en/hub/provinces").words
    assert "Port Amber Silent Package one-tier 1.0.0" in page
    assert "Told 31 days ago" in page


def test_a_revoked_version_stands_above_all(ministry, receipt):
    ministry.take(receipt("PC", package={"is_revoked": True, "voucher": "registry"}))
    assert "Cape Jade Runs a revoked version" in ministry.get("/en/hub/provinces").words


def test_before_anybody_has_told_anything_the_page_says_what_to_do(make_ministry):
    page = make_ministry().get("/en/hub/provinces").words
    assert "No province has sent a receipt yet" in page
    assert "Cape Jade Does not take part yet" in page


def test_the_comparison_says_what_it_does_not_compare_and_why(ministry, receipt, figure):
    ministry.take(receipt("PA"))
    ministry.take(receipt("PB", figures=(figure(90),)))
    ministry.take(receipt("PC", figures=(figure(99),), since=date(2025, 7, 1)))
    page = ministry.get("/en/hub/comparison?kpi=on_time").words
    ranked, _, refused = page.partition("Not compared, and why")
    assert ranked.index("Bay Garnet 90.0%") < ranked.index("Port Amber 80.0%")
    assert "Cape Jade" not in ranked
    assert "Cape Jade It counts from another day" in refused


def test_a_month_can_be_compared_by_itself(ministry, receipt):
    def month(numerator):
        given = {"kpi": "on_time", "month": "2025-06", "denominator": 40, "definition_hash": "abc123"}
        return MonthlyFigure(**given, numerator=numerator)

    ministry.take(receipt("PA", monthly=(month(30),)))
    ministry.take(receipt("PB", monthly=(month(10),)))
    assert "All months 6/2025" in ministry.get("/en/hub/comparison?kpi=on_time").words
    page = ministry.get("/en/hub/comparison?kpi=on_time&month=2025-06").words
    assert page.index("Port Amber 75.0%") < page.index("Bay Garnet 25.0%")
    assert "counted from 1 Jun 2025" in page.replace("June", "Jun")


def test_a_median_is_shown_as_what_it_is(ministry, receipt, figure):
    median = figure(480, 20, kpi="median_time", statistic="quantile")
    ministry.take(receipt("PA", figures=(median,)))
    for address in ("provinces/PA", "comparison?kpi=median_time"):
        page = ministry.get(f"/en/hub/{address}").words
        assert "480" in page
        assert "%" not in page.partition("Made of")[2].partition("Not compared")[0].partition("Receipts")[0]


def test_one_province_says_everything_that_it_told(ministry, receipt):
    month = MonthlyFigure(
        kpi="on_time", unit="PA-01", month="2025-07", numerator=30, denominator=40, definition_hash="abc123"
    )
    ministry.take(receipt("PA", monthly=(month,)))
    page = ministry.get("/en/hub/provinces/PA").words
    for words in ("town-pa", "0 errors · 1 warning · 2 notices", "80 of 100", "75.0%", "7/2025", "30 of 40"):
        assert words in page


def test_a_province_that_is_not_there_is_not_found(ministry):
    assert 404 == ministry.get("/en/hub/provinces/XX").status


def test_releases_without_a_registry_say_how_to_make_one(ministry):
    assert "There is no registry here yet" in ministry.get("/en/hub/releases").words


def test_what_waits_is_shown_with_the_keys_that_have_not_signed(make_ministry, tmp_path, packages):
    registry = ThrowawayRegistry.make(tmp_path / "registry", ["city"])
    registry.release("city", packages[0])
    publish(registry.folder, "city", [packages[1]], [registry.publishers["city"]])
    key = registry.officers[0].public_key.keyid
    officers = f'[officers]\n"{key[:12]}" = "The first office"\n'
    made = make_ministry({"hub.toml": f'registry = "{registry.folder.folder}"\n{officers}'})
    page = made.get("/en/hub/releases").words
    assert "Signatures: 0 of 2. Keys that have not signed:" in page
    for officer in registry.officers:
        assert officer.public_key.keyid[:16] in page
    assert f"The first office {key[:16]}" in page
    assert "pilotkit registry sign pending/targets.json" in page
    registry.settle()
    page = made.get("/en/hub/releases")
    assert "Nothing waits." in page.words
    link = re.search(r'href="([^"]*/notes[^"]*)"', page.html)
    notes = made.get(unescape(link[1])).words
    assert "2 working days → 1 calendar day" in notes
    assert "is counted differently" in notes


def test_a_release_that_is_not_there_is_not_found(ministry):
    assert 404 == ministry.get("/en/hub/releases/notes?old=a&new=b").status
