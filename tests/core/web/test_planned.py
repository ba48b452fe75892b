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
from pilotkit.web.planned import plan_page

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
        notices=(
            Notice(
                file="local/overrides/p.yaml", key="k", base=1, ours=2, package=3, remedy="…",
                why="the package changed the value that ours replaced; ours holds",
            ),
        ),
        unresolved=(
            Unresolved(
                file="ops/run.yaml", key="port", base=4, ours=5, package=6, remedy="…",
                why="both sides changed it; ours holds",
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
        ("en", ("What needs you", "12 open cases", "1 thing needs you", "In 1 place ours holds", "ours holds.")),
        (
            "vi",
            (
                "Việc cần bạn quyết định",
                "12 hồ sơ đang giải quyết",
                "còn 1 việc",
                "Ở 1 chỗ",
                "giá trị của tỉnh vẫn áp dụng.",
            ),
        ),
    ],
)
def test_it_says_what_needs_a_person_in_either_language(plan, tiny, language, said):
    page = plan_page(plan, read_settings(tiny), language)
    assert [] == [words for words in said if words not in page]


def test_cases_that_nobody_could_count_are_not_said_to_be_none(plan, tiny):
    unknown = plan.model_copy(update={"procedures": (plan.procedures[0].model_copy(update={"open_cases": None}),)})
    page = plan_page(unknown, read_settings(tiny), "en")
    assert ("the database could not be asked" in page, "<dd>0</dd>" in page) == (True, False)
