"""A connector is made from settings that are checked, and keeps what it promises."""

from typing import Protocol, runtime_checkable

import pytest
from pydantic import BaseModel, ConfigDict

from pilotkit import Connector, DataError, PluginError
from pilotkit.catalog.connectors import connect


@runtime_checkable
class Speaks(Protocol):
    def say(self) -> str: ...


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    word: str
    times: int = 1


class Speaker:
    def __init__(self, settings):
        self._settings = settings

    def say(self):
        return self._settings.word * self._settings.times


LOUD = Connector("test.loud", "speaker", Speaker, Settings, Speaker)


def test_settings_reach_it_checked_and_typed():
    assert "haha" == connect(LOUD, {"word": "ha", "times": "2"}, "speaker.settings", Speaks).say()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, r"pilot\.toml: speaker\.settings\.word: is required"),
        ({"word": "x", "volume": 9}, r"speaker\.settings\.volume: is not a key that pilotkit knows"),
        ({"word": "x", "times": "many"}, r"speaker\.settings\.times"),
    ],
    ids=["missing", "unknown", "of another type"],
)
def test_a_setting_that_is_wrong_is_named_with_file_and_key(settings, words):
    with pytest.raises(DataError, match=words):
        connect(LOUD, settings, "speaker.settings", Speaks)


def test_one_without_a_settings_model_gets_what_stands_there():
    plain = Connector("test.plain", "speaker", lambda settings: Speaker(Settings(**settings)))
    assert "x" == connect(plain, {"word": "x"}, "speaker.settings", Speaks).say()


def test_what_does_not_keep_the_protocol_is_refused_naming_both():
    broken = Connector("test.broken", "speaker", lambda _settings: object())
    with pytest.raises(PluginError, match=r"'test\.broken' makes a object, which is no Speaks"):
        connect(broken, {}, "speaker.settings", Speaks)
