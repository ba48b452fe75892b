"""The ministry's hub in a real browser: every page, on a phone and on a desk, and receipts handed in."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from accessibility import AXE, Accessibility
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import CryptoSigner
from tests.drill import pairs

from pilotkit import Deployment
from pilotkit.adoption.signed_receipt import sign_receipt
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.trust import (
    AdoptionReceipt,
    CheckSummary,
    InstalledPackage,
    LeftOpen,
    MeasuredFigure,
    MonthlyFigure,
    OpenPlace,
    RefusalReason,
    RefusedUpgrade,
)
from pilotkit.web.server import running
from pilotkit_hub.ledger import Ledger

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

MINISTRY = Path(__file__).parents[2] / "examples" / "ministry"
NOW = datetime(2025, 8, 1, 9, 0, tzinfo=UTC)
PASSWORD = "quay lantern herring dusk"
PAGES = [
    "/provinces", "/provinces/01", "/comparison?kpi=online_share", "/comparison?kpi=online_share&month=2025-07",
    "/comparison?kpi=median_working_minutes", "/releases", "/receipts", "/receipts/new",
]  # fmt: skip
LANGUAGES = ["vi", "en"]
LONG = "procedures/huong-dan-nguoi-dan-den-trung-tam-phuc-vu-hanh-chinh-cong.yaml"
REASONS = (
    RefusalReason(kind="locked", file=f"local/overrides/{LONG}", key="offers.in_person.deadline.amount"),
    RefusalReason(kind="edited", file=f"model/{LONG}"),
)
LEFT_OPEN = LeftOpen(count=2, places=(OpenPlace(kind="file", file="x" * 200), OpenPlace(kind="set_aside", file=LONG)))


def receipt(province, issued):
    share = {"kpi": "online_share", "definition_hash": "abc123", "numerator": 80}
    median = {"kpi": "median_working_minutes", "definition_hash": "def456", "statistic": "quantile", "numerator": 1240}
    months = [
        {**each, "month": f"2025-0{month}", "denominator": 94 + month} for each in (share, median) for month in (6, 7)
    ]
    return AdoptionReceipt(
        deployment=f"province-{province}", scheme="vn", province=province, issued=issued, pilotkit="0.1.0",
        package=InstalledPackage(name="one-tier-service", version="1.0.0", identity="a" * 64),
        checks=CheckSummary(errors=0, warnings=1, notices=2), as_of=NOW - timedelta(hours=17),
        location_version=f"vn@2025-07-01#{province}", completeness=100,
        figures=tuple(MeasuredFigure(**each, denominator=190) for each in (share, median)),
        monthly=tuple(MonthlyFigure(**each) for each in months), left_open=LEFT_OPEN,
        refused=RefusedUpgrade(version="1.1.0", since=issued, count=9, reasons=REASONS) if province == "01" else None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """The example's ministry with the receipts of two provinces, an officer's session, and a signed one to hand in."""
    folder = tmp_path_factory.mktemp("hub") / "ministry"
    shutil.copytree(MINISTRY, folder, ignore=shutil.ignore_patterns("var"))
    settings = folder / "pilot.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[access]\nsecond_factor = false\n", encoding="utf-8")
    signers = {code: CryptoSigner.generate_ed25519() for code in ("01", "04")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())
        deployment = Deployment(folder)
        with closing(Services(deployment, lambda: NOW)) as services:
            ledger = Ledger.of(services.store, deployment.catalog)
            for code, signer in signers.items():
                public = signer._private_key.public_key()
                pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
                ledger.trust(code, pem, NOW)
                ledger.take(sign_receipt(receipt(code, NOW - timedelta(days=2)), [signer]), NOW)
            services.access.accounts.enrol("hub-officer", PASSWORD)
            session = services.access.sign_in("hub-officer", PASSWORD, "", "192.0.2.1").value
        newer = {code: sign_receipt(receipt(code, NOW), [signer]) for code, signer in signers.items()}
        with running(deployment, now=lambda: NOW) as address:
            yield SimpleNamespace(address=address, session=session, newer=newer)


@pytest.fixture
def officer(browser, hub):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "session", "value": hub.session, "url": hub.address}])
    yield context.new_page()
    context.close()


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(PAGES, LANGUAGES))
def test_whoever_looks_at_a_page_of_the_hub_can_use_it(officer, hub, language, path):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/assets")
    officer.goto(f"{hub.address}/{language}/hub{path}")
    assert [] == Accessibility().problems(officer)


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(PAGES, LANGUAGES))
def test_a_phone_shows_a_page_of_the_hub_whole_without_a_script(browser, hub, language, path):
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    context.add_cookies([{"name": "session", "value": hub.session, "url": hub.address}])
    page = context.new_page()
    page.goto(f"{hub.address}/{language}/hub{path}")
    assert (True, 320) == (page.locator("h1").is_visible(), page.evaluate("document.documentElement.scrollWidth"))
    context.close()


@pytest.mark.parametrize(
    ("language", "code", "taken", "refused"),
    [
        ("vi", "01", "Đã nhận: province-01", "Đây không phải là"),
        ("en", "04", "Taken: province-04", "This is not a signed"),
    ],
)
def test_an_officer_hands_receipts_in_and_reads_what_became_of_each(officer, hub, language, code, taken, refused):
    officer.goto(f"{hub.address}/{language}/hub/receipts/new")
    files = [("good.json", hub.newer[code]), ("bad.json", b"hello")]
    given = [{"name": name, "mimeType": "application/json", "buffer": data} for name, data in files]
    officer.locator("input[type=file]").set_input_files(given)
    officer.locator("main form button[type=submit]").click()
    said = officer.locator("main").inner_text()
    assert (True, True) == (taken in said, refused in said)
    if AXE.is_file():
        assert [] == Accessibility().problems(officer)
    officer.goto(f"{hub.address}/{language}/hub/receipts")
    assert "hub-officer" in officer.locator("main").inner_text()
