"""The link check of the built site finds what leads nowhere."""

from pathlib import Path

from check_site import lost, main


def site(folder: Path, **pages: str) -> Path:
    for name, text in pages.items():
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(text)
    return folder


def test_a_link_to_a_page_a_file_or_an_anchor_that_is_not_there_is_told(tmp_path):
    one = (
        '<a href="../two/#here"></a><a href="../two/#gone"></a><a href="../three/"></a><img src="x.png"><a href="#me">'
    )
    root = site(tmp_path, one=one, two='<h2 id="here"></h2>')
    assert ["../two/#gone", "../three/", "x.png", "#me"] == lost(root, root / "one/index.html")
    assert 1 == main(root)


def test_links_that_leave_the_site_are_not_followed(tmp_path):
    assert 0 == main(site(tmp_path, one='<a href="https://example.org/x"></a><a href="mailto:x@example.org"></a>'))
