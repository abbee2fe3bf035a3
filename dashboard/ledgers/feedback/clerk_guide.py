"""The clerk's guide (台账填报说明): the written part of ``docs/clerk.md``, and every message with what to do.

``python -m dashboard.ledgers.feedback.clerk_guide`` writes the part below the marker anew from the catalogue.
"""

import re

from dashboard import paths
from dashboard.ledgers.reporting import issues
from dashboard.ledgers.reporting.issues import Kind

FILE = paths.PROJECT / "docs" / "clerk.md"
MARKER = "<!-- 以下由 data/messages.toml 生成：python -m dashboard.ledgers.feedback.clerk_guide -->"

_ALL_MESSAGES = "全部提示"
_HEADINGS = {
    issues.REFUSED: ("不能导入的", "文件或行没有进入数据库；按“怎么办”改好后重新上传即可，已经导入的不受影响。"),
    issues.WARNING: ("提醒核对的", "数据已按原样导入；请核对，确有错误的改好后重新上传。"),
    issues.NOTICE: ("说明", "系统替您做了什么；不需要处理，看一眼是否符合本意。"),
}
_PLACEHOLDER = re.compile(r"\{\w+(?:[:!][^}]*)?\}")


def write() -> str:
    """The part of the guide that people write: how to report, questions and answers; without its title."""
    text = FILE.read_text(encoding="utf-8").partition(MARKER)[0]
    return text.partition("\n")[2].removesuffix(f"## {_ALL_MESSAGES}\n\n").strip()


def messages() -> str:
    """Every entry of the catalogue as Markdown tables, one a severity."""
    parts = []
    for severity, (heading, meaning) in _HEADINGS.items():
        rows = [_row(kind) for kind in issues.catalogue().values() if kind.severity == severity]
        table = "\n".join(["| 提示 | 系统怎么说 | 怎么办 |", "|---|---|---|", *rows])
        parts.append(f"### {heading}（{len(rows)} 种）\n\n{meaning}\n\n{table}\n")
    return "\n".join(parts)


def document() -> str:
    """The whole guide with its messages as they are now; ValueError where the marker is gone."""
    written, marker, _ = FILE.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        raise ValueError(f"{FILE.name} has no marker line")
    return f"{written}{MARKER}\n\n{messages()}"


def _row(kind: Kind) -> str:
    says = _PLACEHOLDER.sub("…", kind.says).replace("……", "…")
    return f"| {kind.title} | {_cell(says)} | {_cell(kind.todo)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or "不需要处理。"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8", newline="\n")
