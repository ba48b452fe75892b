"""Points and kiosks report over the API, each its own unit's."""

import pytest


@pytest.mark.parametrize(
    ("login", "expected"), [("", 403), ("counter-pa-02", 403), ("registrar-pa-01", 403), ("counter-pa-01", 201)]
)
def test_only_who_sits_in_the_unit_reports_its_points(api, as_account, login, expected):
    answer = api.post("/points/kiosk-1/heartbeat", json={}, headers=as_account(login))
    assert expected == answer.status_code, answer.text


def test_a_report_is_kept_with_the_server_s_time(api, as_account, clock):
    asked = {"condition": "limited", "fault": "printer"}
    said = api.post("/points/kiosk-1/heartbeat", json=asked, headers=as_account("counter-pa-01")).json()
    assert {**asked, "point": "kiosk-1", "synthetic": False} == {key: said[key] for key in said if key != "at"}
    assert clock().isoformat().removesuffix("+00:00") in said["at"]


@pytest.mark.parametrize("asked", [{"condition": "unknown"}, {"condition": "perfect"}, {"at": "2020-01-01T00:00:00Z"}])
def test_nobody_reports_what_is_no_report(api, as_account, asked):
    answer = api.post("/points/kiosk-1/heartbeat", json=asked, headers=as_account("counter-pa-01"))
    assert 422 == answer.status_code


def test_a_point_that_is_not_there_is_not_found(api, as_account):
    assert 404 == api.post("/points/nowhere/heartbeat", json={}, headers=as_account("counter-pa-01")).status_code
