"""What plugin authors get: a small deployment, a clock, and the contract."""

from datetime import UTC, datetime

import pytest

from pilotkit import Deployment
from pilotkit.testing import Clock, tiny_deployment, tiny_file
from pilotkit.testing.contract import answer_problems, loading_problems
from pilotkit.testing.import_rules import door_problems
from pilotkit.testing.translation_rules import word_problems

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Open"
msgstr "Obert"

msgid "Closed"
msgstr ""

#, fuzzy
msgid "Ajar"
msgstr "Obert"
"""


def test_the_small_deployment_may_be_written_where_nothing_is_yet(tmp_path):
    folder = tmp_path / "a" / "b"
    assert folder == tiny_deployment(folder)
    assert "port-amber" == Deployment(folder).settings.deployment.id


def test_settings_files_and_their_absence_may_be_asked_for(tmp_path):
    folder = tiny_deployment(
        tmp_path,
        {"local/figures.csv": None, "local/new/file.txt": "x"},
        deployment__languages=["ca"],
        deployment__name={"ca": 'El "Port"'},
        deployment__tagline=None,
        calendar__source="moon",
    )
    settings = Deployment(folder).settings
    assert (("ca",), 'El "Port"', None, "moon") == (
        settings.deployment.languages,
        settings.deployment.name.in_language("ca"),
        settings.deployment.tagline,
        settings.calendar.source,
    )
    assert ("x", False) == ((folder / "local/new/file.txt").read_text(), (folder / "local/figures.csv").exists())


def test_a_setting_without_a_table_is_refused(tmp_path):
    with pytest.raises(TypeError, match="write table__key"):
        tiny_deployment(tmp_path, languages=["ca"])


def test_words_that_do_not_stand_there_cannot_be_replaced():
    with pytest.raises(ValueError, match=r"'moon' does not stand in local/heads\.csv"):
        tiny_file("local/heads.csv", ("moon", "sun"))


def test_a_clock_stands_still_until_it_is_told_to_move(clock):
    assert clock() == clock() == datetime(2025, 7, 1, 9, tzinfo=UTC)
    assert datetime(2025, 7, 2, 10, 30, tzinfo=UTC) == clock.advance(days=1, hours=1, minutes=30) == clock()


def test_a_clock_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        Clock(datetime(2025, 7, 1))


def test_the_fixture_is_a_deployment_of_its_own(tiny):
    assert "PA" == Deployment(tiny).catalog.province.code


def test_an_import_past_the_front_door_is_told(tmp_path):
    (tmp_path / "plugin.py").write_text(
        "import json\nfrom pilotkit import Page\nfrom pilotkit.storage import Store\nimport pilotkit_other.x\n"
        "from pilotkit_own import y\nfrom . import z\n"
    )
    assert [
        "plugin.py line 3 imports pilotkit.storage: import from pilotkit or a door of it.",
        "plugin.py line 4 imports pilotkit_other.x: plugins do not import each other.",
    ] == list(door_problems(tmp_path, "pilotkit_own"))


def test_a_chain_of_attributes_past_the_doors_is_told_with_what_to_use_instead(tmp_path):
    (tmp_path / "pages.py").write_text(
        "def show(request):\n    case = request.services.store.case('x')\n    request.officer_desk.case('x')\n"
        "    return request.deployment.vault().seal(b'')\n\n\nclass Own:\n    def read(self):\n"
        "        return self.store\n"
    )
    assert {
        "pages.py line 2 reaches for request.services",
        "pages.py line 2 reaches for request.services.store",
        "pages.py line 4 reaches for request.deployment.vault",
    } == {told.partition(":")[0] for told in door_problems(tmp_path, "pilotkit_own")}
    assert any("request.tables(METADATA)" in told for told in door_problems(tmp_path, "pilotkit_own"))


def test_words_without_a_translation_are_told(tmp_path):
    (tmp_path / "locales/ca").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "locales/ca/messages.po").write_text(CATALOGUE)
    (tmp_path / "templates/x.html").write_text("{{ _('Open') }} {% trans %}Locked{% endtrans %}")
    assert [
        "locales/ca/messages.po lacks 'Label'.",
        "locales/ca/messages.po lacks 'Locked'.",
        "locales/ca/messages.po does not translate 'Closed'.",
        "locales/ca/messages.po does not translate 'Ajar'.",
    ] == list(word_problems(tmp_path, ["Label"]))


def test_a_package_that_says_nothing_needs_no_words(tmp_path):
    assert [] == list(word_problems(tmp_path))


def test_a_plugin_that_cannot_be_loaded_is_told(tmp_path):
    assert "plugin 'moon' is not installed" in next(loading_problems("moon"))
    assert "plugin 'moon' is not installed" in next(answer_problems(["moon"], tmp_path))
