import pytest

HOSTILE = [
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "x" * 5000,
    "../../etc/passwd",
    "\u202e\U0001d7d7",
    "a%00b",
    "1;DROP TABLE cases",
]


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize(
    "path",
    [
        "/en/board?kpi={}",
        "/en/board?as_of={}",
        "/en/board/units/{}",
        "/en/board/kpis/{}",
        "/en/board/cases?kpi={}",
        "/en/board/cases?kpi=online_share&unit={}",
        "/en/board/cases?kpi=online_share&procedure={}",
        "/en/board/cases?kpi=online_share&month={}",
        "/en/board/cases?kpi=online_share&part={}",
        "/en/board/cases?kpi=online_share&page={}",
        "/en/board/cases?kpi=online_share&since={}",
    ],
)
def test_a_hostile_word_is_refused_and_never_becomes_markup(board, path, word):
    page = board.get(path.format(word))
    assert page.status in {400, 404}
    assert "<script>alert" not in page.html


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/board?kpi=speed", 404, "There is no measure “speed” here. Choose one of these: Cases filed online"),
        ("/board/kpis/speed", 404, "There is no measure “speed” here."),
        ("/board/units/PA-99", 404, "There is no unit with the code “PA-99” here."),
        ("/board/cases", 404, "There is no measure “” here."),
        ("/board/cases?kpi=online_share&procedure=ZZ-9", 404, "There is no procedure with the code “ZZ-9” here."),
        ("/board/cases?kpi=online_share&month=2025-13", 400, "“2025-13” is not a month."),
        ("/board/cases?kpi=online_share&part=half", 400, "“half” is not something that can be shown of a number."),
        ("/board/cases?kpi=online_share&page=-1", 400, "“-1” is not the number of a page."),
        ("/board/cases?kpi=online_share&page=²", 400, "“²” is not the number of a page."),
        (
            "/board?as_of=yesterday",
            400,
            "“yesterday” is not a date. Write the date as day/month/year, for example 28/7/2025",
        ),
        ("/board?as_of=2025-02-30", 400, "“2025-02-30” is not a date."),
        ("/board?as_of=0001-01-01", 400, "“0001-01-01” is not a date."),
        ("/board?as_of=2025-07-10T25:00:00", 400, "is not a date."),
        ("/board/cases?kpi=online_share&since=soon", 400, "“soon” is not a date."),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(board, path, status, sentence):
    page = board.get(f"/en{path}")
    assert status == page.status
    assert sentence in page.words


def test_an_instant_in_an_address_is_read_as_it_was_written(board):
    page = board.get("/en/board/cases?kpi=online_share&as_of=2025-07-10T12:00:00")
    count = board.counted("received_at <= 1752148800000000")
    assert f"{count} cases received" in page.words
    assert "as known at 12:00 10 Jul 2025" in page.words


@pytest.mark.parametrize("typed", ["10/7/2025", "10/07/2025", "10.7.2025", "10-07-2025", "%2010%207%202025%20"])
def test_a_date_may_be_typed_as_people_write_it(board, typed):
    page = board.get(f"/en/board?as_of={typed}")
    assert "Figures as of 23:59 10 Jul 2025" in page.words
    assert 'name="as_of" value="10/7/2025"' in page.html
    assert "as_of=2025-07-10" in page.html


@pytest.mark.parametrize("typed", ["31/2/2025", "7/28/2025", "28/7", "28/7/25"])
def test_a_date_that_is_none_is_told_how_to_be_written(board, typed):
    page = board.get(f"/en/board?as_of={typed}")
    assert 400 == page.status
    assert "Write the date as day/month/year" in page.words


def test_an_instant_that_has_not_come_is_the_newest(board):
    assert (
        "as known at 17:00 28 Jul 2025" in board.get("/en/board/cases?kpi=online_share&as_of=2099-01-01T00:00:00").words
    )


def test_page_nought_is_the_first(board):
    assert "Cases 1 to" in board.get("/en/board/cases?kpi=online_share&page=0").words
