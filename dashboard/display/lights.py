"""Lights (亮灯): how far a value is from its target, as a colour and a word.

No source document sets colours for values; the two margins are parameters of this system's own (本系统规则).
"""

from collections.abc import Mapping

from dashboard.text import is_missing

WORDS = {"green": "达标", "amber": "接近", "red": "未达标", "grey": "未填报"}


def light(
    value: float | None,
    target: float | None,
    better: str,
    margins: Mapping[str, float],
    total: float | None = None,
) -> str | None:
    """The colour for ``value`` against ``target``; None where there is no target to judge by.

    ``better`` is higher or lower. What should be zero is near its target while it is at most
    ``light_near_zero_pct`` of ``total`` (of 100 for a share); anything else while it reaches
    ``light_near_target_pct`` of the target.
    """
    if is_missing(target):
        return None
    if is_missing(value):
        return "grey"
    if better == "higher":
        if value >= target:
            return "green"
        return "amber" if value >= target * margins["light_near_target_pct"] / 100 else "red"
    if value <= target:
        return "green"
    whole = 100.0 if total is None else total
    return "amber" if value - target <= whole * margins["light_near_zero_pct"] / 100 else "red"


def meaning(margins: Mapping[str, float]) -> list[tuple[str, str]]:
    """The legend: (light, what it means), with the margins in force."""
    near, few = margins["light_near_target_pct"], margins["light_near_zero_pct"]
    return [
        ("green", "达标：达到目标"),
        ("amber", f"接近：达到目标的 {near:g}% 以上；应为零的不超过总数的 {few:g}%"),
        ("red", "未达标：差距更大"),
        ("grey", "未填报"),
    ]
