"""The clerk's guide (台账填报说明): the hand-written part of ``docs/clerk.md``, and every message with what to do.

``python -m dashboard.ledgers.feedback.clerk_guide`` rewrites the part below the marker from ``data/messages.toml``.
"""

import re

from dashboard import language, paths
from dashboard.definitions import messages
from dashboard.definitions.messages import Message
from dashboard.ledgers.reporting import issues

FILE = paths.PROJECT / "docs" / "clerk.md"

_PLACEHOLDER = re.compile(r"\{\w+(?:[:!][^}]*)?\}")


def marker() -> str:
    """The line of the file below which everything is generated."""
    return language.words("ledgers.guide_marker")


def written_part() -> str:
    """The hand-written part of the guide without its title: how to report, questions and answers."""
    text = FILE.read_text(encoding="utf-8").partition(marker())[0]
    heading = f"## {language.words('ledgers.guide_all_messages')}\n\n"
    return text.partition("\n")[2].removesuffix(heading).strip()


def message_tables() -> str:
    """All messages as Markdown tables, one for each severity."""
    parts = []
    for severity, (heading, meaning) in _headings().items():
        rows = [_row(message) for message in messages.catalogue().values() if message.severity == severity]
        table = "\n".join([language.words("ledgers.guide_titles"), "|---|---|---|", *rows])
        title = language.words("ledgers.guide_heading", severity=heading, count=len(rows))
        parts.append(f"{title}\n\n{meaning}\n\n{table}\n")
    return "\n".join(parts)


def document() -> str:
    """The whole guide with its messages as they are now; ValueError where the file has no marker."""
    written, line, _ = FILE.read_text(encoding="utf-8").partition(marker())
    if not line:
        raise ValueError(f"{FILE.name} has no marker line")
    return f"{written}{line}\n\n{message_tables()}"


def _headings() -> dict[str, tuple[str, str]]:
    """(heading, what it means) by severity."""
    return {
        issues.REFUSED: (language.words("ledgers.guide_refused"), language.words("ledgers.guide_refused_meaning")),
        issues.WARNING: (language.words("ledgers.guide_warning"), language.words("ledgers.guide_warning_meaning")),
        issues.NOTICE: (language.words("ledgers.guide_notice"), language.words("ledgers.guide_notice_meaning")),
    }


def _row(message: Message) -> str:
    says = _PLACEHOLDER.sub("…", message.says).replace("……", "…")
    return f"| {message.title} | {_cell(says)} | {_cell(message.todo)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or language.words("ledgers.guide_nothing_to_do")


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8", newline="\n")
