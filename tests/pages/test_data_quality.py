"""The data-quality page: it counts what the check command counts, leads to offenders and shows nobody by name."""

import json
import re
import shutil

import duckdb
import pandas as pd
import pytest
from page_apps import words
from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.cli.commands import main
from dashboard.definitions import quality_rules
from dashboard.ledgers.loading import load
from dashboard.presenters import data_quality
from dashboard.warehouse import queries, versions

STEM = "data_quality"


@pytest.fixture
def checked(con):
    """What the check command says of every rule of the county."""
    return queries.run(con, "quality/checked").set_index("rule_id")


def unit(con, level: str, place: int = 0):
    units = queries.run(con, "meta/units")
    return units[units["region_level"] == level].iloc[place]


def rules_of(con, region: str, level: str) -> pd.DataFrame:
    params = {"region_code": region, "region_level": level, "ledger": "", "severity": ""}
    return queries.run(con, "quality/rules", params).set_index("rule_id")


def finding(app: AppTest) -> str:
    return re.search(r"<h1>(.*?)</h1>", words(app))[1]


def page_of_another(root, monkeypatch) -> AppTest:
    monkeypatch.setenv("DASHBOARD_DB", str(root))
    app = AppTest.from_file(str(paths.PROJECT / "pages" / f"{STEM}.py"), default_timeout=60).run()
    assert not app.exception
    return app


def test_the_headline_counts_what_the_check_command_counts(page, checked):
    broken = checked[checked["offenders"] > 0]
    counts = broken.groupby("severity")["offenders"].sum()
    said = finding(page())
    assert f"检查的 {(checked['examined'] > 0).sum()} 条规则中 {len(broken)} 条有问题" in said
    assert f"错误 {counts['error']:,} 处，疑点 {counts['warning']:,} 处" in said


def test_places_add_up_to_the_county(con):
    """Every rule about something in a village: townships and villages add up to the county."""
    county = unit(con, "county")
    whole = rules_of(con, county["region_code"], "county")
    for level in ("township", "village"):
        units = queries.run(con, "meta/units").query("region_level == @level")
        parts = sum(rules_of(con, code, level)[["offenders", "examined"]].fillna(0) for code in units["region_code"])
        placed = whole.index[~whole["ledger"].isin(["checklist", "rectification"])]
        for column in ("offenders", "examined"):
            assert (parts.loc[placed, column] == whole.loc[placed, column].fillna(0)).all()


def test_every_offender_counted_is_listed(con, checked):
    county = unit(con, "county")["region_code"]
    for rule, row in checked[checked["offenders"] > 0].iterrows():
        listed = queries.run(
            con, "quality/offenders", {"region_code": county, "region_level": "county", "rule_id": rule}
        )
        assert len(listed) == row["offenders"], rule


def test_the_table_has_the_broken_rules_and_on_request_all(page, checked):
    app = page()
    shown = app.dataframe[0].value
    assert len(shown) == (checked["offenders"] > 0).sum()
    assert shown["有问题（处）"].sum() == checked["offenders"].sum()
    everything = page(quality_kept="全部规则").dataframe[0].value
    assert len(everything) == len(checked)


def test_severity_and_ledger_narrow_all_of_it(page, checked):
    app = page(quality_level="错误")
    errors = checked[(checked["severity"] == "error") & (checked["offenders"] > 0)]
    assert f"错误 {errors['offenders'].sum():,} 处" in finding(app) and "疑点" not in finding(app)
    assert set(app.dataframe[0].value["级别"]) == {"■ 错误"}
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert [trace["name"] for trace in figures[0]["data"]] == ["错误"]
    app = page(quality_ledger="家庭成员台账")
    members = app.dataframe[0].value
    assert set(members["在哪本台账改"]) == {"家庭成员台账"}
    bars = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert sum(sum(trace["x"]) for trace in bars) == members["有问题（处）"].sum(), "one bar a rule, not a ledger"


def test_a_rule_is_explained_with_its_offenders_masked(page, con):
    rules = {rule.id: rule for rule in quality_rules.rules()}
    app = page(quality_rule=rules["uninsured"].says)
    assert rules["uninsured"].todo in words(app) and rules["uninsured"].source in words(app)
    offenders = app.dataframe[1].value
    county = unit(con, "county")
    asked = {"region_code": county["region_code"], "region_level": "county", "rule_id": "uninsured"}
    real = queries.run(con, "quality/offenders", asked)
    assert len(offenders) == min(len(real), data_quality.FIRST_OFFENDERS)
    assert offenders["姓名"].str.contains("*", regex=False).all()
    assert offenders["证件号码"].str.fullmatch(r"\d{2}\*+[\dX]{3}").all()
    assert not set(offenders["证件号码"]) & set(real["id_number"])
    assert offenders["户编号"].tolist() == real["household_id"].head(len(offenders)).tolist()


def test_a_village_has_its_own_figures_and_says_when_nothing_is_wrong(page, con):
    units = queries.run(con, "meta/units").set_index("region_code")
    seen = set()
    for code, village in units[units["region_level"] == "village"].head(4).iterrows():
        own = rules_of(con, code, "village")
        broken, asked = (own["offenders"] > 0).sum(), (own["examined"] > 0).sum()
        app = page(township=units.loc[village["parent_code"], "region_name"], village=village["region_name"])
        assert finding(app).startswith(village["region_name"])
        if broken:
            assert f"检查的 {asked} 条规则中 {broken} 条有问题" in finding(app)
            assert len(app.get("plotly_chart")) == 1, "no figure of regions below, and none of a single version"
            assert data_quality.NO_TREND in words(app)
        else:
            assert f"检查的 {asked} 条规则全部通过" in finding(app)
        seen.add(bool(broken))
    assert True in seen


def test_the_list_of_a_rule_is_exported_whole_and_harmless(con):
    county = unit(con, "county")["region_code"]
    asked = {"region_code": county, "region_level": "county", "rule_id": "skilled_not_working"}
    offenders = queries.run(con, "quality/offenders", asked)
    shown = data_quality.columns.presented(offenders, data_quality.offender_columns(offenders))
    assert len(shown) == len(offenders) > 0
    assert "有关数据" in shown and "行政村" in shown


def test_a_rule_that_cannot_be_run_is_shown_with_the_reason(page, county_ledgers, tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    for file in paths.DATA.iterdir():
        (data / file.name).symlink_to(file)
    rules = data / "quality_rules.toml"
    text = rules.read_text(encoding="utf-8")
    rules.unlink()
    rules.write_text(text.replace('condition = "not is_insured"', 'condition = "not is_ensured"'), encoding="utf-8")
    monkeypatch.setattr(paths, "DATA", data)
    report = load.load([county_ledgers], tmp_path / "db")
    assert report.exit_code == 0 and report.version == "v0001"
    app = page_of_another(tmp_path / "db", monkeypatch)
    assert "无法运行的规则" in words(app)
    faults = app.dataframe[1].value
    assert faults["原因"].tolist() == ["规则“uninsured”的条件无法运行，请核对字段名、括号和比较的类型。"]


def test_a_version_published_before_there_were_rules_says_what_to_do(county_db, tmp_path, monkeypatch, capfd):
    root = shutil.copytree(county_db, tmp_path / "db")
    with duckdb.connect(str(versions.version_file(root, "v0001"))) as con:
        for name in queries.names("schema"):
            if "quality" in name:
                con.execute(f"drop table {name.rpartition('/')[2]}")
    app = page_of_another(root, monkeypatch)
    assert "没有数据质量结果" in words(app) and "recompute" in words(app)
    assert main(["check", "--db", str(root)]) == 0
    assert "可用 recompute 命令重新计算" in capfd.readouterr().err
    assert main(["recompute", "--db", str(root)]) == 0
    assert "条规则中" in finding(page_of_another(root, monkeypatch))


def test_the_next_version_says_what_changed(county_ledgers, tmp_path, monkeypatch):
    members = next(county_ledgers.glob("*家庭成员*"))
    root = tmp_path / "db"
    others = [file for file in county_ledgers.iterdir() if file != members]
    assert load.load([*others, members], root).version == "v0001"
    frame = pd.read_excel(members, dtype=str, engine="calamine")
    column = "是否参加城乡居民基本医疗保险"
    uninsured = (frame[column] == "否").sum()
    corrected = tmp_path / "corrected.csv"
    frame.assign(**{column: "是"}).to_csv(corrected, index=False)
    assert load.load([corrected], root, ledger="members").version == "v0002"
    con = versions.connection(root, versions.current(root))
    rule = rules_of(con, unit(con, "county")["region_code"], "county").loc["uninsured"]
    assert rule["offenders"] == 0 and uninsured > 0
    assert rule["change"] < 0
    app = page_of_another(root, monkeypatch)
    assert "比上一版本减少" in words(app)
    trend = json.loads(app.get("plotly_chart")[2].proto.spec)
    assert trend["data"][0]["x"] == ["v0001", "v0002"]
