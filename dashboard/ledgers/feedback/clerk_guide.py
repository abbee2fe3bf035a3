"""The clerk's guide (台账填报说明): the hand-written part of ``docs/clerk.md``, and every message with what to do.

``python -m dashboard.ledgers.feedback.clerk_guide`` rewrites the part below the marker from ``data/messages.toml``.
"""

import re

from dashboard import paths
from dashboard.definitions import messages
from dashboard.definitions.messages import Message
from dashboard.ledgers.reporting import issues

FILE = paths.PROJECT / "docs" / "clerk.md"
MARKER = "<!-- 以下由 data/messages.toml 生成：python -m dashboard.ledgers.feedback.clerk_guide -->"

_ALL_MESSAGES = "全部提示"
_HEADINGS = {
    issues.REFUSED: ("不能导入的", "文件或行没有进入数据库；按“怎么办”改好后重新上传即可，已经导入的不受影响。"),
    issues.WARNING: ("提醒核对的", "数据已按原样导入；请核对，确有错误的改好后重新上传。"),
    issues.NOTICE: ("说明", "系统替您做了什么；不需要处理，看一眼是否符合本意。"),
}
_PLACEHOLDER = re.compile(r"\{\w+(?:[:!][^}]*)?\}")


def written_part() -> str:
    """The hand-written part of the guide without its title: how to report, questions and answers."""
    text = FILE.read_text(encoding="utf-8").partition(MARKER)[0]
    return text.partition("\n")[2].removesuffix(f"## {_ALL_MESSAGES}\n\n").strip()


def message_tables() -> str:
    """All messages as Markdown tables, one for each severity."""
    parts = []
    for severity, (heading, meaning) in _HEADINGS.items():
        rows = [_row(message) for message in messages.catalogue().values() if message.severity == severity]
        table = "\n".join(["| 提示 | 系统怎么说 | 怎么办 |", "|---|---|---|", *rows])
        parts.append(f"### {heading}（{len(rows)} 种）\n\n{meaning}\n\n{table}\n")
    return "\n".join(parts)


def document() -> str:
    """The whole guide with its messages as they are now; ValueError where the file has no marker."""
    written, marker, _ = FILE.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        raise ValueError(f"{FILE.name} has no marker line")
    return f"{written}{MARKER}\n\n{message_tables()}"


def _row(message: Message) -> str:
    says = _PLACEHOLDER.sub("…", message.says).replace("……", "…")
    return f"| {message.title} | {_cell(says)} | {_cell(message.todo)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or "不需要处理。"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8", newline="\n")
