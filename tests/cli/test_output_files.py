"""Files that commands write beside a load."""

import zipfile

from dashboard.cli import output_files
from dashboard.ledgers.loading import load


def test_a_file_that_was_damaged_after_the_load_is_named_and_no_workbook_written(tmp_path):
    file = tmp_path / "名录.csv"
    header, row = "县,县代码,乡镇,乡镇代码,行政村,行政村代码", "甲县,990101000000,乙镇,990101100000,丙村,12"
    file.write_text(f"{header}\n{row}\n", encoding="utf-8")
    report = load.load([file], tmp_path / "db", ledger="regions")
    assert [len(sheet.refused) for sheet in report.files] == [1], report.lines()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<")
    [line] = output_files.write_refused_rows(tmp_path / "out", report)
    assert line == f"“{file}”在导入后已经改动或损坏，没有写出退回表，请重新导入。"
    assert not (tmp_path / "out").exists()


def test_without_rejected_rows_it_says_so(tmp_path):
    report = load.load([], tmp_path / "db", dry_run=True)
    assert output_files.write_refused_rows(tmp_path / "out", report) == ["没有要退回的行，没有写出退回表。"]
