"""Parsing the arguments of commands; help and errors are Chinese."""

import argparse
import re
from datetime import date
from typing import Any, NoReturn

from dashboard.definitions import forms
from dashboard.ledgers.cells import values

_MOST_HOUSEHOLDS = 5_000_000
_MOST_VERSIONS = 1_000_000

# Messages of argparse and their Chinese; any other message is passed on as it is.
_TRANSLATIONS = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"没有这样的参数：\1"),
    (r"ambiguous option: (\S+) could match (.*)", r"“\1”不明确，可能是 \2"),
    (r"expected (?:at least )?(?:one argument|\d+ arguments?)", "后面要写一个值"),
    (r"ignored explicit argument '?(.*?)'?", r"后面不写值（多了“\1”）"),
    (r"invalid (?:\w+ )?(?:choice|value): '?(.*?)'? \(choose from (.*)\)", r"不能是“\1”，可选：\2"),
    (r"invalid int value: '(.*)'", r"“\1”不是整数"),
)


class Parser(argparse.ArgumentParser):
    """A parser with Chinese help and errors; an error ends the program with exit code 2."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts, add_help=False, formatter_class=_Formatter)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        """End the program with the usage and one Chinese sentence on stderr."""
        argument, _, rest = message.removeprefix("argument ").partition(": ")
        names_argument = message.startswith("argument ")
        sentence = f"{argument} {_in_chinese(rest)}" if names_argument else _in_chinese(message)
        self.exit(2, f"{self.format_usage()}参数有误：{sentence}。\n")


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


def _in_chinese(message: str) -> str:
    """A message of argparse in Chinese."""
    for english, chinese in _TRANSLATIONS:
        if match := re.fullmatch(english, message):
            return match.expand(chinese).replace("'", "").replace(", ", "、")
    return message


def kind(text: str) -> str:
    """The kind of a ledger given by its id or any of its Chinese names; ArgumentTypeError for anything else."""
    kinds = {name: form.kind for form in forms.all_forms() for name in (form.kind, form.name, *form.called)}
    if named := kinds.get(text) or kinds.get(f"{text}台账"):
        return named
    raise argparse.ArgumentTypeError(f"没有台账种类“{text}”，可选：{kinds_in_words()}")


def kinds_in_words() -> str:
    """Every kind of ledger a command takes: 行政区划名录（regions）、农户基本信息台账（households）…"""
    return "、".join(f"{form.name}（{form.kind}）" for form in forms.all_forms())


def year(text: str) -> int:
    """A year that a ledger can be about, up to the present one."""
    return _whole(text, values.FIRST_YEAR, date.today().year, "年度")


def households(text: str) -> int:
    """The number of households of an invented county."""
    return _whole(text, 1, _MOST_HOUSEHOLDS, "户数")


def kept_versions(text: str) -> int:
    """The number of newest versions to keep, at least 1."""
    return _whole(text, 1, _MOST_VERSIONS, "保留个数")


def day(text: str) -> date:
    """A day, given as 2025-10-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期“{text}”应写成 2025-10-31 的样子") from None


def amount(text: str) -> float:
    """An amount of money above zero, in yuan."""
    try:
        yuan = float(text)
    except ValueError:
        yuan = 0
    if not 0 < yuan < float("inf"):
        raise argparse.ArgumentTypeError(f"“{text}”应是大于 0 的金额（元）")
    return yuan


def _whole(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{what}“{text}”应是 {least} 到 {most} 的整数")
    return int(text)
