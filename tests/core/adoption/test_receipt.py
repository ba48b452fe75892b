"""A receipt says what a deployment runs and how it does, and nothing of any case or person."""

import base64
import json
import sqlite3
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import CryptoSigner

from pilotkit import Deployment
from pilotkit.adoption.disclosure import FEWEST
from pilotkit.adoption.receipt import ReceiptOrder, receipt_of
from pilotkit.adoption.signed_receipt import KIND, open_receipt, sign_receipt
from pilotkit.cli.app import run
from pilotkit.figures import Measures
from pilotkit.registry.keys import make_key
from pilotkit.trust import AdoptionReceipt, MonthlyFigure, TrustError, sign_statement

NOW = datetime(2025, 7, 29, 3, 0, tzinfo=UTC)
MONTHLY = ReceiptOrder(by_month=True)


def pem(signer: CryptoSigner) -> str:
    return signer._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def signer() -> CryptoSigner:
    return CryptoSigner.generate_ed25519()


def test_a_receipt_says_what_runs_and_how_it_does(filled_town: Deployment) -> None:
    receipt = receipt_of(filled_town, NOW)
    assert ("port-amber", "port-amber-model", "0.1.0") == (
        receipt.deployment,
        receipt.package.name,
        receipt.package.version,
    )
    assert receipt.package.identity is None
    assert 100 == receipt.completeness
    assert sorted(filled_town.catalog.kpis) == sorted(figure.kpi for figure in receipt.figures)
    assert all(figure.denominator >= figure.numerator for figure in receipt.figures)
    assert receipt.is_simulated


def test_a_receipt_of_a_deployment_without_cases_makes_no_figure_up(town: Deployment) -> None:
    receipt = receipt_of(town, NOW)
    assert (None, None, ()) == (receipt.as_of, receipt.completeness, receipt.figures)


def test_monthly_figures_are_those_of_the_board_without_what_is_of_few(filled_town: Deployment) -> None:
    receipt = receipt_of(filled_town, NOW, MONTHLY)
    counted = Measures(filled_town).figures(by=("month",), as_of=receipt.as_of)
    of_months = {(value.kpi, value.month): value for group in counted for value in group if value.month}
    totals = [each for each in receipt.monthly if each.unit is None]
    assert totals
    assert len(totals) < len(receipt.monthly)
    assert min(each.denominator for each in receipt.monthly) >= FEWEST
    for each in totals:
        value = of_months[each.kpi, each.month]
        assert [getattr(value, name) for name in MonthlyFigure.model_fields] == list(dict(each).values())


def test_a_receipt_holds_nothing_of_any_case_or_person(filled_town: Deployment, signer: CryptoSigner) -> None:
    data = sign_receipt(receipt_of(filled_town, NOW, MONTHLY), [signer])
    said = base64.b64decode(json.loads(data)["payload"]).decode()
    database = sqlite3.connect(filled_town.folder / "var/pilot.db")
    codes = [code for (code,) in database.execute("SELECT code FROM cases")]
    database.close()
    catalog = filled_town.catalog
    names = [unit.name for unit in catalog.units.values()] + [head.office for head in catalog.heads.values()]
    accounts = [account.login for account in catalog.accounts.values()]
    contacts = [each.phone for each in catalog.contacts.values() if each.phone]
    points = [point.name for point in catalog.points.values()] + list(catalog.points)
    assert len(codes) > 100
    assert [] == [fact for fact in (*codes, *names, *accounts, *contacts, *points) if fact in said]


def test_every_text_of_a_receipt_is_a_code_a_hash_an_instant_or_a_place(filled_town: Deployment) -> None:
    told = receipt_of(filled_town, NOW, MONTHLY).model_dump(mode="json", exclude={"figures", "monthly", "package"})
    assert {
        "as_of", "checks", "completeness", "deployment", "format", "is_simulated", "issued", "left_open",
        "location_version", "pilotkit", "province", "refused", "scheme", "since",
    } == set(told)  # fmt: skip


def test_a_receipt_is_opened_with_the_key_of_its_province(filled_town: Deployment, signer: CryptoSigner) -> None:
    receipt = receipt_of(filled_town, NOW)
    assert receipt == open_receipt(sign_receipt(receipt, [signer]), {receipt.province: pem(signer)})


def test_a_province_cannot_speak_for_another(filled_town: Deployment, signer: CryptoSigner) -> None:
    receipt = receipt_of(filled_town, NOW)
    own = CryptoSigner.generate_ed25519()
    data = sign_receipt(receipt, [signer])
    with pytest.raises(TrustError, match="another province signed it"):
        open_receipt(data, {receipt.province: pem(own), "elsewhere": pem(signer)})
    with pytest.raises(TrustError, match="not signed by a key that counts"):
        open_receipt(data, {receipt.province: pem(own)})


def test_one_changed_letter_is_refused(filled_town: Deployment, signer: CryptoSigner) -> None:
    receipt = receipt_of(filled_town, NOW)
    envelope = json.loads(sign_receipt(receipt, [signer]))
    payload = base64.b64decode(envelope["payload"]).replace(b'"errors":', b'"errorz":')
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(TrustError):
        open_receipt(json.dumps(envelope).encode(), {receipt.province: pem(signer)})


def signed(said: dict[str, object], signer: CryptoSigner) -> bytes:
    return sign_statement({"port-amber-model-0.1.0": "0" * 64}, KIND, said, [signer])


def plain(receipt: AdoptionReceipt) -> dict[str, object]:
    return receipt.model_dump(mode="json", exclude_none=True)


def test_a_receipt_of_the_first_format_is_still_opened_and_does_not_pass_for_one_that_tells_more(town, signer) -> None:
    receipt = receipt_of(town, NOW)
    said = {name: value for name, value in plain(receipt).items() if name not in {"left_open", "refused"}}
    opened = open_receipt(signed({**said, "format": 1}, signer), {receipt.province: pem(signer)})
    assert (1, None, None) == (opened.format, opened.left_open, opened.refused)
    assert (2, 0) == (receipt.format, receipt.left_open.count)


def test_a_receipt_of_a_newer_format_says_that_the_hub_needs_a_newer_pilotkit(town, signer) -> None:
    receipt = receipt_of(town, NOW)
    data = signed({**plain(receipt), "format": 3, "poems": []}, signer)
    with pytest.raises(TrustError, match=r"format 3, and this pilotkit reads no newer one than 2.*newer pilotkit"):
        open_receipt(data, {receipt.province: pem(signer)})


def test_what_a_receipt_names_is_cut_and_kept_to_one_line_however_it_was_written(town, signer) -> None:
    receipt = receipt_of(town, NOW)
    place = {"kind": "file", "file": "a\n\u202eb" + "c" * 10_000}
    said = {**plain(receipt), "left_open": {"count": 1, "places": [place]}}
    shown = open_receipt(signed(said, signer), {receipt.province: pem(signer)}).left_open.places[0].file
    assert (200, "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}bc", "c…") == (len(shown), shown[:5], shown[-2:])


def test_a_receipt_that_names_more_places_than_any_may_is_refused(town, signer) -> None:
    receipt = receipt_of(town, NOW)
    said = {**plain(receipt), "left_open": {"count": 101, "places": [{"kind": "file", "file": "a"}] * 101}}
    with pytest.raises(TrustError, match=r"left_open\.places"):
        open_receipt(signed(said, signer), {receipt.province: pem(signer)})


def test_the_command_writes_a_file_that_says_its_kind(filled_town, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("PILOTKIT_PASSPHRASE", "several words together")
    make_key(tmp_path / "province", "several words together")
    out = tmp_path / "receipt.json"
    assert 0 == run(["receipt", str(filled_town.folder), "--key", str(tmp_path / "province"), "-o", str(out)])
    statement = json.loads(base64.b64decode(json.loads(out.read_bytes())["payload"]))
    assert KIND == statement["predicateType"]
    assert "port-amber-model 0.1.0" in " ".join(capsys.readouterr().err.split())


def test_a_hub_that_is_away_is_told_in_words(filled_town, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("PILOTKIT_PASSPHRASE", "several words together")
    make_key(tmp_path / "province", "several words together")
    key = str(tmp_path / "province")
    assert 5 == run(["receipt", str(filled_town.folder), "--key", key, "--send", "http://127.0.0.1:9/receipts"])
    assert "carry the file" in " ".join(capsys.readouterr().err.split())
