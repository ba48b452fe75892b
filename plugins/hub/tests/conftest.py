"""A ministry over a small country of three provinces, and deployments that tell it what they run."""

import base64
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import CryptoSigner

from pilotkit import Deployment
from pilotkit.adoption.signed_receipt import sign_receipt
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.services import Services
from pilotkit.storage.store import Store
from pilotkit.storage.vault import KEYS
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.testing.sample_deployment import TOWN
from pilotkit.trust import AdoptionReceipt, CheckSummary, InstalledPackage, MeasuredFigure
from pilotkit.web.application import create_app
from pilotkit_hub.ledger import Ledger

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOW = datetime(2025, 8, 1, 9, 0, tzinfo=UTC)
AS_OF = datetime(2025, 7, 31, 16, 0, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[3] / "examples/ministry"
PASSWORD = "quay lantern herring dusk"
PROVINCES = (
    "zz,PB,2024-01-01,Bay Garnet,municipality,province,,,,,\nzz,PC,2024-01-01,Cape Jade,municipality,province,,,,,\n"
)
ROLE = "- {id: hub-officer, name: {en: Officer}, duty: {en: Watches.}, permissions: [hub.read]}\n"
ACCOUNT = "hub-officer,hub-officer,PA,\n"
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
        "deployment": f"town-{province.lower()}", "scheme": "zz", "province": province, "issued": NOW,
        "pilotkit": "0.1.0", "package": InstalledPackage(**package), "checks": CheckSummary(**checks), "as_of": AS_OF,
        "location_version": f"zz@2024-01-01#{province.lower()}", "completeness": Decimal(100), "figures": (figure(),),
        "left_open": {"count": 0},
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
            access = Services(self.deployment, self.clock).access
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
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())


@pytest.fixture
def make_ministry(tmp_path: Path) -> Iterator[Callable[..., Ministry]]:
    made: list[Ministry] = []

    def make(files: dict[str, str] | None = None) -> Ministry:
        more = {"local/units.csv": PROVINCES, "model/people/roles.yaml": ROLE, "local/accounts.csv": ACCOUNT}
        given = {name: (TOWN / name).read_text() + text for name, text in more.items()}
        folder = tiny_deployment(tmp_path / f"ministry{len(made)}", {**given, **(files or {})}, **SETTINGS)
        made.append(Ministry(folder, Clock(NOW)))
        return made[-1]

    yield make
    for each in made:
        each.store.close()


@pytest.fixture
def ministry(make_ministry) -> Ministry:
    """Three provinces, each with a registered key."""
    made = make_ministry()
    made.trust_all()
    return made


@pytest.fixture(scope="session", name="receipt")
def _receipt() -> Callable[..., AdoptionReceipt]:
    return receipt


@pytest.fixture(scope="session", name="figure")
def _figure() -> Callable[..., MeasuredFigure]:
    return figure


@pytest.fixture(scope="session", name="pem")
def _pem() -> Callable[[CryptoSigner], str]:
    return pem


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, Path]:
    """Two versions of a package: the second has a quicker deadline, other fees and a KPI counted otherwise."""
    template = {"model/template/cookiecutter.json": '{"province": "", "_folder": "deployment"}'}
    donor = tiny_deployment(tmp_path / "donor", template)
    first = pack(Deployment(donor), tmp_path / "packages")
    for name, old, new in (
        ("procedures/ZZ-101.yaml", "{amount: 2, unit: working_days}", "{amount: 1, unit: calendar_days}"),
        ("procedures/ZZ-101.yaml", "fees: free", "fees: [{id: entry, amount: 7}]"),
        ("procedures/ZZ-102.yaml", "amount: 2", "amount: 3.50"),
        ("kpis/kpis.yaml", "numerator: ", "numerator: NOT "),
    ):
        text = (donor / "model" / name).read_text()
        assert old in text
        (donor / "model" / name).write_text(text.replace(old, new, 1))
    second = pack(Deployment(donor), tmp_path / "packages", PackOrder(version="0.2.0"))
    return first.path, second.path


@pytest.fixture
def make_country(tmp_path: Path) -> Iterator[Callable[[Clock], Ministry]]:
    """The ministry of ``examples/``, over a real register."""
    made: list[Ministry] = []

    def make(clock: Clock) -> Ministry:
        folder = tmp_path / "country"
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("var"))
        settings = folder / "pilot.toml"
        settings.write_text(settings.read_text() + "\n[access]\nsecond_factor = false\n")
        made.append(Ministry(folder, clock))
        return made[-1]

    yield make
    for each in made:
        each.store.close()
