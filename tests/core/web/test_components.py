"""A component says with a shape and a word what it says with a colour, and never makes a figure up."""

from datetime import UTC, datetime

import pytest

from pilotkit import Source
from pilotkit.figures import TargetStatus
from pilotkit.pages import PageRequest
from pilotkit.web.rendering import Renderer
from pilotkit.web.sitemap import site_map


@pytest.fixture
def render(make_town):
    deployment = make_town(deployment__languages=["en", "vi"])
    renderer = Renderer(deployment, site_map(deployment))

    def make(text, language="en", **context):
        environment = renderer._environment("pilotkit.web", language)
        template = environment.from_string('{% import "components.html" as ui %}' + text)
        request = PageRequest(deployment, language=language, now=datetime(2025, 7, 28, tzinfo=UTC))
        return template.render(request=request, **context)

    return make


@pytest.mark.parametrize("state", list(TargetStatus))
def test_a_status_has_a_shape_and_a_word_in_each_language(render, state):
    english = render("{{ ui.status(state) }}", state=state)
    vietnamese = render("{{ ui.status(state) }}", "vi", state=state)
    assert "<svg" in english
    assert english != vietnamese
    assert english.rpartition("</svg>")[2].removesuffix("</span>").strip()


def test_a_number_says_what_it_is_of_against_what_and_as_of_when(render):
    text = render(
        '{{ ui.number("Online", 78|percent, of="18.692", state="at_risk", goal="80%", as_of="17:00", href="/x") }}',
        "vi",
    )
    for words in ("78,0%", "18.692", "mục tiêu 80%", "số liệu đến 17:00", "Có nguy cơ", 'href="/x"'):
        assert words in text


def test_a_bar_shows_the_goal_s_tick_and_nothing_for_a_figure_that_is_not_there(render):
    with_figure = render('{{ ui.bar(60.7, 80, "missed", "60,7%") }}')
    assert 'width="97.1"' in with_figure
    assert 'class="tick" x="127.0"' in with_figure
    assert "fill" not in render('{{ ui.bar(none, 80, "not_measurable", "?") }}')


@pytest.mark.parametrize(("value", "width"), [(-5, "0.0"), (250, "160.0")])
def test_a_bar_stays_in_its_track(render, value, width):
    assert f'width="{width}" height="6"' in render("{{ ui.bar(value) }}", value=value)


def test_what_is_synthetic_is_never_shown_without_its_mark(render):
    source = Source(id="s", title={"en": "Nobody"}, certainty="synthetic")
    assert "số liệu mô phỏng" in render("{{ ui.source_note(source) }}", "vi", source=source)
    assert "synthetic" in render('{{ ui.certainty("synthetic") }}')
    assert "" == render('{{ ui.certainty("high") }}')


def test_a_table_has_a_caption_and_its_heads_a_scope(render):
    columns = [{"label": "Unit"}, {"label": "Share", "class": "figure"}]
    text = render(
        '{% call(row) ui.table("All", columns, rows) %}<td>{{ row }}</td>{% endcall %}',
        columns=columns,
        rows=["<a>", "b"],
    )
    assert "<caption>All</caption>" in text
    assert 2 == text.count('scope="col"')
    assert "<td>&lt;a&gt;</td>" in text


def test_a_single_page_needs_no_pagination(render):
    text = "{% call(n) ui.pagination(page, pages) %}/p/{{ n }}{% endcall %}"
    assert "nav" not in render(text, page=1, pages=1)
    middle = render(text, page=2, pages=3)
    assert 'href="/p/1"' in middle
    assert 'href="/p/3"' in middle
    assert "Page 2 of 3" in middle


def test_a_search_field_keeps_the_question_and_has_a_name_for_those_who_cannot_see_it(render):
    text = render(
        '{{ ui.search_field("/s", value=value, label="Find", hidden={"k": "v", "empty": ""}) }}', value='"><b>'
    )
    assert "<b>" not in text
    assert 'aria-label="Find"' in text
    assert 'name="k" value="v"' in text
    assert "empty" not in text
