"""The pieces pages are made of: lights, words, columns, bands, outlines, sparklines, cards, figures."""

import json

import pandas as pd
import pytest

from dashboard import text
from dashboard.display import cards, charts, columns, lights, map_bands, map_outlines, palette, time_charts

MARGINS = {"light_near_target_pct": 90.0, "light_near_zero_pct": 5.0}


@pytest.mark.parametrize(
    ("value", "target", "better", "total", "expected"),
    [
        (100, 100, "higher", None, "green"),
        (90, 100, "higher", None, "amber"),
        (89.9, 100, "higher", None, "red"),
        (0, 0, "lower", 200, "green"),
        (10, 0, "lower", 200, "amber"),
        (11, 0, "lower", 200, "red"),
        (5, 0, "lower", None, "amber"),
        (None, 100, "higher", None, "grey"),
        (float("nan"), 100, "higher", None, "grey"),
        (50, None, "higher", None, None),
    ],
)
def test_light_at_its_borders(value, target, better, total, expected):
    assert lights.light(value, target, better, MARGINS, total) == expected


def test_every_light_has_a_word_a_mark_and_a_colour():
    assert lights.WORDS.keys() <= cards.SHAPES.keys()
    assert cards.SHAPES.keys() == palette.LIGHTS.keys()
    assert len(set(cards.SHAPES.values())) == len(cards.SHAPES), "marks differ in shape"


@pytest.mark.parametrize(
    ("now", "before", "unit", "said"),
    [
        (85.0, 81.8, "%", "比上年上升 3.2 个百分点"),
        (81.8, 85.0, "%", "比上年下降 3.2 个百分点"),
        (3, 5, "户", "比上年减少 2.0 户"),
        (85.04, 85.0, "%", "比上年持平"),
        (85.0, None, "%", "比上年无可比数"),
        (None, 85.0, "%", ""),
    ],
)
def test_change_in_words(now, before, unit, said):
    assert text.change(now, before, unit) == said


@pytest.mark.parametrize(
    ("yuan", "said"),
    [(150000, "15.0万元"), (0, "0.0万元"), (123456789, "1.23亿元"), (None, "未填报"), (-5000, "-0.5万元")],
)
def test_money_in_words(yuan, said):
    assert text.wan(yuan) == said


def test_large_thresholds_are_written_out():
    assert [text.plain(value) for value in (1_000_000.0, 5000.0, 1.5, 0.1 + 0.2)] == [
        "1,000,000",
        "5,000",
        "1.5",
        "0.3",
    ]


def test_presented_columns_are_masked_scaled_and_titled():
    table = pd.DataFrame(
        {
            "head_name": ["王小明", None],
            "amount_yuan": [123456.0, None],
            "is_done": [True, None],
            "found_on": pd.to_datetime(["2025-06-30", None]),
            "village_code": ["010101100201", "629821100201"],
        }
    )
    shown = columns.presented(
        table,
        {
            "village_code": columns.text("行政村代码"),
            "head_name": columns.text("户主姓名"),
            "amount_yuan": columns.wan("金额"),
            "is_done": columns.yes_no("完成"),
            "found_on": columns.day("发现时间"),
        },
    )
    assert list(shown) == ["行政村代码", "户主姓名", "金额（万元）", "完成", "发现时间"]
    assert shown["行政村代码"][0] == "010101100201"
    assert shown["户主姓名"][0] == "王**"
    assert shown["金额（万元）"][0] == 12.35 and pd.isna(shown["金额（万元）"][1])
    assert shown["完成"][0] == "是" and pd.isna(shown["完成"][1])
    assert str(shown["发现时间"][0]) == "2025-06-30" and pd.isna(shown["发现时间"][1])


def test_bands_have_round_edges_and_shares_none_above_a_hundred():
    legend = map_bands.even_bands(pd.Series([3.0, 55.0, 100.0, None]), lambda edge: f"{edge:g}")
    assert [band.label for band in legend] == ["0～20", "20～40", "40～60", "60～80", "80～100"]
    assert [map_bands.band_of(value, legend) for value in (0, 19.9, 20, 100, None)] == [0, 0, 1, 4, None]


def test_bands_of_small_shares_and_of_counts_tell_their_edges_apart():
    shares = map_bands.even_bands(pd.Series([0.0, 0.4, 1.0]), text.plain, "%")
    assert [band.label for band in shares] == ["0～0.2%", "0.2～0.4%", "0.4～0.6%", "0.6～0.8%", "0.8～1%"]
    counts = map_bands.even_bands(pd.Series([0.0, 1.0, 2.0]), text.plain, "户", whole=True)
    assert [band.label for band in counts] == ["0户", "1～2户"]


def test_bands_of_one_value_and_of_none():
    assert len(map_bands.even_bands(pd.Series([7.0, 7.0]), str)) == 1
    assert map_bands.even_bands(pd.Series([None, None], dtype=float), str) == ()


def test_outlines_are_drawn_with_holes_and_townships_joined():
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]]}
    holed = {
        "type": "Polygon",
        "coordinates": [
            [[2, 0], [2, 2], [4, 2], [4, 0], [2, 0]],
            [[2.5, 0.5], [3.5, 0.5], [3.5, 1.5], [2.5, 1.5], [2.5, 0.5]],
        ],
    }
    villages = pd.DataFrame(
        {
            "village_code": ["a", "b"],
            "village_name": ["甲村", "乙村"],
            "township_code": ["t", "t"],
            "township_name": ["东镇", "东镇"],
            "geometry_geojson": [json.dumps(square), json.dumps(holed)],
        }
    )
    drawing = json.loads(map_outlines.drawing(villages))
    assert drawing["width"] == 2000 and 990 <= drawing["height"] <= 1010
    assert [village["d"].count("M") for village in drawing["villages"]] == [1, 2]
    [township] = drawing["townships"]
    assert township["name"] == "东镇" and township["d"].count("M") == 2


def test_no_outlines_make_an_empty_drawing():
    empty = pd.DataFrame(columns=["village_code", "village_name", "township_code", "township_name", "geometry_geojson"])
    assert json.loads(map_outlines.drawing(empty))["villages"] == []


def test_a_sparkline_breaks_where_nothing_was_reported():
    whole = cards.sparkline_html([1, 2, 3, 4])
    broken = cards.sparkline_html([1, 2, None, 3, 4])
    assert whole.count("polyline") == 1 and broken.count("polyline") == 2
    assert cards.sparkline_html([None, 1]) == "", "one point is no line"


def test_a_card_escapes_what_it_is_given():
    html = cards.cards_html([cards.Card("<b>名", "1", help='"><script>')])
    assert "<script>" not in html and "<b>名" not in html


def test_figures_name_their_ends_and_keep_gaps():
    figure = time_charts.lines([2023, 2024, 2025], {"全县": [1.0, None, 3.0], "脱贫户": [1.0, 2.0, None]}, "%")
    assert [note.text for note in figure.layout.annotations] == ["脱贫户 2.0%", "全县 3.0%", "%"]
    assert figure.data[0].y[1] is None


def test_figures_do_not_carry_a_default_template():
    panels = time_charts.small_multiples([2024, 2025], {"东镇": [1, 2], "西乡": [2, 3]}, "元", reference=[1, 1])
    for figure in (panels, charts.columns(["一"], [1], "户"), charts.ranked_bars(["一"], [1], "户", goal=2)):
        assert "layout" not in figure.to_plotly_json()["layout"]["template"]


def test_the_year_looked_at_is_marked_unless_it_is_the_last():
    years, series = [2023, 2024, 2025], {"全县": [1.0, 2.0, 3.0]}
    marked = time_charts.lines(years, series, "元", at="2024")
    assert [(shape.x0, shape.x1) for shape in marked.layout.shapes] == [(0.7, 1.3)]
    assert not time_charts.lines(years, series, "元", at="2025").layout.shapes


def test_growth_on_both_sides_of_nothing_shows_where_nothing_is():
    figure = time_charts.lines([2024, 2025], {"全县": [-2.0, 3.0]}, "%")
    assert [shape.y0 for shape in figure.layout.shapes] == [0]


def test_long_names_fold_into_two_lines_and_keep_their_whole_on_hover():
    office = "县巩固拓展脱贫攻坚成果同乡村振兴有效衔接工作领导小组办公室"
    figure = charts.stacked([office, "县水务局"], {"逾期": [1, 2]}, "个", 0, horizontal=True)
    first, second = figure.layout.yaxis.ticktext
    assert first.count("<br>") == 1 and max(map(len, first.split("<br>"))) <= 18 and second == "县水务局"
    assert figure.data[0].y[0] == office
    assert figure.layout.xaxis.dtick == 1, "no half problems"
