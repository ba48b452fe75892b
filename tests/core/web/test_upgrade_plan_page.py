"""The plan of an upgrade as one page, in the languages of the deployment, without anything beside it."""

import re

import pytest

from pilotkit.model.upgrade import (
    Notice,
    OverrideChange,
    OverrideState,
    ProcedureChange,
    Unresolved,
    UpgradePlan,
    ValueChange,
)
from pilotkit.settings import read_settings
from pilotkit.web.upgrade_plan_page import plan_page

WHY = "both sides changed it; ours holds"
DEADLINE = ValueChange(file="p.yaml", key="offers.online.deadline", before={"amount": 3}, after={"amount": 2})


@pytest.fixture
def plan():
    return UpgradePlan(
        deployment="tiny",
        package="model",
        installed="1.0.0",
        offered="1.1.0",
        installed_identity="0" * 64,
        offered_identity="1" * 64,
        procedures=(
            ProcedureChange(
                code="ZZ-1", name={"en": "Births <b>"}, kind="changed", deadlines=(DEADLINE,), on_change="pinned",
                open_cases=12,
            ),
        ),
        effective=(DEADLINE,),
        overrides=(
            OverrideChange(file="local/overrides/p.yaml", key="k", state=OverrideState.STALE, was=1, ours=2, package=3),
        ),
        unresolved=(
            Unresolved(
                file="ops/run.yaml", key="k", base=1, ours=2, package=3, remedy="…", why=WHY
            ),
        ),
        notices=(
            Notice(
                file="pilot.toml", key="calendar.opens", base="07:00", ours="06:50", package="07:40", why=WHY, remedy=""
            ),
        ),
    )  # fmt: skip


def test_it_loads_nothing_and_runs_nothing(plan, tiny):
    page = plan_page(plan, read_settings(tiny), "en")
    assert [] == re.findall(r"<(?:script|link|img|iframe)\b|https?://|url\((?!\"data:)", page)


def test_names_are_text(plan, tiny):
    page = plan_page(plan, read_settings(tiny), "en")
    assert ("Births &lt;b&gt;" in page, "Births <b>" in page) == (True, False)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("What needs you", "12 open cases", "1 thing needs you", "ours holds.")),
        ("vi", ("Việc cần bạn quyết định", "12 hồ sơ đang giải quyết", "còn 1 việc", "nội dung của tỉnh vẫn áp dụng.")),
    ],
)
def test_it_says_what_needs_a_person_in_either_language(plan, tiny, language, said):
    page = plan_page(plan, read_settings(tiny), language)
    assert [] == [words for words in said if words not in page]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("1 value is to be compared afterwards", "Changed by both: ours holds")),
        ("vi", ("cần đối chiếu 1 giá trị", "Hai bên cùng sửa")),
    ],
)
def test_a_value_that_both_changed_is_told_with_both(plan, tiny, language, said):
    page = plan_page(plan.model_copy(update={"unresolved": ()}), read_settings(tiny), language)
    assert [] == [each for each in (*said, "pilot.toml: calendar.opens", "06:50", "07:40") if each not in page]


def test_cases_that_nobody_could_count_are_not_said_to_be_none(plan, tiny):
    unknown = plan.model_copy(update={"procedures": (plan.procedures[0].model_copy(update={"open_cases": None}),)})
    page = plan_page(unknown, read_settings(tiny), "en")
    assert ("the database could not be asked" in page, "<dd>0</dd>" in page) == (True, False)
