"""Files that commands write beside a load: returned workbooks, lists of rows left out, blank templates."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from dashboard.definitions import forms
from dashboard.ledgers import containers
from dashboard.ledgers.feedback import blank_templates
from dashboard.ledgers.loading import removal
from dashboard.ledgers.reporting.report import Report, SheetReport
from dashboard.ledgers.worker import client
from dashboard.warehouse import queries, versions


def write_refused_rows(folder: Path, told: Report) -> list[str]:
    """Write the refused rows of each file of a load as a workbook to be put right; says what was written."""
    said = []
    by_file: dict[Path, list[SheetReport]] = {}
    for entry in told.files:
        if entry.refused and (file := _on_disk(Path(entry.path))):
            by_file.setdefault(file, []).append(entry)
    with client.reader() as reader:
        for file, entries in by_file.items():
            try:
                books = reader.returned(file, entries)
            except containers.FileRefused:
                said.append(f"“{file}”在导入后已经改动或损坏，没有写出退回表，请重新导入。")
                continue
            said += [f"退回表：{_written(folder, name, book)}" for name, book in books]
    return said or ["没有要退回的行，没有写出退回表。"]


def write_absent_rows(folder: Path, told: Report, root: Path) -> list[str]:
    """Write the rows that stand but that a load's files leave out, one list a ledger; says what was written."""
    said = []
    for offer in removal.candidates(told, root):
        file = _written(folder, f"{offer.name}_本次没有.csv", offer.csv())
        said.append(f"{offer.name}有 {len(offer.keys)} 行不在本次文件中：{file}")
    return said or ["没有同村同期而不在本次文件中的行。"]


def write_templates(folder: Path, kinds: Sequence[str], root: Path) -> list[str]:
    """Write the blank templates of ledgers, with the villages of the current version to choose from."""
    folder.mkdir(parents=True, exist_ok=True)
    places = _places(root)
    said = []
    for kind in kinds or forms.kinds():
        file = folder / blank_templates.file_name(kind)
        file.write_bytes(blank_templates.workbook(kind, places))
        said.append(f"空白模板：{file}")
    return said


def _places(root: Path) -> list[tuple[str, str]]:
    standing = versions.current(root)
    if standing is None:
        return []
    directory = queries.arrow(versions.connection(root, standing), "load/directory")
    return list(zip(directory["township_name"].to_pylist(), directory["village_name"].to_pylist(), strict=True))


def _on_disk(path: Path) -> Path | None:
    """The file itself, or the archive it is in."""
    return next((file for file in (path, *path.parents) if file.is_file()), None)


def _written(folder: Path, name: str, data: bytes) -> Path:
    """Write a file under its name or, where there is one already that somebody may be working on, a numbered one."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = name.rpartition(".")
    for file in _candidates(folder, stem, dot + suffix):
        try:
            with file.open("xb") as stream:
                stream.write(data)
        except FileExistsError:
            continue
        return file
    raise AssertionError("numbers never end")


def _candidates(folder: Path, stem: str, suffix: str) -> Iterable[Path]:
    yield folder / f"{stem}{suffix}"
    number = 2
    while True:
        yield folder / f"{stem}_{number}{suffix}"
        number += 1
