"""``pilotkit upgrade``, ``override`` and ``diff``: what they print, and how they end."""

import json

import pytest
from tests.core.upgrades.conftest import OPS, OWNERSHIP

NOTES = "ops/notes.txt"


def test_a_plan_is_json_and_a_page_and_changes_nothing(publisher, province, call, tmp_path):
    package = publisher.publish("1.1.0", {NOTES: OPS[NOTES].replace("two", "TWO")})
    page = tmp_path / "plan.html"
    code, out, _ = call("upgrade", province, package, "--allow-unsigned", "--plan", "--json", "--html", page)
    plan = json.loads(out)
    assert (0, "1.0.0", "1.1.0", OPS[NOTES]) == (
        code, plan["installed"], plan["offered"], (province / NOTES).read_text(),
    )  # fmt: skip
    assert "1.1.0" in page.read_text(encoding="utf-8")


def test_what_a_person_must_decide_is_printed_and_ends_with_1(publisher, province, call):
    (province / NOTES).write_text(OPS[NOTES].replace("two", "zwei"))
    package = publisher.publish("1.1.0", {NOTES: OPS[NOTES].replace("two", "deux")})
    code, out, _ = call("upgrade", province, package, "--allow-unsigned", "--no-input")
    assert (1, True) == (code, f"Take from {NOTES}.package-new what you want" in out)
    assert (1, True) == ((told := call("diff", province))[0], f"{NOTES}.package-new waits" in told[1])
    assert 0 == call("upgrade", province, "--rollback")[0]
    assert (0, OPS[NOTES].replace("two", "zwei")) == (call("diff", province)[0], (province / NOTES).read_text())


def test_keys_that_wait_for_a_person_are_told_with_their_values_until_they_are_decided(publisher, province, call):
    run = "ops/run.yaml"
    (province / run).write_text(OPS[run].replace("8000", "8100").replace("workers: 2", "workers: 3"))
    package = publisher.publish("1.1.0", {run: OPS[run].replace("8000", "8200").replace("workers: 2", "workers: 4")})
    code, out, _ = call("upgrade", province, package, "--allow-unsigned", "--no-input")
    assert (1, True) == (code, "8000 → ours 8100, package 8200" in out)
    code, out, _ = call("diff", province)
    assert (1, True) == (code, f"{run}: port\n    8000 → ours 8100, package 8200" in out)
    found = {each["key"]: each["message"] for each in json.loads(call("check", province, "--json")[1])}
    assert "The package changed 8000 to 8200; yours, 8100, holds." == found["port"]
    (province / run).write_text((province / run).read_text().replace("8100", "8200"))
    ours = json.loads(call("diff", province, "--json")[1])
    assert (["workers"], [f"{run}.package-new"]) == ([each["key"] for each in ours["unresolved"]], ours["waiting"])
    (province / f"{run}.package-new").unlink()
    code, out, _ = call("diff", province, "--json")
    assert (0, []) == (code, json.loads(out)["unresolved"])


def test_a_file_whose_name_begins_with_a_dot_waits_as_any_other(publisher, settle, call):
    name = ".gitignore"
    ignoring = settle(publisher.publish("1.0.1", {name: "one\n"}), "ignoring")
    (ignoring / name).write_text("ours\n")
    owned = {**OWNERSHIP, name: "seeded"}
    package = publisher.publish("1.1.0", {name: "theirs\n"}, ownership=owned)
    assert 1 == call("upgrade", ignoring, package, "--allow-unsigned")[0]
    code, out, _ = call("diff", ignoring, "--json")
    assert (1, [f"{name}.package-new"]) == (code, json.loads(out)["waiting"])


def test_a_value_is_overridden_shown_and_taken_back(province, call):
    key = "procedures/ZZ-101.yaml#decision"
    code, out, _ = call("override", province, key, "Ours")
    assert (0, True) == (code, '"Ordinance 7" → "Ours"' in out)
    ours = json.loads(call("diff", province, "--json")[1])
    assert [("decision", "Ordinance 7", "Ours")] == [
        (each["key"], each["was"], each["ours"]) for each in ours["overrides"]
    ]
    assert 0 == call("override", province, key, "--reset")[0]
    assert [] == json.loads(call("diff", province, "--json")[1])["overrides"]


@pytest.mark.parametrize("arguments", [(), ("1", "--delete"), ("--delete", "--reset")])
def test_an_override_is_one_of_three_things(province, call, arguments):
    assert 2 == call("override", province, "procedures/ZZ-101.yaml#decision", *arguments)[0]


def test_a_tampered_package_ends_with_4(publisher, province, call):
    package = publisher.publish("1.1.0", {})
    package.write_bytes(package.read_bytes()[:-30])
    assert 4 == call("upgrade", province, package, "--allow-unsigned")[0]


def test_an_authored_model_is_not_upgraded(publisher, first, call):
    code, _, err = call("upgrade", publisher.donor, first, "--allow-unsigned")
    assert (3, True) == (code, "the model is authored here" in err)
