import pytest

from pilotkit import DataError, Deployment
from pilotkit.settings import read_settings, settings_from
from pilotkit.testing import tiny_deployment

LEAST = {"deployment": {"id": "x", "name": {"en": "X"}, "scheme": "zz", "province": "PA", "languages": ["en"]}}


def test_every_option_has_a_default_but_who_we_are():
    settings = settings_from(LEAST)
    assert ((), "sqlite:///var/pilot.db", None) == (
        settings.plugins.enabled,
        settings.storage.url,
        settings.calendar.source,
    )


def test_the_environment_stands_above_the_file(monkeypatch):
    monkeypatch.setenv("PILOTKIT_STORAGE__URL", "postgresql://db/x")
    assert "postgresql://db/x" == settings_from({**LEAST, "storage": {"url": "sqlite:///a.db"}}).storage.url


def test_the_environment_changes_one_key_and_leaves_its_neighbours(monkeypatch):
    monkeypatch.setenv("PILOTKIT_DEPLOYMENT__TIMEZONE", "Europe/Paris")
    monkeypatch.setenv("PILOTKIT_PLUGINS__ENABLED", '["portal"]')
    settings = settings_from({**LEAST, "plugins": {"enabled": ["board"]}})
    assert ("Europe/Paris", "PA", ("portal",)) == (
        settings.deployment.timezone,
        settings.deployment.province,
        settings.plugins.enabled,
    )


def test_other_variables_are_not_ours(monkeypatch):
    monkeypatch.setenv("PILOTKIT_COLOUR_OF_THE_SEA", "amber")
    assert "zz" == settings_from(LEAST).deployment.scheme


def test_a_wrong_value_from_the_environment_is_never_shown(monkeypatch):
    monkeypatch.setenv("PILOTKIT_THEME__ACCENT", "s3cret-in-the-wrong-place")
    with pytest.raises(DataError) as caught:
        settings_from(LEAST)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PILOTKIT_STORAGE__NOPE", "x"),
        ("PILOTKIT_PLUGINS__ENABLED", "portal"),
        ("PILOTKIT_DEPLOYMENT", "x"),
        ("PILOTKIT_DEPLOYMENT__TIMEZONE", "Europe/Atlantis"),
    ],
)
def test_a_wrong_variable_is_blamed_on_the_environment_not_on_the_file(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(DataError) as caught:
        settings_from(LEAST)
    assert "the environment" == caught.value.where.file


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"deployement": {}}, "pilot.toml: deployement: "),
        ({"storage": {"uri": "x"}}, "pilot.toml: storage.uri: is not a key that pilotkit knows (got 'x')."),
        ({"storage": 3}, "pilot.toml: storage: "),
        ({"theme": {"accent": "green"}}, "pilot.toml: theme.accent: "),
        ({"calendar": {"working_days": []}}, "pilot.toml: calendar.working_days: "),
        ({"calendar": {"working_days": ["someday"]}}, "pilot.toml: calendar.working_days.0: "),
        ({"calendar": {"opens": "18:00"}}, "pilot.toml: calendar: opens, break_starts"),
        ({"deployment": {**LEAST["deployment"], "timezone": "Europe/Atlantis"}}, "pilot.toml: deployment.timezone: "),
        ({"deployment": {**LEAST["deployment"], "timezone": "../x"}}, "pilot.toml: deployment.timezone: "),
        ({"deployment": {**LEAST["deployment"], "languages": []}}, "pilot.toml: deployment.languages: "),
        ({"deployment": {"id": "x"}}, "pilot.toml: deployment.name: is required. 3 more in this file."),
    ],
)
def test_a_wrong_setting_is_named_with_its_table_and_key(changes, where):
    with pytest.raises(DataError) as caught:
        settings_from({**LEAST, **changes})
    assert str(caught.value).startswith(where)


@pytest.mark.parametrize("order", ["_env_file", "_cli_parse_args", "_secrets_dir", "self", "cls"])
def test_a_key_is_data_and_never_an_order_to_the_library_that_reads_it(order):
    with pytest.raises(DataError, match="is not a table that pilotkit knows"):
        settings_from({**LEAST, order: "/etc/passwd"})


def test_a_folder_without_settings_is_not_a_deployment(tmp_path):
    with pytest.raises(DataError, match=r"is not a deployment: it has no pilot\.toml"):
        read_settings(tmp_path)


def test_settings_never_change():
    with pytest.raises(ValueError, match="frozen"):
        settings_from(LEAST).deployment.id = "y"


def test_plugins_are_told_where_they_are_asked(tmp_path):
    context = Deployment(tiny_deployment(tmp_path)).context
    assert (tmp_path.resolve(), "zz", "PA", ("en", "fr")) == (
        context.folder,
        context.scheme,
        context.province,
        context.languages,
    )


@pytest.mark.parametrize("timezone", ["America", "x" * 300, "../../etc/passwd", ""])
def test_what_is_no_time_zone_is_refused(timezone):
    with pytest.raises(DataError, match="is not a time zone"):
        settings_from({"deployment": {**LEAST["deployment"], "timezone": timezone}})
