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
chosen_filters = view.params(ledger=kinds.get(ledger, ""), severity=data_quality.severity(level))
rules = cached.rows("quality/rules", chosen_filters)
chosen = "、".join(word for word in (ledger, level) if word and word != data_quality.EVERY)
source = ledger or "全部台账"
if rules.empty:
    widgets.empty("没有这类规则", "请在上方改选台账或级别。")
    st.stop()
is_village = view.place.level == "village"
below = None if is_village else cached.rows("quality/units", {**chosen_filters, "rule_id": ""})


def picture() -> None:
    """The finding, the cards and where the problems are."""
    households = next(cached.rows("quality/households", chosen_filters).itertuples())
    subject = "，".join(filter(None, [view.place.name, chosen]))
    widgets.finding(data_quality.headline(subject, rules), data_quality.detail(rules))
    widgets.cards(data_quality.summary_cards(rules, households))
    if data_quality.broken(rules).empty:
        return
    drawn = {"kinds": data_quality.rules_figure(rules) if ledger else data_quality.ledger_figure(rules)}
    if below is not None:
        drawn["units"] = data_quality.units_figure(below, rules, view.place.parts)
    trend = cached.rows("quality/trend", {**chosen_filters, "rule_id": ""})
    if data_quality.has_trend(trend):
        drawn["trend"] = data_quality.trend_figure(trend, rules)
    for slot, (key, (figure, title)) in zip(st.columns(len(drawn)), drawn.items(), strict=True):
        with slot:
            widgets.chart(figure, title, sources.table_line(source, view), key=f"quality_{key}")
    if "trend" not in drawn:
        widgets.source(data_quality.NO_TREND)


blocks.block("quality_picture", picture, view, ledger, level)
if below is not None:
    filters.drill(view, data_quality.drill_labels(below), key="quality_drill")

widgets.section("规则", "错误在前，问题多的在前；占比是有问题的占检查的比例；勾选一行或在下方选一条规则，可查到户")
kept = widgets.segments("范围", data_quality.KEPT, key="quality_kept")
broken = data_quality.broken(rules)
shown = broken if kept == data_quality.KEPT[0] else rules


def choose(place: int) -> None:
    """Show the offenders of a rule of the table below; a rule that nothing breaks has none."""
    says = shown["says"].iat[place]
    if says in broken["says"].tolist():
        st.session_state["quality_rule"] = says


notes = sources.table_notes("数据质量规则 data/quality_rules.toml", view, f"{chosen or '全部台账和级别'}，{kept}")
widgets.table_with_export(
    lambda: data_quality.with_words(shown),
    f"数据质量规则_{view.place.name}_{kept}",
    data_quality.RULE_COLUMNS,
    notes,
    key="quality_rules",
    on_choose=choose,
    height=420 if len(shown) > 11 else "auto",
)

faulty = data_quality.faulty(rules)
if len(faulty):
    widgets.section("无法运行的规则", "其他规则不受影响；改正规则文件后运行 python -m dashboard recompute")
    widgets.table(faulty, "无法运行的规则", data_quality.FAULT_COLUMNS, key="quality_faults")

if len(broken):
    widgets.section("一条规则的明细", "姓名、证件号码已隐去")
    # The words for the first one must stay the same when the rules change, or the box goes on showing the old one.
    says = widgets.choice("规则", broken["says"].tolist(), data_quality.FIRST_RULE, "quality_rule", width=760)
    says = says or broken["says"].iat[0]
    rule = broken[broken["says"] == says].iloc[0]
    of_ledger = data_quality.ledger_name(rule)
    of_rule = view.params(ledger="", severity="", rule_id=rule["rule_id"])

    def explained() -> None:
        """What the rule is, where it is broken and since when."""
        trend = cached.rows("quality/trend", of_rule)
        has_trend = data_quality.has_trend(trend)
        slots = st.columns([4, *[3] * (not is_village), *[3] * has_trend])
        with slots[0]:
            widgets.facts(says, data_quality.rule_facts(rule), key="quality_rule")
        if not is_village:
            with slots[1]:
                figure, title = data_quality.rule_units_figure(
                    cached.rows("quality/units", of_rule), rule, view.place.parts
                )
                widgets.chart(figure, title, sources.table_line(of_ledger, view), key="quality_rule_units")
        if not has_trend:
            return
        with slots[-1]:
            figure, title = data_quality.rule_trend_figure(trend, rule)
            widgets.chart(figure, title, sources.table_line(of_ledger, view), key="quality_rule_trend")

    blocks.block("quality_rule_explained", explained, view, rule["rule_id"])
    offenders = cached.rows("quality/offenders", of_rule)
    widgets.preview_with_export(
        offenders,
        f"数据质量_{view.place.name}_{says}",
        data_quality.offender_columns(offenders),
        sources.table_notes(of_ledger, view, f"规则：{says}"),
        key="quality_offenders",
        first=data_quality.FIRST_OFFENDERS,
        parquet=False,
    )
widgets.source(sources.table_line(source, view))
