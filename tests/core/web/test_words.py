"""Every message of the shell is translated, and a broken catalogue is named."""

import sys

import pytest

from pilotkit import PluginError
from pilotkit.testing.translation_rules import SHELL, word_problems
from pilotkit.web.translations import words_of


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with one catalogue, whose text is given."""

    def make(name, text):
        folder = tmp_path / name / "locales" / "vi"
        folder.mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("")
        (folder / "messages.po").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return name

    yield make
    for name in [each for each in sys.modules if each.startswith("spoken_")]:
        del sys.modules[name]
    words_of.cache_clear()


def test_every_message_of_the_shell_is_translated():
    assert [] == list(word_problems(SHELL))


def test_a_package_s_own_words_come_before_the_shell_s(package):
    name = package(
        "spoken_one",
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Met"\nmsgstr "Xong"\n',
    )
    assert ("Xong", "Trễ hạn") == (words_of(name, "vi").gettext("Met"), words_of(name, "vi").gettext("Late"))


def test_what_nobody_translates_stays_english(package):
    assert "Nobody says this" == words_of("pilotkit.web", "vi").gettext("Nobody says this")
    assert "Met" == words_of("pilotkit.web", "fr").gettext("Met")


def test_a_broken_catalogue_is_named(package):
    with pytest.raises(PluginError, match="the words of 'spoken_bad' in 'vi' cannot be read"):
        words_of(package("spoken_bad", "nonsense\n"), "vi")
