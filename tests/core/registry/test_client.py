"""The taking side alone, in the form that outside conformance suites ask for."""

from pathlib import Path

import pytest
from tuf.api.metadata import Metadata

from pilotkit.cli.app import run
from pilotkit.registry.http_server import served
from pilotkit.registry.temporary_registry import ThrowawayRegistry

LIST = "catalog.json"


@pytest.fixture
def root(registry: ThrowawayRegistry) -> Path:
    return registry.folder.metadata / "1.root.json"


def client(store: Path, *arguments: str) -> int:
    return run(["registry", "client", "--metadata-dir", str(store), *arguments])


def test_init_asks_nothing_of_anybody(tmp_path: Path, root: Path) -> None:
    assert 0 == client(tmp_path / "store", "init", str(root))
    assert root.read_bytes() == (tmp_path / "store" / "root.json").read_bytes()
    assert 1 == client(tmp_path / "other", "init", str(tmp_path / "nowhere"))


def test_refresh_keeps_metadata_without_versions_in_names(
    registry: ThrowawayRegistry, tmp_path: Path, root: Path
) -> None:
    client(tmp_path / "store", "init", str(root))
    with served(registry.folder) as address:
        assert 0 == client(tmp_path / "store", "--metadata-url", f"{address}metadata", "refresh")
    kept = {each.stem: Metadata.from_file(str(each)) for each in (tmp_path / "store").glob("*.json")}
    assert {"root", "timestamp", "snapshot", "targets"} == set(kept)


def test_download_gives_the_file_or_one(registry: ThrowawayRegistry, tmp_path: Path, root: Path) -> None:
    store, files = tmp_path / "store", tmp_path / "files"
    client(store, "init", str(root))
    with served(registry.folder) as address:
        given = (
            "--metadata-url",
            f"{address}metadata",
            "--target-base-url",
            f"{address}targets",
            "--target-dir",
            str(files),
        )
        assert 0 == client(store, *given, "--target-name", LIST, "download")
        digest = registry.folder.current("targets").signed.targets[LIST].hashes["sha256"]
        assert registry.folder.target(LIST, digest).read_bytes() == (files / LIST).read_bytes()
        assert 1 == client(store, *given, "--target-name", "nothing", "download")
    assert 1 == client(store, *given, "--target-name", LIST, "download")  # nobody answers any more


def test_every_refusal_is_one(registry: ThrowawayRegistry, tmp_path: Path, root: Path) -> None:
    store = tmp_path / "store"
    client(store, "init", str(root))
    (registry.folder.metadata / "timestamp.json").write_text("{}")
    with served(registry.folder) as address:
        assert 1 == client(store, "--metadata-url", f"{address}metadata", "refresh")


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["--metadata-dir", "store", "refresh"], "--metadata-url must stand before 'refresh'"),
        (
            ["--metadata-dir", "store", "--metadata-url", "http://127.0.0.1:9/", "--target-name", LIST, "download"],
            "--target-base-url, --target-dir must stand before 'download'",
        ),
        (["refresh"], "Missing option '--metadata-dir'"),
        (["--metadata-dir", "store", "init"], "Missing argument 'ROOT'"),
        (["--metadata-dir", "store", "renew"], "No such command 'renew'"),
        (["--metadata-dir", "store", "--no-such", "refresh"], "No such option: --no-such"),
        (["--metadata-dir", "store", "--metadata-url", "http://127.0.0.1:9/", "refresh"], "root.json"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_one_and_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    missing: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert 1 == run(["registry", "client", *arguments])
    assert missing in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_help_is_no_refusal() -> None:
    assert [0, 0] == [run(["registry", "client", *words, "--help"]) for words in ([], ["--metadata-dir", "x", "init"])]


def test_only_public_files_are_served(registry: ThrowawayRegistry) -> None:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    with served(registry.folder) as address:
        assert urlopen(f"{address}metadata/timestamp.json").read()
        for path in (
            "pending/signers.json",
            "metadata/",
            "",
            "targets/packages",
            "metadata/%2e%2e/pending/signers.json",
        ):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"{address}{path}")
