PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_an_officer_receives_works_and_returns_a_case(api, as_account):
    asked = {"procedure": "ZZ-101", "unit": "PA-01", "received_at_point": "pa-01", "person": {"name": "Sample Person"}}
    counter, registrar = as_account("counter-pa-01"), as_account("registrar-pa-01")
    received = api.post("/cases", json=asked, headers=counter)
    assert 201 == received.status_code, received.text
    code = received.json()["case"]["code"]
    assert code in [
        each["code"] for each in api.get("/cases", params={"text": code}, headers=registrar).json()["items"]
    ]
    done = []
    for _ in range(10):
        for who in (counter, registrar):
            possible = api.get(f"/cases/{code}/possible", headers=who).json()
            kind = next((each for each in ("advanced", "finished", "returned") if each in possible), None)
            if kind:
                answer = api.post(f"/cases/{code}/events", json={"kind": kind}, headers=who)
                assert 201 == answer.status_code, answer.text
                done.append(kind)
    assert "returned" == api.get(f"/cases/{code}", headers=counter).json()["status"]
    assert ["received", *done] == [each["kind"] for each in api.get(f"/cases/{code}/events", headers=counter).json()]


def test_a_submission_sent_twice_is_one_case(api, as_account):
    asked = {"procedure": "ZZ-101", "unit": "PA-01", "person": {"name": "Sample Person"}, "key": "sent-twice-1"}
    first, second = (api.post("/cases", json=asked, headers=as_account("counter-pa-01")).json() for _ in range(2))
    assert first == second


def test_every_look_at_a_person_s_file_is_on_record_with_its_reason(api, as_account, services, case_of):
    code = case_of("PA-01")
    look = api.post(
        f"/cases/{code}/file-reads", json={"reason": "to examine it"}, headers=as_account("registrar-pa-01")
    )
    assert ("Sample Person", {"note": "private"}) == (look.json()["person"]["name"], look.json()["answers"])
    assert [("registrar-pa-01", "to examine it")] == [
        (each.reader, each.reason) for each in services.personal_files.reads(code)
    ]
    blank = api.post(f"/cases/{code}/file-reads", json={"reason": "  "}, headers=as_account("registrar-pa-01"))
    assert blank.status_code in {409, 422}


def test_a_scan_comes_back_as_it_was_given(api, as_account, case_of):
    code, who = case_of("PA-01"), as_account("registrar-pa-01")
    document = api.get("/procedures/ZZ-101").json()["documents"][0]["id"]
    kept = api.post(
        f"/cases/{code}/attachments", data={"document": document}, files={"file": ("Giấy 1.pdf", PDF)}, headers=who
    )
    assert 201 == kept.status_code, kept.text
    attachment = kept.json()
    assert ("Giấy 1.pdf", "application/pdf", len(PDF)) == tuple(
        attachment[each] for each in ("name", "media_type", "size")
    )
    back = api.post(f"/cases/{code}/attachments/{attachment['id']}/reads", json={"reason": "to examine"}, headers=who)
    assert (PDF, "no-store") == (back.content, back.headers["cache-control"])
    assert "attachment" in back.headers["content-disposition"]


def test_one_case_that_cannot_move_stops_no_other(api, as_account, case_of):
    codes = [case_of("PA-01"), "PA-000000-0000", case_of("PA-02")]
    verb = {"kind": "supplement_requested", "reason": "A page is missing.", "cases": codes}
    outcomes = api.post("/case-events", json=verb, headers=as_account("registrar-pa-01")).json()
    assert codes == [each["code"] for each in outcomes]
    assert [True, False, False] == [each["problem"] is None for each in outcomes]


def test_a_verb_that_may_not_follow_is_a_conflict(api, as_account, case_of):
    code = case_of("PA-01")
    answer = api.post(f"/cases/{code}/events", json={"kind": "resumed"}, headers=as_account("registrar-pa-01"))
    assert (409, "It can be:") == (answer.status_code, answer.json()["remedy"][:10])


def test_who_has_signed_out_is_nobody(api, services, as_account, clock):
    assert 204 == api.delete("/session", headers=as_account("supervisor-pa-01")).status_code
    assert 401 == api.get("/cases", headers=as_account("supervisor-pa-01")).status_code
