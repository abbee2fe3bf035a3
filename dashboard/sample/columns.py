"""Columns of the invented county's ledgers: those of the forms, and how their values are written."""

from dashboard.definitions import forms

# The ledgers that are written, in the order of their files.
KINDS = (
    "regions",
    "households",
    "members",
    "incomes",
    "visits",
    "monitored",
    "measures",
    "collective_economy",
    "checklist",
    "rectification",
)

# Kinds of value by the type of a form's field; every other type is text, codes and numbers of people above all.
_VALUES = {
    "count": "whole",
    "year": "whole",
    "money": "money",
    "number": "number",
    "share": "share",
    "progress": "share",
    "date": "date",
}
_SERIAL = "序号"

# Widths in characters of columns whose values need more, or less, room than their title.
WIDTHS = {
    "行政村代码": 15,
    "省代码": 15,
    "市代码": 15,
    "县代码": 15,
    "乡镇代码": 15,
    "户编号": 20,
    "证件号码": 21,
    "联系电话": 14,
    "致贫返贫风险": 26,
    "走访情况": 42,
    "措施编号": 24,
    "措施名称": 24,
    "考核板块": 44,
    "考核内容": 46,
    "评分标准": 46,
    "牵头单位": 36,
    "佐证材料": 36,
    "问题描述": 52,
    "整改措施": 46,
    "责任单位": 26,
    "是否参加城乡居民基本医疗保险": 18,
}


def of(kind: str) -> dict[str, str]:
    """Kinds of value (see `sheets`) by title, in the order of the ledger's form; KeyError for an unknown ledger."""
    return {
        field.title: "whole" if field.title == _SERIAL else _VALUES.get(field.type, "text")
        for field in forms.get(kind).fields
    }
