"""Every operation, asked by everybody: who may not, is told so, and learns nothing of another commune's cases."""

import contextlib
import re

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from tests.drill import size

BODIES = {
    "/cases/{code}/events": {"kind": "supplement_requested", "reason": "why"},
    "/cases/{code}/file-reads": {"reason": "why"},
    "/cases/{code}/reused": {"reason": "why", "source": "PA-000000-0002", "attachment": "0"},
    "/cases/{code}/attachments/{id}/reads": {"reason": "why"},
    "/cases/{code}/documents/{id}": {"reason": "why"},
}
ACCOUNTS = ("counter-pa-01", "registrar-pa-01", "supervisor-pa-01", "counter-pa-02", "registrar-pa")


def desk_operations(api):
    """Every operation on one case, by method and path."""
    paths = api.get("/openapi.json").json()["paths"]
    return [(method, path) for path, each in paths.items() if path.startswith("/cases/{code}") for method in each]


def ask(api, method, path, code, headers):
    filled = re.sub(r"{id}", "0", path.replace("{code}", code))
    if path.endswith("/attachments"):
        files = {"file": ("1.pdf", b"%PDF-1.7\n%%EOF\n")}
        return api.request(method, filled, data={"document": "x"}, files=files, headers=headers)
    return api.request(method, filled, json=BODIES.get(path), headers=headers)


def test_nobody_comes_near_a_case_without_signing_in(api, case_of):
    code = case_of("PA-01")
    for method, path in desk_operations(api):
        assert 401 == ask(api, method, path, code, {}).status_code, path


def test_another_commune_s_case_is_as_one_that_does_not_exist(api, as_account, services, case_of):
    login = "counter-pa-02"
    theirs, missing = case_of("PA-01"), "PA-000000-0001"
    before = services.store.events(theirs)
    for method, path in desk_operations(api):
        said = [ask(api, method, path, code, as_account(login)) for code in (theirs, missing)]
        assert [404, 404] == [each.status_code for each in said] or [403, 403] == [each.status_code for each in said], (
            path
        )
        assert said[0].text.replace(theirs, missing) == said[1].text, path
    assert before == services.store.events(theirs)
    assert () == services.personal_files.reads(theirs)


@pytest.mark.parametrize("login", ACCOUNTS)
def test_a_list_holds_the_units_of_the_account_and_no_others(api, as_account, services, case_of, login):
    for unit in ("PA-01", "PA-02"):
        case_of(unit)
    mine = api.get("/session", headers=as_account(login)).json()["units"]
    seen = {each["unit"] for each in api.get("/cases", params={"size": 100}, headers=as_account(login)).json()["items"]}
    assert seen
    assert seen <= set(mine)


@pytest.mark.drill
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("login", ["", "counter-pa-01", "registrar-pa-01", "supervisor-pa-01"])
def test_no_request_that_fits_the_document_or_does_not_makes_the_server_fail(api, as_account, login, mode):
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith(("/session", "/sessions")) and login:
            continue  # the session is needed for the others, and guesses slow the next one down

        @hypothesis.settings(
            max_examples=size(1, 4), deadline=None, database=None, derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def nothing_fails(case):
            asked.add(case.operation.label)
            answer = case.call(headers=as_account(login))
            assert answer.status_code < 500, (case.operation.label, answer.text[:500])

        with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # where nothing can be sent that does not fit
            nothing_fails()
    assert len(asked) > (35 if mode is GenerationMode.POSITIVE else 25)
