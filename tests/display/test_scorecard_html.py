"""The scorecard as HTML: heads, cells with lights, links, nothing unescaped."""

from dashboard.display import scorecard_html
from dashboard.display.scorecard_html import ScoreCell, ScoreHead, ScoreRow

HEADS = [
    ScoreHead("走访", "覆盖率", "%", "已走访 ÷ 应走访"),
    ScoreHead("走访", "逾期", "户", "h"),
    ScoreHead("收入", "人均", "", "h"),
]
CELLS = [ScoreCell("85.0", "red", is_worst=True), ScoreCell("3"), ScoreCell("未填报", is_missing=True)]


def board(*rows: ScoreRow) -> str:
    return scorecard_html.board("乡镇", HEADS, ScoreRow("清源县", CELLS), rows)


def test_neighbours_of_a_theme_share_a_head_and_a_head_without_unit_keeps_its_line():
    html = board()
    assert 'colspan="2">走访</th>' in html and 'colspan="1">收入</th>' in html
    assert "人均<br>&nbsp;" in html and "title='已走访 ÷ 应走访'" in html


def test_a_cell_shows_its_light_and_whether_it_is_the_worst_or_missing():
    html = board()
    assert '<td class="db-bad"><b class="db-red">■</b>85.0</td>' in html
    assert '<td class="db-lack">未填报</td>' in html and "<td>3</td>" in html


def test_a_row_leads_to_its_region_and_the_chosen_one_is_marked():
    html = board(ScoreRow("东镇", CELLS, "?township=东镇&village=<x>"), ScoreRow("西乡", CELLS, is_chosen=True))
    assert '<a href="?township=东镇&amp;village=&lt;x&gt;" target="_self">东镇</a>' in html
    assert '<tr class="db-chosen"><td>西乡</td>' in html and '<tr class="db-whole"><td>清源县</td>' in html


def test_names_are_escaped():
    assert "<script>" not in board(ScoreRow("<script>", CELLS)) + scorecard_html.change("<script>", "1", "<script>")
