"""数据质量：台账中的错误和疑点，按规则、台账、乡镇查看，一直查到户。"""

import streamlit as st

from dashboard.presenters import data_quality
from dashboard.serving import cached, sources
from dashboard.web import blocks, filters, frame, widgets

view = frame.begin("data_quality")
if cached.rows("quality/stored", {"database": ""}).empty:
    widgets.empty(
        "这个版本没有数据质量结果", "请运行 python -m dashboard recompute 按现行规则重新计算，完成后本页自动显示。"
    )
    st.stop()

kinds = data_quality.ledgers(cached.rows("quality/rules", view.params(ledger="", severity="")))
with st.container(horizontal=True, gap="small", vertical_alignment="center", key="quality_filters"):
    ledger = widgets.choice("台账", list(kinds), "全部台账", "quality_ledger", width=220)
    level = widgets.segments("级别", data_quality.LEVELS, key="quality_level")
params = view.params(ledger=kinds.get(ledger, ""), severity=data_quality.severity_of(level))
rules = cached.rows("quality/rules", params)
chosen = data_quality.chosen_words(ledger, level)
if rules.empty:
    widgets.empty("没有这类规则", "请在上方改选台账或级别。")
    st.stop()
place = view.place.name


def picture() -> None:
    """The headline, the cards and where the problems are."""
    subject = "，".join(filter(None, [place, chosen]))
    widgets.finding(data_quality.headline(subject, rules), data_quality.detail(rules))
    widgets.cards(data_quality.summary_cards(rules, params))
    charts = data_quality.charts(view, params, rules, ledger)
    widgets.side_by_side(charts)
    if note := data_quality.note_on(charts):
        widgets.source(note)


blocks.block("quality_picture", picture, view, ledger, level)
if data_quality.has_parts(view):
    filters.drill(data_quality.drill_labels(data_quality.units(params)), key="quality_drill")

widgets.section("规则", "错误在前，问题多的在前；占比是有问题的占检查的比例；勾选一行或在下方选一条规则，可查到户")
kept = widgets.segments("范围", data_quality.LISTS, key="quality_kept")
broken, shown = data_quality.broken(rules), data_quality.listed(rules, kept)


def choose(place: int) -> None:
    """Show the offenders of the rule at a position of the table; a rule that nothing breaks has none."""
    if sentence := data_quality.sentence_at(shown, place):
        st.session_state["quality_rule"] = sentence


widgets.table_with_export(
    lambda: data_quality.with_words(shown),
    f"数据质量规则_{place}_{kept}",
    data_quality.RULE_COLUMNS,
    sources.table_notes("数据质量规则 data/quality_rules.toml", view, f"{chosen or '全部台账和级别'}，{kept}"),
    key="quality_rules",
    on_choose=choose,
    height=widgets.list_height(shown),
)

faulty = data_quality.faulty(rules)
if len(faulty):
    widgets.section("无法运行的规则", "其他规则不受影响；改正规则文件后运行 python -m dashboard recompute")
    widgets.table(faulty, "无法运行的规则", data_quality.FAULT_COLUMNS, key="quality_faults")

if len(broken):
    widgets.section("一条规则的明细", "姓名、证件号码已隐去")
    sentences = data_quality.sentences(broken)
    # The words for the first one must stay the same when the rules change, or the box goes on showing the old one.
    sentence = widgets.choice("规则", sentences, data_quality.FIRST_RULE, "quality_rule", width=760)
    rule = data_quality.rule_of(broken, sentence)
    of_rule = view.params(ledger="", severity="", rule_id=rule["rule_id"])

    def explained() -> None:
        """What the rule is, where it is broken and since when."""
        charts = data_quality.rule_charts(view, of_rule, rule)
        widgets.facts(rule["says"], data_quality.rule_facts(rule), key="quality_rule", beside=charts)

    blocks.block("quality_rule_explained", explained, view, rule["rule_id"])
    offenders = cached.rows("quality/offenders", of_rule)
    widgets.preview_with_export(
        offenders,
        f"数据质量_{place}_{rule['says']}",
        data_quality.offender_columns(offenders),
        sources.table_notes(data_quality.ledger_name(rule), view, f"规则：{rule['says']}"),
        key="quality_offenders",
        first=data_quality.FIRST_OFFENDERS,
        parquet=False,
    )
widgets.source(sources.table_line(ledger or "全部台账", view))
