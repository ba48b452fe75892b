"""The plugin host: it asks everybody, believes nobody, and names whoever is at fault."""

from types import SimpleNamespace

import pytest

from pilotkit import DataError, Deployment, LocalText, PluginError, hookimpl
from pilotkit.catalog.plugins import Offered, PluginHost, installed_plugins, unique
from pilotkit.data import Code, CodeList, DayException, DuplicateError
from pilotkit.testing import tiny_deployment

WORDS = LocalText({"en": "Words"})
CODES = CodeList(
    id="statuses",
    name=WORDS,
    reference="Ordinance 7",
    certainty="high",
    codes=(Code(code="1", name=WORDS),),
)


def plugin(**hooks):
    return SimpleNamespace(**{name: hookimpl(hook) for name, hook in hooks.items()})


def host(**plugins):
    return PluginHost(extra=plugins.items())


def test_every_plugin_is_asked_in_the_order_it_was_enabled():
    asked = host(
        second=plugin(register_codes=lambda: (CODES,)),
        first=plugin(register_codes=lambda: (CODES,)),
    )
    assert (Offered("second", CODES), Offered("first", CODES)) == asked.collect("register_codes")


def test_a_plugin_takes_only_the_arguments_it_wants():
    asked = host(
        curious=plugin(register_procedures=lambda context: context),
        modest=plugin(register_procedures=lambda: ()),
    )
    assert () == asked.collect("register_procedures", context=())


def test_a_plugin_that_offers_nothing_of_the_kind_is_not_asked():
    assert () == host(quiet=plugin(register_checks=lambda: ())).collect("register_codes")


def test_a_misspelled_hook_is_refused_naming_plugin_and_hook():
    with pytest.raises(PluginError, match=r"plugin 'slip' offers a hook that does not exist(?s:.*)register_code'"):
        host(slip=plugin(register_code=lambda: ()))


def test_a_hook_with_arguments_nobody_gives_is_refused():
    with pytest.raises(PluginError, match="plugin 'slip' offers a hook"):
        host(slip=plugin(register_codes=lambda moon: ()))


@pytest.mark.parametrize("answer", [[CODES], None, CODES, "CODES", {CODES.id: CODES}])
def test_an_answer_that_is_not_a_tuple_is_refused(answer):
    with pytest.raises(PluginError, match="plugin 'odd' answered register_codes with .*, not a tuple") as caught:
        host(odd=plugin(register_codes=lambda: answer)).collect("register_codes")
    assert "Return a tuple of CodeList or IdentifierPattern." == caught.value.remedy


def test_an_answer_of_the_wrong_kind_is_refused_naming_the_kinds_that_are_right():
    holiday = DayException(day="2025-07-14", kind="holiday", name="Founders' Day")
    with pytest.raises(PluginError, match="plugin 'odd' answered register_codes with a DayException") as caught:
        host(odd=plugin(register_codes=lambda: (CODES, holiday))).collect("register_codes")
    assert "Every value must be CodeList or IdentifierPattern." == caught.value.remedy


def test_what_only_looks_like_a_calendar_is_refused():
    with pytest.raises(PluginError, match="Calendar"):
        host(odd=plugin(register_calendars=lambda: (SimpleNamespace(id="x"),))).collect("register_calendars")


def test_a_plugin_that_fails_is_named_with_what_it_said():
    with pytest.raises(PluginError, match=r"plugin 'broken' failed in register_codes: KeyError: 'goal'\.") as caught:
        host(broken=plugin(register_codes=lambda: {}["goal"])).collect("register_codes")
    assert "remove 'broken' from [plugins] enabled in pilot.toml" in caught.value.remedy
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_plugin_that_says_the_data_is_wrong_is_believed():
    def refuse():
        raise DataError("is wrong.")

    with pytest.raises(DataError, match=r"^is wrong\.$"):
        host(honest=plugin(register_codes=refuse)).collect("register_codes")


def test_a_plugin_that_is_not_installed_is_named_with_those_that_are():
    with pytest.raises(PluginError, match="plugin 'moon' is not installed") as caught:
        PluginHost(["moon"])
    assert "pip install pilotkit-moon" in caught.value.remedy
    assert "core" in caught.value.remedy


def test_a_plugin_named_twice_is_refused():
    with pytest.raises(PluginError, match="plugin 'core' is loaded twice"):
        PluginHost(["core", "core"])


def test_two_plugins_may_not_offer_the_same_code():
    offered = host(one=plugin(register_codes=lambda: (CODES,)), two=plugin(register_codes=lambda: (CODES,))).collect(
        "register_codes"
    )
    with pytest.raises(DuplicateError, match="code list 'statuses' is offered by 'one' and by 'two'"):
        unique(offered, lambda codes: codes.id, "code list")


def test_one_plugin_that_fails_does_not_keep_the_news_from_another():
    heard = []

    def hear(case):
        heard.append(case)

    def fail(case):
        raise ValueError(case)

    told = host(broken=plugin(case_received=fail), listening=plugin(case_received=hear))
    with pytest.raises(PluginError, match=r"case_received failed in plugin 'broken' \(ValueError: PA-1\)"):
        told.tell("case_received", case="PA-1")
    assert ["PA-1"] == heard


def test_the_hooks_of_a_plugin_are_known():
    assert ("register_checks", "register_codes") == host(
        two=plugin(register_codes=lambda: (), register_checks=lambda: ())
    ).hooks_of("two")


def test_the_core_is_a_plugin_like_any_other():
    core = next(info for info in installed_plugins(["core"]) if info.name == "core")
    hooks = ("register_checks", "register_connectors", "register_documents", "register_search")
    assert ("pilotkit", True, hooks) == (core.distribution, core.enabled, core.hooks)


def test_a_deployments_own_folder_may_not_repeat_what_a_plugin_offers(tmp_path):
    town = Deployment(tiny_deployment(tmp_path))
    procedures = tuple(town.catalog.procedures.values())
    again = plugin(register_procedures=lambda: procedures[:1])
    other = Deployment(tmp_path)
    other.plugins._add("repeater", lambda: again)
    with pytest.raises(DuplicateError, match="procedure 'ZZ-101' is offered by 'this deployment' and by 'repeater'"):
        _ = other.catalog
