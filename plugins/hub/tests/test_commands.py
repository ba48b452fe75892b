"""The commands: keys in, receipts in, refusals with an exit code."""

from datetime import UTC, datetime, timedelta

from pilotkit.cli.app import run
from pilotkit.registry.keys import make_key


def test_a_key_is_registered_and_a_receipt_taken(make_ministry, receipt, tmp_path, capsys):
    from pilotkit.adoption.signed_receipt import sign_receipt
    from pilotkit.registry.keys import load_signer

    made = make_ministry()
    make_key(tmp_path / "amber", "several words together")
    signer = load_signer(tmp_path / "amber", "several words together")
    told = receipt("PA", issued=datetime.now(UTC) - timedelta(minutes=5))
    (tmp_path / "receipt.json").write_bytes(sign_receipt(told, [signer]))
    folder = ["--deployment", str(made.folder)]
    take = ["hub", "import", str(tmp_path / "receipt.json"), *folder]

    assert 4 == run(take)
    assert 0 == run(["hub", "trust", "PA", str(tmp_path / "amber.pub"), *folder])
    assert 0 == run(take)
    assert told == made.ledger.newest()["PA"][0].receipt
    assert 4 == run(take)
    assert "taken already" in " ".join(capsys.readouterr().err.split())


def test_a_private_key_is_not_registered(make_ministry, tmp_path):
    made = make_ministry()
    make_key(tmp_path / "amber", "several words together")
    assert 3 == run(["hub", "trust", "PA", str(tmp_path / "amber"), "--deployment", str(made.folder)])
    assert {} == made.ledger.keys()


def test_a_file_that_is_not_there_is_told(make_ministry, tmp_path, capsys):
    made = make_ministry()
    assert 3 == run(["hub", "import", str(tmp_path / "nothing.json"), "--deployment", str(made.folder)])
    assert "cannot be read" in capsys.readouterr().err


def test_release_notes_speak_the_language_that_is_asked_for(packages, capsys):
    old, new = map(str, packages)
    assert 0 == run(["release-notes", old, new])
    said = capsys.readouterr().out.splitlines()
    assert [
        "Procedures that changed",
        "  - Birth registration (ZZ-101): deadline online: 2 working days → 1 calendar day",
        "  - Birth registration (ZZ-101): fees online: free → 7",
        "  - Certified copy (ZZ-102): fees in person: 2 → 3.5",
    ] == said[2:6]
    assert 0 == run(["release-notes", old, new, "--language", "vi"])
    said = capsys.readouterr().out
    assert "2 ngày làm việc → 1 ngày" in said
    assert "phí, lệ phí trực tuyến: miễn phí → 7" in said
    assert "phí, lệ phí trực tiếp: 2 → 3,5" in said
    assert "không so sánh được giá trị trước và sau" in said


def test_settings_of_the_hub_that_are_wrong_are_told(make_ministry):
    page = make_ministry({"hub.toml": "registri = 'x'\n"}).get("/en/hub/releases")
    assert 503 == page.status
