"""Files that commands write: workbooks of rejected rows, lists of absent rows, blank templates."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.feedback import blank_templates
from dashboard.ledgers.loading import removal
from dashboard.ledgers.reporting.report import Report, SheetReport
from dashboard.ledgers.worker import client
from dashboard.warehouse import queries, versions


def write_refused_rows(folder: Path, report: Report) -> list[str]:
    """Write the rejected rows of each file of a load as a workbook to be corrected; gives a sentence per workbook."""
    lines = []
    by_file: dict[Path, list[SheetReport]] = {}
    for sheet in report.files:
        if sheet.refused and (file := _on_disk(Path(sheet.path))):
            by_file.setdefault(file, []).append(sheet)
    with client.reader() as reader:
        for file, sheets in by_file.items():
            try:
                books = reader.returned(file, sheets)
            except containers.FileRefused:
                lines.append(f"“{file}”在导入后已经改动或损坏，没有写出退回表，请重新导入。")
                continue
            lines += [f"退回表：{_written(folder, name, book)}" for name, book in books]
    return lines or ["没有要退回的行，没有写出退回表。"]


def write_absent_rows(folder: Path, report: Report, root: Path) -> list[str]:
    """Write the absent rows of a load (本次文件中没有的行), one list per ledger; gives a sentence per list."""
    lines = []
    for candidates in removal.candidates(report, root):
        file = _written(folder, f"{candidates.name}_本次没有.csv", candidates.csv())
        lines.append(f"{candidates.name}有 {len(candidates.keys)} 行不在本次文件中：{file}")
    return lines or ["没有同村同期而不在本次文件中的行。"]


def write_templates(folder: Path, kinds: Sequence[str], root: Path) -> list[str]:
    """Write blank templates of ledgers (default: all), which offer the villages of the current version to choose from.

    Gives a sentence per template. Templates of these names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    villages = _villages(root)
    lines = []
    for kind in kinds or forms.kinds():
        file = folder / blank_templates.file_name(kind)
        file.write_bytes(blank_templates.workbook(kind, villages))
        lines.append(f"空白模板：{file}")
    return lines


def _villages(root: Path) -> list[tuple[str, str]]:
    """(township, village) names of the directory; none before the first load."""
    version = versions.current(root)
    if version is None:
        return []
    directory = queries.arrow(versions.connection(root, version), "load/directory")
    return list(zip(directory["township_name"].to_pylist(), directory["village_name"].to_pylist(), strict=True))


def _on_disk(path: Path) -> Path | None:
    """The file itself, or the archive it is in."""
    return next((file for file in (path, *path.parents) if file.is_file()), None)


def _written(folder: Path, name: str, data: bytes) -> Path:
    """Write a new file; its name is numbered where a file has it, because somebody may be working on that one."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = name.rpartition(".")
    for file in _numbered(folder, stem, dot + suffix):
        try:
            with file.open("xb") as stream:
                stream.write(data)
        except FileExistsError:
            continue
        return file
    raise AssertionError("unreachable: there is always another number")


def _numbered(folder: Path, stem: str, suffix: str) -> Iterable[Path]:
    yield folder / f"{stem}{suffix}"
    number = 2
    while True:
        yield folder / f"{stem}_{number}{suffix}"
        number += 1
