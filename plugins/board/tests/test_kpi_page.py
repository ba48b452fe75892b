def test_a_measure_says_what_it_asks_and_how_it_is_counted(board):
    page = board.get("/en/board/kpis/on_time").words
    assert "How many cases end within their deadline?" in page
    assert "is_finished AND has_deadline" in page
    assert "fewer than 5 cases" in page
    assert "Source: Charter of Port Amber" in page


def test_the_months_say_what_an_independent_count_says(board):
    july = f"received_at >= {board.micros(2025, 7, 1)}"
    online, received = board.counted(f"{july} AND channel = 'online'"), board.counted(july)
    (row,) = [row for row in board.rows("/en/board/kpis/online_share") if "7/2025" in row]
    assert f"{online} / of {received}" in row


def test_the_procedures_with_most_cases_come_first(board):
    rows = [row for row in board.rows("/en/board/kpis/online_share") if "ZZ-" in row]
    counts = [int(row.split(" of ")[1].split()[0]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == board.counted("1")


def test_a_procedure_that_is_no_longer_described_still_opens_its_cases(make_board):
    board = make_board()
    (board.deployment.folder / "model/procedures/ZZ-102.yaml").unlink()
    later = type(board)(type(board.deployment)(board.deployment.folder))
    count = board.counted("procedure = 'ZZ-102'")
    assert any(f"of {count}" in row for row in later.rows("/en/board/kpis/online_share") if row.startswith("ZZ-102"))
    assert f"{count} cases received" in later.get("/en/board/cases?kpi=online_share&procedure=ZZ-102").words
