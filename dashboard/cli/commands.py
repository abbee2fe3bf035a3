"""The commands of ``python -m dashboard``: data on stdout, Chinese messages on stderr.

Exit code 0: everything was done; 1: some rows were rejected or something is damaged; 2: not done.
"""

import argparse
import errno
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from dashboard import paths, sample
from dashboard.access import masked_tables
from dashboard.cli import arguments, output_files
from dashboard.definitions import forms, indicators, policy, quality_rules
from dashboard.definitions.toml_files import DefinitionsInvalid
from dashboard.ledgers.errors import RemovalRefused
from dashboard.ledgers.loading import load, removal
from dashboard.warehouse import derive, integrity, ledger_rows, queries, storage_errors, versions

_DONE, _PARTLY, _NOT_DONE = 0, 1, 2
# Why the system did not read or write a file.
_REASONS = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "没有访问权限",
    errno.EPERM: "没有访问权限",
    errno.ENOSPC: "磁盘空间不足",
    errno.EFBIG: "磁盘空间不足",
    errno.EDQUOT: "磁盘空间不足",
    errno.EROFS: "磁盘是只读的",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "给出的是文件夹，不是文件",
    errno.EEXIST: "已有同名文件",
}


class UsageError(Exception):
    """A command that cannot be done as given; the message is one Chinese sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (default: that of the program); gives the exit code. SystemExit for help and bad arguments."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen)
    except (UsageError, versions.StoreError, DefinitionsInvalid, RemovalRefused) as refusal:
        _say(str(refusal))
    except KeyboardInterrupt:
        _say("已中断，已发布的数据没有改动。")
    except BrokenPipeError:
        sys.stderr.close()
    except storage_errors.DATABASE_ERRORS as failure:
        _say(_explained(failure, chosen))
    return _NOT_DONE


def _explained(failure: Exception, chosen: argparse.Namespace) -> str:
    """One Chinese sentence for a failure of a file or of the database."""
    if isinstance(failure, OSError) and failure.errno is not None:
        reason = _REASONS.get(failure.errno, "请检查路径、权限和磁盘空间")
        return f"读写文件失败：{reason}（{failure.filename or '文件'}）。已发布的数据没有改动。"
    if explained := versions.in_plain_words(_root(chosen), failure):
        return str(explained)
    return "数据库未能完成操作，可能是磁盘空间不足或文件损坏。已发布的数据没有改动，可用 check 命令检查当前版本。"


def _parser() -> arguments.Parser:
    parser = arguments.Parser(prog="python -m dashboard", description="防返贫监测看板：导入台账、查询、版本管理")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", title="命令")

    def command(name: str, run: Callable[[argparse.Namespace], int], purpose: str) -> arguments.Parser:
        made = commands.add_parser(name, help=purpose, description=purpose)
        made.add_argument("--db", type=Path, default=None, metavar="目录", help="存放各发布版本的目录")
        made.set_defaults(run=run)
        return made

    made = command("load", _load, "读入台账文件或文件夹，核对后发布一个新版本")
    made.add_argument("paths", nargs="+", type=Path, metavar="文件或文件夹")
    made.add_argument("--ledger", type=arguments.kind, metavar="种类", help="台账种类，如 走访台账（不写则按表头识别）")
    made.add_argument("--year", type=arguments.year, metavar="年度", help="表中没有年度时，指定年度")
    made.add_argument("--unit", choices=("元", "万元"), help="金额单位")
    made.add_argument("--dry-run", action="store_true", help="只核对，不发布")
    made.add_argument("--report", type=Path, metavar="FILE.json", help="把核对报告写成 JSON")
    made.add_argument("--returned", type=Path, metavar="目录", help="把未导入的行写成退回表（含完整个人信息）")
    made.add_argument("--left-out", type=Path, metavar="目录", help="把本次文件中没有的行写成清单，供 remove 命令用")

    made = command("template", _template, f"写出空白台账模板（不写种类则 {len(forms.kinds())} 种全写）")
    made.add_argument("kinds", nargs="*", type=arguments.kind, metavar="种类", help=arguments.kinds_in_words())
    made.add_argument("--out", type=Path, required=True, metavar="目录")

    made = command("remove", _remove, "从一种台账中移除清单所列的行，发布为新版本")
    made.add_argument("kind", type=arguments.kind, metavar="种类", help=arguments.kinds_in_words())
    made.add_argument("--keys", type=Path, required=True, metavar="FILE.csv", help="清单，含这种台账的编号列")
    made.add_argument("--base", metavar="版本", help="核对清单时的版本（不写则为当前版本）")
    made.add_argument("--with-referring", action="store_true", help="连同其他台账中属于它们的行一起移除")
    made.add_argument("--dry-run", action="store_true", help="只清点，不移除")

    made = command("rows", _rows, "输出一种台账现有的全部行（含完整个人信息，请妥善保管）")
    made.add_argument("kind", type=arguments.kind, metavar="种类", help=arguments.kinds_in_words())
    made.add_argument("--format", choices=("csv", "parquet"), default="csv", help="输出格式，默认 csv")

    made = command("indicators", _indicators, "输出指标长表")
    made.add_argument("--as-of", type=arguments.day, metavar="日期", help="如 2025-10-31（不写则用发布时的）")
    made.add_argument("--level", choices=("county", "township", "village"), help="县、乡镇或村（不写则三级都有）")
    made.add_argument(
        "--line", type=arguments.amount, action="append", default=[], metavar="元", help="收入标准线，可多次给出"
    )
    made.add_argument("--only", action="append", default=[], metavar="指标", help="只要这些指标，可多次给出")
    made.add_argument("--format", choices=("csv", "json"), default="csv", help="输出格式，默认 csv")

    made = command("query", _query, "运行 queries/ 中的一个查询（个人信息已遮盖）")
    made.add_argument("name", metavar="查询", help="查询的名称，如 village/attainment")
    made.add_argument("--param", action="append", default=[], metavar="名=值", help="查询的参数，可多次给出")

    made = command("versions", _versions, "列出已发布的版本；versions prune 删除旧版本")
    # Without the subcommand the versions are listed.
    purpose = "删除旧版本，只保留最新的若干个；当前版本总是保留"
    made = made.add_subparsers(title="命令", metavar="[prune]").add_parser("prune", help=purpose, description=purpose)
    made.add_argument("--db", type=Path, default=argparse.SUPPRESS, metavar="目录", help="存放各发布版本的目录")
    made.add_argument("--keep", type=arguments.kept_versions, required=True, metavar="个数", help="保留最新的几个版本")
    made.add_argument("--yes", action="store_true", help="不再询问，直接删除")
    made.set_defaults(run=_prune)

    command("rollback", _rollback, "回退到某个版本").add_argument("version", metavar="版本", help="如 v0003")
    command("check", _check, "检查当前版本的完整性和数据质量")
    command("recompute", _recompute, "口径参数改动后，用现有台账重新计算并发布一个新版本")

    command("demo", _demo, "还没有数据时，生成虚构县并导入，供试用")

    made = commands.add_parser("sample", help="生成一个虚构县的各种台账")
    made.add_argument("--db", type=Path, default=None, help=argparse.SUPPRESS)
    made.add_argument("--out", type=Path, required=True, metavar="目录")
    made.add_argument("--households", type=arguments.households, default=12_000, metavar="户数")
    made.add_argument("--seed", type=int, default=1, metavar="整数", help="同一个数生成同样的台账")
    made.set_defaults(run=_sample)
    return parser


def _load(chosen: argparse.Namespace) -> int:
    if chosen.report:
        # A report that cannot be written must fail before anything is published.
        chosen.report.open("a").close()
    report = load.load(
        chosen.paths,
        _root(chosen),
        ledger=chosen.ledger,
        year=chosen.year,
        unit=chosen.unit,
        dry_run=chosen.dry_run,
        progress=_progress,
    )
    if chosen.report:
        chosen.report.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    for line in report.lines():
        _say(line)
    if chosen.returned:
        _say(*output_files.write_refused_rows(chosen.returned, report))
    if chosen.left_out:
        _say(*output_files.write_absent_rows(chosen.left_out, report, _root(chosen)))
    return report.exit_code


def _template(chosen: argparse.Namespace) -> int:
    _say(*output_files.write_templates(chosen.out, chosen.kinds, _root(chosen)))
    return _DONE


def _remove(chosen: argparse.Namespace) -> int:
    root = _root(chosen)
    removed = removal.remove(
        root,
        chosen.kind,
        removal.keys_of(chosen.kind, chosen.keys),
        base=chosen.base or _current(root).id,
        with_referring=chosen.with_referring,
        dry_run=chosen.dry_run,
        progress=_progress,
    )
    _say(removed.headline)
    if removed.unknown:
        _say(f"清单中有 {len(removed.unknown)} 行现在的台账里没有，没有移除。")
    return _PARTLY if removed.unknown else _DONE


def _rows(chosen: argparse.Namespace) -> int:
    con, _ = _reader_or_nothing(chosen)
    con = ledger_rows.readable(con, forms.get(chosen.kind))
    table = queries.arrow(con, f"export/{chosen.kind}", {"region_code": ""})
    if chosen.format == "parquet":
        pa.parquet.write_table(table, pa.PythonFile(sys.stdout.buffer, mode="w"))
    else:
        _write_csv(table)
    return _DONE


def _indicators(chosen: argparse.Namespace) -> int:
    con, version = _reader_or_nothing(chosen)
    as_of = chosen.as_of or (version.as_of if version else date.today())
    only = _split(chosen.only)
    ids = {definition.id for definition in indicators.all()}
    if unknown := [name for name in only if name not in ids]:
        raise UsageError(f"没有指标“{unknown[0]}”，全部指标见“指标口径”页面或 data/indicators.toml。")
    table = derive.long_table(con, as_of, policy.in_force(as_of), lines=chosen.line, level=chosen.level, only=only)
    if chosen.format == "json":
        json.dump(table.to_pylist(), sys.stdout, ensure_ascii=False, default=str)
        sys.stdout.write("\n")
    else:
        _write_csv(table)
    return _DONE


def _query(chosen: argparse.Namespace) -> int:
    try:
        query = queries.get(chosen.name)
    except KeyError:
        raise UsageError(f"没有名为“{chosen.name}”的查询，可用的有：{'、'.join(_askable())}。") from None
    if chosen.name not in _askable():
        raise UsageError(f"查询“{chosen.name}”只在导入时使用，不能单独运行。")
    given = dict(_named(pair) for pair in chosen.param)
    if unknown := given.keys() - query.params.keys():
        raise UsageError(f"查询“{chosen.name}”没有参数“{'、'.join(sorted(unknown))}”。")
    if missing := query.params.keys() - given.keys():
        raise UsageError(
            f"查询“{chosen.name}”还需要参数：{'、'.join(f'--param {name}=值' for name in sorted(missing))}。"
        )
    con, _ = _reader(chosen)
    values = {name: _typed(name, text, query.params[name]) for name, text in given.items()}
    is_check = chosen.name.startswith("checks/")
    table = integrity.faults(con, chosen.name) if is_check else queries.run(con, chosen.name, values)
    _write_csv(pa.Table.from_pandas(masked_tables.masked(table), preserve_index=False))
    return _DONE


def _versions(chosen: argparse.Namespace) -> int:
    root = _root(chosen)
    damages = [f"版本“{name}”的说明文件缺失或损坏，没有列出。" for name in versions.damaged(root)]
    try:
        current = versions.current(root)
    except versions.StoreError as damage:
        current = None
        damages.append(str(damage))
    facts = [
        {
            "version": version.id,
            "current": "是" if current and version.id == current.id else "否",
            "created_at": version.created_at.isoformat(sep=" ", timespec="seconds"),
            "as_of": version.as_of.isoformat(),
            "base": version.base,
            "note": version.note,
        }
        for version in versions.published(root)
    ]
    columns = ("version", "current", "created_at", "as_of", "base", "note")
    _write_csv(pa.table({column: pa.array([row[column] for row in facts], pa.string()) for column in columns}))
    _say(*damages)
    return _PARTLY if damages else _DONE


def _prune(chosen: argparse.Namespace) -> int:
    root = _root(chosen)
    damaged = versions.damaged(root)
    for version_id in damaged:
        _say(f"版本“{version_id}”的说明文件缺失或损坏，不在清理之列，请人工核对后处理。")
    rest = _PARTLY if damaged else _DONE
    old = versions.prunable(root, chosen.keep)
    if not old:
        _say(f"除当前版本外，没有比最新 {chosen.keep} 个更旧的版本，不用清理。")
        return rest
    facts = {
        "version": [version.id for version in old],
        "created_at": [version.created_at.isoformat(sep=" ", timespec="seconds") for version in old],
        "as_of": [version.as_of.isoformat() for version in old],
        "rows": [sum(version.rows.values()) for version in old],
        "note": [version.note for version in old],
    }
    _write_csv(pa.table(facts))
    if not (chosen.yes or _is_confirmed(f"将删除以上 {len(old)} 个版本，删除后不能再回退到它们。")):
        _say("没有删除任何版本。")
        return _NOT_DONE
    try:
        deleted, undeletable = versions.prune(root, facts["version"])
    except KeyboardInterrupt:
        raise UsageError("已中断，有的旧版本可能已经删除，可用 versions 命令查看。当前版本没有改动。") from None
    if undeletable:
        _say(f"版本 {'、'.join(undeletable)} 没有删除：文件正在使用，或不允许删除。")
    _say(f"已删除 {len(deleted)} 个版本，当前版本 {versions.current_id(root)} 没有改动。")
    return _PARTLY if undeletable else rest


def _is_confirmed(question: str) -> bool:
    """Whether a person at the terminal says yes; UsageError where there is no terminal to ask at."""
    if not sys.stdin.isatty():
        raise UsageError(f"{question}这里没有终端可以确认，没有删除；确定要删除请加 --yes。")
    sys.stderr.write(f"{question}确定请输入 y 后回车，直接回车为放弃：")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


def _rollback(chosen: argparse.Namespace) -> int:
    version = versions.rollback(_root(chosen), chosen.version)
    _say(f"当前版本已切换为 {version.id}（截至 {version.as_of}）。")
    return _DONE


def _check(chosen: argparse.Namespace) -> int:
    con, version = _reader(chosen)
    _say(f"正在检查版本 {version.id} …")
    versions.verify(con, version)
    findings = [(check.severity, check.id, check.title, count, None) for check, count in integrity.counts(con)]
    judged = queries.fetch(con, "quality/stored", {"database": ""})
    rules = queries.fetch(con, "quality/checked") if judged else []
    rows = [*findings, *(rule[:5] for rule in rules)]
    columns = ("severity", "check", "title", "rows_found", "rows_examined")
    _write_csv(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))))
    for *_, fault in rules:
        if fault:
            _say(fault)
    if broken := sum(found for _, _, _, found, _ in findings):
        _say(f"发现 {broken} 处完整性问题，请回退到上一版本并重新导入台账。")
        return _PARTLY
    if not judged:
        _say(f"版本 {version.id} 完整。它发布时还没有数据质量规则，可用 recompute 命令重新计算。")
        return _DONE
    offences = [(severity, found) for severity, _, _, found, *_ in rules if found]
    counted = {
        name: sum(found for severity, found in offences if severity == name) for name in quality_rules.SEVERITIES
    }
    said = "、".join(f"{quality_rules.SEVERITIES[name]} {count} 处" for name, count in counted.items())
    _say(f"版本 {version.id} 完整。数据质量规则 {len(rules)} 条，{len(offences)} 条有问题：{said}，详见上表。")
    return _DONE


def _recompute(chosen: argparse.Namespace) -> int:
    version = load.recompute(_root(chosen))
    _say(f"已按现行口径参数重新计算，发布为版本 {version.id}。")
    return _DONE


def _sample(chosen: argparse.Namespace) -> int:
    files = sample.write(chosen.out, households=chosen.households, seed=chosen.seed)
    _say(f"已在“{chosen.out}”生成虚构县台账 {len(files)} 个文件。")
    return _DONE


def _demo(chosen: argparse.Namespace) -> int:
    root = _root(chosen)
    if current := versions.current(root):
        _say(f"已有数据（版本 {current.id}，截至 {current.as_of}），不再生成示范数据。")
        return _DONE
    folder = paths.DATA / "sample"
    _say("还没有数据，正在生成虚构县的台账（约一分钟）…")
    sample.write(folder)
    _say("正在导入…")
    report = load.load([folder], root, progress=_progress)
    for line in report.lines():
        _say(line)
    return report.exit_code


def _root(chosen: argparse.Namespace) -> Path:
    return chosen.db or paths.database_root()


def _current(root: Path) -> versions.Version:
    version = versions.current(root)
    if version is None:
        raise UsageError(f"“{root}”中还没有数据，请先用 load 命令导入台账。")
    return version


def _reader(chosen: argparse.Namespace) -> tuple[queries.Connection, versions.Version]:
    """A connection to the current version; UsageError before the first load."""
    root = _root(chosen)
    version = _current(root)
    return versions.connection(root, version), version


def _reader_or_nothing(chosen: argparse.Namespace) -> tuple[queries.Connection, versions.Version | None]:
    """As `_reader`; before the first load a database without rows, so that tables are written with their header."""
    root = _root(chosen)
    if versions.current(root) is not None:
        return _reader(chosen)
    _say(f"“{root}”中还没有数据，只输出表头。请先用 load 命令导入台账。")
    con = versions.empty()
    derive.prepare(con)
    return con, None


def _askable() -> list[str]:
    """Names of the queries that read a published version and nothing else."""
    return [name for name in queries.names() if not name.startswith(("schema/", "load/", "indicators/", "rollups/"))]


def _named(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise UsageError(f"参数“{pair}”应写成 名=值。")
    return name, value


def _typed(name: str, text: str, sql_type: str) -> object:
    """The value of a query's parameter as its SQL type; UsageError where the text is none."""
    try:
        match sql_type.upper():
            case "INTEGER" | "BIGINT":
                return int(text)
            case "DOUBLE":
                return float(text)
            case "DATE":
                return date.fromisoformat(text)
            case "BOOLEAN":
                return {"是": True, "true": True, "否": False, "false": False}[text.lower()]
            case "VARCHAR[]":
                return _split([text])
            case _:
                return text
    except (ValueError, KeyError):
        raise UsageError(f"参数“{name}”的值“{text}”不是要求的类型 {sql_type}。") from None


def _split(texts: Sequence[str]) -> list[str]:
    return [part for text in texts for part in text.replace("，", ",").split(",") if part]


def _write_csv(table: pa.Table) -> None:
    options = pa.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    pa.csv.write_csv(table, pa.PythonFile(sys.stdout.buffer, mode="w"), options)


def _progress(share: float, what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what} {share:.0%}\x1b[K" + ("\n" if share >= 1 else ""))
        sys.stderr.flush()


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)
