"""A ministry over a small country of three provinces, and deployments that tell it what they run."""

import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import CryptoSigner

from pilotkit import AdoptionReceipt, CheckSummary, Deployment, InstalledPackage, MeasuredFigure, Store
from pilotkit.access import passwords
from pilotkit.adoption import sign_receipt
from pilotkit.casework.backoffice import Backoffice
from pilotkit.storage.vault import KEYS, Vault
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.web.app import create_app
from pilotkit_hub.ledger import Ledger

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOW = datetime(2025, 8, 1, 9, 0, tzinfo=UTC)
AS_OF = datetime(2025, 7, 31, 16, 0, tzinfo=UTC)
PASSWORD = "quay lantern herring dusk"
UNITS = (
    "scheme,code,valid_from,name,kind,level,parent\n"
    "amber,PA,2024-01-01,Port Amber,municipality,province,\n"
    "amber,PB,2024-01-01,Bay Garnet,municipality,province,\n"
    "amber,PC,2024-01-01,Cape Jade,municipality,province,\n"
)
SETTINGS = {"plugins__enabled": ["hub"], "deployment__languages": ["en", "vi"], "access__second_factor": False}
_TAG = re.compile(r"<[^>]*>")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(_TAG.sub(" ", html))).strip()


def pem(signer: CryptoSigner) -> str:
    return signer._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def figure(numerator: int = 80, denominator: int = 100, **changes) -> MeasuredFigure:
    given = {"kpi": "on_time", "minimum": 1, "definition_hash": "abc123", "numerator": numerator}
    return MeasuredFigure(**given | {"denominator": denominator} | changes)


def receipt(province: str = "PA", **changes) -> AdoptionReceipt:
    package = {"name": "one-tier", "version": "1.0.0", "identity": "a" * 64, **changes.pop("package", {})}
    checks = {"errors": 0, "warnings": 1, "notices": 2, **changes.pop("checks", {})}
    given = {
        "deployment": f"town-{province.lower()}", "scheme": "amber", "province": province, "issued": NOW,
        "pilotkit": "0.1.0", "package": InstalledPackage(**package), "checks": CheckSummary(**checks), "as_of": AS_OF,
        "location_version": f"amber@2024-01-01#{province.lower()}", "completeness": Decimal(100), "figures": (figure(),),
    }  # fmt: skip
    return AdoptionReceipt(**given | changes)


class Ministry:
    """The hub, its ledger, and the keys that provinces hold."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.deployment = Deployment(folder)
        self.store = Store.of(self.deployment)
        self.ledger = Ledger.of(self.store, self.deployment.catalog)
        self.signers = {code: CryptoSigner.generate_ed25519() for code in self.ledger.provinces}
        self._client: TestClient | None = None

    def trust_all(self) -> None:
        for code, signer in self.signers.items():
            self.ledger.trust(code, pem(signer), self.clock())

    def signed(self, told: AdoptionReceipt) -> bytes:
        return sign_receipt(told, [self.signers[told.province]])

    def take(self, told: AdoptionReceipt) -> None:
        self.ledger.take(self.signed(told), self.clock())

    @property
    def guest(self) -> TestClient:
        return TestClient(create_app(self.deployment, now=self.clock), follow_redirects=False)

    @property
    def client(self) -> TestClient:
        """An officer's browser."""
        if self._client is None:
            access = Backoffice(self.deployment, self.clock).access
            access.accounts.enrol("hub-officer", PASSWORD)
            self._client = TestClient(
                create_app(self.deployment, now=self.clock), base_url="http://localhost", follow_redirects=False
            )
            self._client.cookies.set("session", access.sign_in("hub-officer", PASSWORD, "", "192.0.2.1").value)
        return self._client

    def get(self, path: str) -> SimpleNamespace:
        answer = self.client.get(path)
        return SimpleNamespace(status=answer.status_code, html=answer.text, words=words(answer.text))


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS, Vault.new_key("test") if hasattr(Vault, "new_key") else "test:" + "QUFB" * 10 + "QUE=")


@pytest.fixture
def make_ministry(tmp_path: Path) -> Callable[..., Ministry]:
    def make(files: dict[str, str] | None = None) -> Ministry:
        roles = "- {id: hub-officer, name: {en: Officer}, duty: {en: Watches.}, permissions: [hub.read]}\n"
        accounts = "login,roles,unit,point\nhub-officer,hub-officer,PA,\n"
        given = {"local/units.csv": UNITS, "model/people/roles.yaml": roles, "local/accounts.csv": accounts}
        folder = tiny_deployment(tmp_path / "ministry", {**given, **(files or {})}, **SETTINGS)
        return Ministry(folder, Clock(NOW))

    return make


@pytest.fixture
def ministry(make_ministry) -> Ministry:
    """Three provinces, each with a registered key."""
    made = make_ministry()
    made.trust_all()
    return made


LATER = timedelta(days=40)
