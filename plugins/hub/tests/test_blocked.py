"""Who is blocked on what: refused upgrades and what waits for a decision, as receipts tell it."""

import csv
import io
import json
from datetime import timedelta

import pytest

from pilotkit.adoption.signed_receipt import KIND
from pilotkit.registry.envelopes import sign_statement
from pilotkit.trust import TrustError

LOCKED = {"kind": "locked", "file": "local/overrides/procedures/ZZ-101.yaml", "key": "decision"}
EDITED = {"kind": "edited", "file": "model/kpis/kpis.yaml"}
CHECK = {"kind": "check", "check": "references", "file": "local/targets.csv", "key": "kpi"}
OPEN = [
    {"kind": "file", "file": "ops/compose.yaml"},
    {"kind": "override", "file": "local/overrides/procedures/ZZ-102.yaml", "key": "name.en"},
    {"kind": "setting", "file": "pilot.toml", "key": "calendar.opens"},
    {"kind": "set_aside", "file": "local/set-aside/1.1.0/procedures/ZZ-101.yaml"},
]


@pytest.fixture
def refused(now):
    def made(*reasons, count=None):
        since = now - timedelta(days=9)
        return {"version": "1.1.0", "since": since, "count": count or len(reasons), "reasons": reasons}

    return made


def test_a_refused_upgrade_makes_a_province_blocked_and_says_since_when_and_why(ministry, receipt, refused):
    ministry.take(receipt("PA"))
    ministry.take(receipt("PB", refused=refused(LOCKED)))
    page = ministry.get("/en/hub/provinces").words
    assert page.index("Bay Garnet Blocked") < page.index("Port Amber Sound")
    why = "the version locks local/overrides/procedures/ZZ-101.yaml#decision , which is changed there"
    assert f"1.1.0 since 23 Jul 2025: {why}" in page
    assert "What they are blocked on 1 upgrade to one-tier 1.1.0" in page
    assert "1.1.0 từ 23/7/2025: phiên bản này khóa" in ministry.get("/vi/hub/provinces").words


def test_the_page_of_a_province_has_every_reason_and_the_table_the_first_two(ministry, receipt, refused):
    ministry.take(receipt("PA", refused=refused(LOCKED, EDITED, CHECK, {"kind": "unreadable"}, count=30)))
    table, page = (ministry.get(f"/en/hub/{path}").words for path in ("provinces", "provinces/PA"))
    last = "the check references would fail at local/targets.csv#kpi the deployment could not be read any more"
    assert f"model/kpis/kpis.yaml was edited by hand {last} and 26 more" in page
    assert "model/kpis/kpis.yaml was edited by hand and 28 more" in table


def test_what_waits_for_a_decision_is_counted_and_keeps_a_province_from_passing_for_sound(ministry, receipt):
    ministry.take(receipt("PA", left_open={"count": 4, "places": OPEN}))
    page = ministry.get("/en/hub/provinces").words
    assert "Port Amber Waits for a decision" in page
    assert "Blocked on 4 things wait for a decision" in page
    assert "1 wait for a decision there" in page
    one = ministry.get("/en/hub/provinces/PA").words
    for words in (
        "Blocked on nothing", "the package offers another text of ops/compose.yaml",
        "the package changed the value below local/overrides/procedures/ZZ-102.yaml#name.en",
        "both sides set pilot.toml#calendar.opens",
        "local/set-aside/1.1.0/procedures/ZZ-101.yaml has no effect any more",
    ):  # fmt: skip
        assert words in one


def test_where_more_waits_than_a_receipt_names_the_rest_is_counted(ministry, receipt):
    ministry.take(receipt("PA", left_open={"count": 250, "places": OPEN[:1]}))
    page = ministry.get("/en/hub/provinces/PA").words
    assert "250 things wait for a decision" in page
    assert "and 249 more" in page


def test_a_receipt_of_the_first_format_is_taken_and_the_page_says_what_it_does_not_tell(ministry, receipt):
    said = receipt("PA").model_dump(mode="json", exclude_none=True, exclude={"left_open"}) | {"format": 1}
    data = sign_statement({"one-tier-1.0.0": "a" * 64}, KIND, said, [ministry.signers["PA"]])
    ministry.ledger.take(data, ministry.clock())
    for path in ("provinces", "provinces/PA"):
        assert "what waits for a decision: not told" in ministry.get(f"/en/hub/{path}").words


def test_a_receipt_of_a_newer_format_says_that_it_is_the_hub_that_has_to_move(ministry, receipt):
    said = receipt("PA").model_dump(mode="json", exclude_none=True) | {"format": 3}
    data = sign_statement({"one-tier-1.0.0": "a" * 64}, KIND, said, [ministry.signers["PA"]])
    with pytest.raises(TrustError, match="Install a newer pilotkit at the hub"):
        ministry.ledger.take(data, ministry.clock())
    assert {} == ministry.ledger.newest()


def test_names_that_a_province_wrote_are_shown_as_text_and_cut(ministry, receipt, refused):
    evil = {"kind": "edited", "file": "model/<script>alert(1)</script>" + "x" * 5_000}
    ministry.take(receipt("PA", refused=refused(evil), left_open={"count": 1, "places": [evil | {"kind": "file"}]}))
    for path in ("provinces", "provinces/PA"):
        html = ministry.get(f"/en/hub/{path}").html
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert(1)" not in html
        assert "x" * 200 not in html


def rows_of(answer):
    return {row["province"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


def test_the_table_is_to_be_had_as_csv_with_what_a_province_is_blocked_on(ministry, receipt, refused):
    ministry.take(receipt("PA", refused=refused(LOCKED, CHECK), left_open={"count": 4, "places": OPEN}))
    answer = ministry.client.get("/en/hub/provinces.csv")
    rows = rows_of(answer)
    assert (200, {"PA", "PB", "PC"}) == (answer.status_code, set(rows))
    assert ("blocked", "1.1.0", "4", "", "waiting") == (
        rows["PA"]["state"], rows["PA"]["refused_version"], rows["PA"]["undecided"],
        rows["PA"]["days_since_release"], rows["PB"]["state"],
    )  # fmt: skip
    assert (
        "locked local/overrides/procedures/ZZ-101.yaml#decision; check references local/targets.csv#kpi"
        == rows["PA"]["refused_because"]
    )


def test_the_table_is_to_be_had_as_json_and_what_is_not_known_is_null(ministry, receipt):
    ministry.take(receipt("PA", left_open={"count": 4, "places": OPEN}))
    told = {row["province"]: row for row in ministry.client.get("/vi/hub/provinces.json").json()}
    assert ("undecided", None, [], 4) == (
        told["PA"]["state"], told["PA"]["refused_version"], told["PA"]["refused_because"], told["PA"]["undecided"],
    )  # fmt: skip
    assert "setting pilot.toml#calendar.opens" in told["PA"]["undecided_places"]
    assert ("waiting", None, None) == tuple(told["PC"][name] for name in ("state", "version", "undecided"))
    assert json.dumps(told["PA"]["releases_behind"]) == "null"


def test_no_spreadsheet_takes_what_a_province_wrote_for_a_formula(ministry, receipt, refused):
    evil = {"kind": "edited", "file": "=HYPERLINK(1)", "key": "@SUM(1);=CALL(1);"}
    ministry.take(receipt("PA", refused=refused(evil), left_open={"count": 1, "places": [evil | {"kind": "file"}]}))
    cells = rows_of(ministry.client.get("/en/hub/provinces.csv"))["PA"].values()
    assert "edited =HYPERLINK(1)#@SUM(1),=CALL(1)," in cells
    parted = [part.strip() for cell in cells for part in cell.split(";")]  # as where a list is parted at semicolons
    assert [] == [part for part in parted if part.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_that_no_calendar_has_everywhere_is_refused(ministry, receipt, refused, instant):
    said = receipt("PA", refused=refused(LOCKED)).model_dump(mode="json", exclude_none=True)
    said["refused"]["since"] = instant
    data = sign_statement({"one-tier-1.0.0": "a" * 64}, KIND, said, [ministry.signers["PA"]])
    with pytest.raises(TrustError, match="lies in the year"):
        ministry.ledger.take(data, ministry.clock())
    assert 200 == ministry.get("/en/hub/provinces").status


def test_a_file_of_another_kind_is_not_found_and_a_guest_gets_none(ministry):
    assert 404 == ministry.get("/en/hub/provinces.exe").status
    assert 303 == ministry.guest.get("/en/hub/provinces.csv").status_code
