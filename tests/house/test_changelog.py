"""Every change says what users will notice, in a form that a release can be made of."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "changelog.d"
BESIDE = {"README.md", "changelog.md.jinja"}


def test_every_fragment_has_a_name_and_a_type_that_are_known():
    names = [path.name for path in FOLDER.iterdir() if path.name not in BESIDE]
    assert [] == [
        name for name in names if not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.(added|changed|fixed|removed)\.md", name)
    ]


def test_every_fragment_is_one_or_a_few_sentences():
    wrong = {}
    for path in FOLDER.glob("*.*.md"):
        text = path.read_text(encoding="utf-8").strip()
        if not text.endswith(".") or text.startswith(("-", "#")) or len(text) > 600:
            wrong[path.name] = text[:60]
    assert {} == wrong


def test_the_fragments_make_a_changelog():
    towncrier = Path(sys.executable).parent / "towncrier"
    command = [towncrier, "build", "--draft", "--version", "9.9.9", "--date", "2030-01-01"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    assert done.stdout.startswith("## [9.9.9] - 2030-01-01\n")
    fragments = sum(path.name not in BESIDE for path in FOLDER.iterdir())
    assert fragments == done.stdout.count("\n- ")


def test_releases_have_their_place():
    assert "<!-- releases follow -->\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
