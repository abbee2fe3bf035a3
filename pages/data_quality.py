"""数据质量：台账中的错误和疑点，按规则、台账、乡镇查看，一直查到户。"""

import streamlit as st

from dashboard import blocks, cached, quality_page, shell, sources, ui

view = shell.begin("data_quality")
if cached.rows("quality/stored", {"database": ""}).empty:
    ui.empty(
        "这个版本没有数据质量结果", "请运行 python -m dashboard recompute 按现行规则重新计算，完成后本页自动显示。"
    )
    st.stop()

kinds = quality_page.ledgers(cached.rows("quality/rules", view.params(ledger="", severity="")))
with st.container(horizontal=True, gap="small", vertical_alignment="center", key="quality_filters"):
    ledger = ui.choice("台账", list(kinds), "全部台账", "quality_ledger", width=220)
    level = ui.segments("级别", quality_page.LEVELS, key="quality_level")
filters = view.params(ledger=kinds.get(ledger, ""), severity=quality_page.severity(level))
rules = cached.rows("quality/rules", filters)
chosen = "、".join(word for word in (ledger, level) if word and word != quality_page.EVERY)
source = ledger or "全部台账"
if rules.empty:
    ui.empty("没有这类规则", "请在上方改选台账或级别。")
    st.stop()
is_village = view.place.level == "village"
below = None if is_village else cached.rows("quality/units", {**filters, "rule_id": ""})


def picture() -> None:
    """The finding, the cards and where the problems are."""
    households = next(cached.rows("quality/households", filters).itertuples())
    subject = "，".join(filter(None, [view.place.name, chosen]))
    ui.finding(quality_page.headline(subject, rules), quality_page.detail(rules))
    ui.cards(quality_page.summary_cards(rules, households))
    if quality_page.broken(rules).empty:
        return
    drawn = {"kinds": quality_page.rules_figure(rules) if ledger else quality_page.ledger_figure(rules)}
    if below is not None:
        drawn["units"] = quality_page.units_figure(below, rules, view.place.parts)
    trend = cached.rows("quality/trend", {**filters, "rule_id": ""})
    if quality_page.has_trend(trend):
        drawn["trend"] = quality_page.trend_figure(trend, rules)
    for slot, (key, (figure, title)) in zip(st.columns(len(drawn)), drawn.items(), strict=True):
        with slot:
            ui.figure(figure, title, sources.table_line(source, view), key=f"quality_{key}")
    if "trend" not in drawn:
        ui.source(quality_page.NO_TREND)


blocks.block("quality_picture", picture, view, ledger, level)
if below is not None:
    shell.drill(view, quality_page.drill_labels(below), key="quality_drill")

ui.section("规则", "错误在前，问题多的在前；占比是有问题的占检查的比例；勾选一行或在下方选一条规则，可查到户")
kept = ui.segments("范围", quality_page.KEPT, key="quality_kept")
broken = quality_page.broken(rules)
shown = broken if kept == quality_page.KEPT[0] else rules


def choose(place: int) -> None:
    """Show the offenders of a rule of the table below; a rule that nothing breaks has none."""
    says = shown["says"].iat[place]
    if says in broken["says"].tolist():
        st.session_state["quality_rule"] = says


notes = sources.table_notes("数据质量规则 data/quality_rules.toml", view, f"{chosen or '全部台账和级别'}，{kept}")
ui.table_with_export(
    lambda: quality_page.with_words(shown),
    f"数据质量规则_{view.place.name}_{kept}",
    quality_page.RULE_COLUMNS,
    notes,
    key="quality_rules",
    on_choose=choose,
    height=420 if len(shown) > 11 else "auto",
)

faulty = quality_page.faulty(rules)
if len(faulty):
    ui.section("无法运行的规则", "其他规则不受影响；改正规则文件后运行 python -m dashboard recompute")
    ui.table(faulty, "无法运行的规则", quality_page.FAULT_COLUMNS, key="quality_faults")

if len(broken):
    ui.section("一条规则的明细", "姓名、证件号码已隐去")
    # The words for the first one must stay the same when the rules change, or the box goes on showing the old one.
    says = ui.choice("规则", broken["says"].tolist(), quality_page.FIRST_RULE, "quality_rule", width=760)
    says = says or broken["says"].iat[0]
    rule = broken[broken["says"] == says].iloc[0]
    of_ledger = quality_page.ledger_name(rule)
    of_rule = view.params(ledger="", severity="", rule_id=rule["rule_id"])

    def explained() -> None:
        """What the rule is, where it is broken and since when."""
        trend = cached.rows("quality/trend", of_rule)
        has_trend = quality_page.has_trend(trend)
        slots = st.columns([4, *[3] * (not is_village), *[3] * has_trend])
        with slots[0]:
            ui.facts(says, quality_page.rule_facts(rule), key="quality_rule")
        if not is_village:
            with slots[1]:
                figure, title = quality_page.rule_units_figure(
                    cached.rows("quality/units", of_rule), rule, view.place.parts
                )
                ui.figure(figure, title, sources.table_line(of_ledger, view), key="quality_rule_units")
        if not has_trend:
            return
        with slots[-1]:
            figure, title = quality_page.rule_trend_figure(trend, rule)
            ui.figure(figure, title, sources.table_line(of_ledger, view), key="quality_rule_trend")

    blocks.block("quality_rule_explained", explained, view, rule["rule_id"])
    offenders = cached.rows("quality/offenders", of_rule)
    ui.preview_with_export(
        offenders,
        f"数据质量_{view.place.name}_{says}",
        quality_page.offender_columns(offenders),
        sources.table_notes(of_ledger, view, f"规则：{says}"),
        key="quality_offenders",
        first=quality_page.FIRST_OFFENDERS,
        parquet=False,
    )
ui.source(sources.table_line(source, view))
