"""Which paths a package may hold."""

import os
import string
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit.packages.paths import fault_of, first_collision

PATHS = st.text(alphabet=string.ascii_letters + "./\\: \x00\u202e\u0301é{}~$%*?<>|\"'", min_size=0, max_size=30)


@pytest.mark.parametrize(
    "path",
    [
        "package.toml", "procedures/1.001193.yaml", "template/{{cookiecutter._folder}}/.gitignore",
        "knowledge/Đăng ký.yaml", "a/b/c/d/e.txt", "console.txt", "a b.txt",
    ],
)  # fmt: skip
def test_plain_paths_are_allowed(path: str) -> None:
    assert fault_of(path) is None


@given(PATHS)
def test_an_allowed_path_stays_inside_on_every_system(path: str) -> None:
    if fault_of(path) is None:
        assert (Path("/base") / "in" / path).resolve().is_relative_to("/base/in")
        assert os.path.normpath(path) == path
        windows = PureWindowsPath("C:/base/in") / path
        assert windows.is_relative_to("C:/base/in")
        assert ".." not in windows.parts
        assert PurePosixPath(path).as_posix() == windows.relative_to("C:/base/in").as_posix()


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(path: str) -> None:
    assert fault_of(path) is None or isinstance(fault_of(path), str)


@given(st.lists(st.sampled_from(["a", "A", "a/b", "b", "b/c", "ﬁ", "fi", "ß", "SS"]), max_size=4, unique=True))
def test_paths_without_collision_are_apart_whatever_the_case(paths: list[str]) -> None:
    if first_collision(paths) is None:
        assert len(paths) == len({path.casefold() for path in paths})
        for path in paths:
            assert not any(other.casefold().startswith(f"{path.casefold()}/") for other in paths)
