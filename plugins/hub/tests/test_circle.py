"""The circle: Hanoi packs, Cao Bang is made, improves a deadline, hands it on, and the ministry sees it."""

import json
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from pilotkit import Deployment
from pilotkit.adoption.receipt import receipt_of
from pilotkit.adoption.signed_receipt import sign_receipt
from pilotkit.cli.app import run
from pilotkit.packages.archive import inspect
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.testing import Clock
from pilotkit.trust import PackageArchive, compare_packages

ROOT = Path(__file__).parents[3]
LAST_DAY = date(2025, 7, 28)
AS_OF = datetime(2025, 7, 28, 16, 59, tzinfo=UTC)
CODE = "1.001193"
OVERRIDE = """offers:
  in_person:
    deadline:
      is: {amount: 4, unit: working_hours, certainty: medium}
      was: {amount: 1, unit: working_days, certainty: medium}
"""


def test_an_improvement_travels_and_the_ministry_sees_who_runs_what(tmp_path, make_country, pem, capsys):
    first = pack(Deployment(ROOT / "examples/hanoi"), tmp_path)
    province = new(
        download_verified(first.path, allow_unsigned=True), "04", tmp_path / "cao-bang", {"hotline": "0206 3 852 114"}
    )
    override = province.folder / f"local/overrides/procedures/{CODE}.yaml"
    override.parent.mkdir(parents=True, exist_ok=True)
    override.write_text(OVERRIDE)
    deployment = Deployment(province.folder)
    with closing(Store.of(deployment)) as store:
        simulate(deployment, store, days=2, seed=11, last=LAST_DAY)

    second = pack(deployment, tmp_path, PackOrder(version="1.1.0", as_of=AS_OF))
    step = inspect(second.path).lineage.derivations[-1]
    assert (first.identity, "1.0.0", "1.1.0", "04") == (
        step.origin.identity, step.origin.version, step.version, step.donor.province,
    )  # fmt: skip
    assert [(f"procedures/{CODE}.yaml", "offers.in_person.deadline")] == [(each.file, each.key) for each in step.keys]
    with zipfile.ZipFile(second.path) as archive:
        measured = json.loads(archive.read(step.evidence))
    assert ("04", True) == (measured["province"], measured["is_simulated"])
    assert measured["staffing"]

    notes = compare_packages(PackageArchive.open(first.path), PackageArchive.open(second.path))
    assert [CODE] == [each.code for each in notes.procedures]
    assert [("in_person", 1, 4)] == [(d.channel, d.was.amount, d.now.amount) for d in notes.procedures[0].deadlines]
    assert 0 == run(["release-notes", str(first.path), str(second.path), "--language", "vi"])
    assert "thời hạn giải quyết trực tiếp: 1 ngày làm việc → 4 giờ làm việc" in capsys.readouterr().out

    signer, clock = CryptoSigner.generate_ed25519(), Clock(datetime(2025, 8, 1, 2, 0, tzinfo=UTC))
    ministry = make_country(clock)
    ministry.ledger.trust("04", pem(signer), clock())
    ministry.ledger.take(sign_receipt(receipt_of(deployment, clock()), [signer]), clock())
    page = ministry.get("/vi/hub/provinces").words
    assert "1 trên 34 tỉnh, thành phố đã báo đang dùng gì" in page
    assert "Tỉnh Cao Bằng" in page
    told = ministry.get("/vi/hub/provinces/04").words
    assert f"one-tier-service 1.0.0 {first.identity}" in told
    assert "1 mục · 0 tệp sửa tay" in told

    third = new(download_verified(second.path, allow_unsigned=True), "08", tmp_path / "third", {})
    offer = Deployment(third.folder).catalog.procedure(CODE).offers["in_person"]
    assert (4, "working_hours") == (offer.deadline.amount, offer.deadline.unit)
