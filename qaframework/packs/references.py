"""Slips inside a pack that its schema cannot see: names that lead nowhere, keys twice, parts that do not fit.

Everything here is lenient about the shape of what it reads: the schema has its own say about that, and all
mistakes are to be found in one go.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from qaframework.people.roles import ROLES
from qaframework.rules.quotas import Per

# (place in the file, problem, what would be right)
Slip = tuple[str, str, str]

RELATIVE_RECIPIENTS = ("owner", "line_manager")
RESERVED_QUESTIONS = ("row_ref",)
RESERVED_SECTIONS = ("indicators",)


def framework_slips(framework: Any, tools: Mapping[str, Any]) -> Iterator[Slip]:
    if not isinstance(framework, dict):
        return
    yield from _date_slips(framework)
    for name in ("roles", "grade_schemes", "ladders", "activities"):
        yield from _repeated(name, _keys(framework, name))
    yield from _unknown("roles", _keys(framework, "roles"), ROLES, "role of the product")
    yield from _scheme_slips(framework)
    yield from _recipient_slips(framework)
    for activity in _entries(framework, "activities"):
        yield from _activity_slips(activity, framework, tools)
    yield from quota_slips(framework)
    yield from _rule_slips(framework)


def tool_slips(file_key: str, tool: Any, framework: Any) -> Iterator[Slip]:
    if not isinstance(tool, dict):
        return
    if tool.get("key") != file_key:
        yield (
            "key",
            f"The file is called {file_key}.yaml and its key is “{tool.get('key')}”.",
            "Make both equal.",
        )
    scheme = tool.get("grade_scheme")
    if scheme is not None and isinstance(framework, dict):
        yield from _unknown("grade_scheme", [scheme], _keys(framework, "grade_schemes"), "grade scheme")
    if scheme is None and _is_graded(tool):
        yield "grade_scheme", "Something here is graded and there is no scale.", "Name one, or grade nothing."
    rows = tool.get("rows")
    if isinstance(rows, dict) and _wrong_way_round(rows):
        yield "rows", "The least number of rows is above the largest.", "minimum at most maximum."
    yield from _question_slips(tool)


def _question_slips(tool: Mapping[str, Any]) -> Iterator[Slip]:
    sections = _entries(tool, "sections")
    questions = [question for section in sections for question in _entries(section, "questions")]
    yield from _repeated("sections", [section.get("key") for section in sections])
    yield from _repeated(
        "questions", [question.get("key") for question in [*_entries(tool, "indicators"), *questions]]
    )
    for key in [section.get("key") for section in sections]:
        if key in RESERVED_SECTIONS:
            yield f"sections › {key}", f"“{key}” is used by the product.", "Choose another key."
    for question in questions:
        place = f"questions › {question.get('key')}"
        if question.get("key") in RESERVED_QUESTIONS:
            yield place, f"“{question.get('key')}” is used by the product.", "Choose another key."
        if _wrong_way_round(question):
            yield place, "The least answer is not below the largest.", "minimum below maximum."
        yield from _repeated(place, [option.get("key") for option in _entries(question, "options")])


def _date_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    day = framework.get("effective_from")
    try:
        date.fromisoformat(str(day))
    except ValueError:
        yield (
            "effective_from",
            f"“{day}” is not a day of the calendar.",
            "A day such as 2026-04-01.",
        )


def _scheme_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    for scheme in _entries(framework, "grade_schemes"):
        place, grades = f"grade_schemes › {scheme.get('key')}", _keys(scheme, "grades")
        yield from _repeated(place, grades)
        threshold = scheme.get("good_or_better")
        if isinstance(threshold, int) and threshold >= max(len(grades), 1):
            yield (
                f"{place} › good_or_better",
                f"{threshold} leaves no grade that is not good.",
                f"1 to {len(grades) - 1}.",
            )


def _recipient_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    roles = _keys(framework, "roles")
    for ladder in _entries(framework, "ladders"):
        for number, rung in enumerate(_entries(ladder, "rungs"), 1):
            place = f"ladders › {ladder.get('key')} › step {number} › recipients"
            yield from _unknown(
                place, _texts(rung, "recipients"), [*roles, *RELATIVE_RECIPIENTS], "recipient"
            )
    for number, report in enumerate(_entries(framework, "reports"), 1):
        yield from _unknown(f"reports › {number} › recipients", _texts(report, "recipients"), roles, "role")


def _activity_slips(
    activity: Mapping[str, Any], framework: Mapping[str, Any], tools: Mapping[str, Any]
) -> Iterator[Slip]:
    place = f"activities › {activity.get('key')}"
    ladders, schemes = _keys(framework, "ladders"), _keys(framework, "grade_schemes")
    scheme = activity.get("grade_scheme")
    moderation, extension = _part(activity, "moderation"), _part(activity, "extension")
    yield from _unknown(f"{place} › tool", [activity.get("tool")], tools, "tool of the pack")
    yield from _unknown(f"{place} › grade_scheme", [scheme], schemes, "grade scheme")
    yield from _unknown(f"{place} › ladder", [activity.get("ladder")], ladders, "ladder")
    yield from _unknown(f"{place} › moderation › ladder", [moderation.get("ladder")], ladders, "ladder")
    grades = _grades(framework, scheme)
    yield from _unknown(f"{place} › moderation › all_of", _texts(moderation, "all_of"), grades, "grade")
    roles = _keys(framework, "roles")
    yield from _unknown(f"{place} › extension › decided_by", [extension.get("decided_by")], roles, "role")
    yield from _fit_slips(place, activity, framework, tools)


def _fit_slips(
    place: str, activity: Mapping[str, Any], framework: Mapping[str, Any], tools: Mapping[str, Any]
) -> Iterator[Slip]:
    """Parts that are each right and do not go together."""
    tool = tools.get(str(activity.get("tool")))
    scheme = activity.get("grade_scheme")
    if isinstance(tool, dict) and scheme is not None and tool.get("grade_scheme") != scheme:
        yield f"{place} › grade_scheme", "The tool is graded on another scale.", "The same scale in both."
    if activity.get("lead_time") and not activity.get("draw"):
        yield (
            f"{place} › lead_time",
            "Only work with a draw is given out ahead; other work begins with its month.",
            "Leave it out, or add a draw.",
        )
    if isinstance(tool, dict) and activity.get("kind") == "dip_sample" and not tool.get("rows"):
        yield f"{place} › tool", "A dip sample needs a tool with rows.", "Give the tool rows."
    if activity.get("opens_loop") is True and not framework.get("loop"):
        yield (
            f"{place} › opens_loop",
            "The framework has no rule for closing the loop.",
            "Add one, or false.",
        )
    if activity.get("opens_loop") is True and scheme is None:
        yield (
            f"{place} › opens_loop",
            "Work without a grade cannot open a loop.",
            "Add grade_scheme, or false.",
        )


def quota_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Quotas for roles or activities that the framework does not have, or there twice."""
    quotas = _entries(framework, "quotas")
    roles, activities = _keys(framework, "roles"), _keys(framework, "activities")
    for quota in quotas:
        place = f"quotas › {quota.get('role')}, {quota.get('activity')}"
        yield from _unknown(place, [quota.get("role")], roles, "role")
        yield from _unknown(place, [quota.get("activity")], activities, "activity")
        yield from _amount_slips(place, quota)
    yield from _repeated("quotas", [_quota_name(quota) for quota in quotas])
    yield from _shared_quota_slips(framework)
    for volume in _entries(framework, "expected_volumes"):
        yield from _unknown("expected_volumes", [volume.get("activity")], activities, "activity")


def _shared_quota_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Also roles that owe an activity both each for themselves and between them: one of them must go."""
    each = {(quota.get("role"), quota.get("activity")) for quota in _entries(framework, "quotas")}
    for quota in _entries(framework, "shared_quotas"):
        roles, activity = _texts(quota, "roles"), quota.get("activity")
        place = f"shared_quotas › {activity}"
        yield from _unknown(place, roles, _keys(framework, "roles"), "role")
        yield from _unknown(place, [activity], _keys(framework, "activities"), "activity")
        yield from _amount_slips(place, quota)
        for role in roles:
            if (role, activity) in each:
                yield (
                    place,
                    f"“{role}” has a quota of its own for it.",
                    "Either a quota of its own or a share.",
                )


def _amount_slips(place: str, quota: Mapping[str, Any]) -> Iterator[Slip]:
    ways = [name for name in ("amount", "amounts", "months") if name in quota]
    if len(ways) != 1:
        said = f"{', '.join(ways)} stand side by side." if ways else "No number is given."
        yield place, said, "One of amount, amounts or months."
    if "months" in quota and quota.get("per", "month") != "month":
        yield f"{place} › per", "Numbers by month are for months.", "month, or leave it out."
    per, amounts = quota.get("per", "quarter"), quota.get("amounts")
    if isinstance(amounts, list) and per in list(Per) and len(amounts) != Per(per).stretches:
        yield (
            f"{place} › amounts",
            f"There are {len(amounts)} numbers.",
            f"{Per(per).stretches}, one for each {per} of the year.",
        )


def _quota_name(quota: Mapping[str, Any]) -> str:
    return ", ".join(str(quota[part]) for part in ("role", "activity", "unit") if quota.get(part))


def _rule_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    roles, ladders = _keys(framework, "roles"), _keys(framework, "ladders")
    actions, loop = _part(framework, "actions"), _part(framework, "loop")
    concern = _part(framework, "concern")
    all_grades = {
        grade for scheme in _keys(framework, "grade_schemes") for grade in _grades(framework, scheme)
    }
    yield from _unknown("actions › ladder", [actions.get("ladder")], ladders, "ladder")
    yield from _unknown("actions › notify_ladder", [actions.get("notify_ladder")], ladders, "ladder")
    yield from _unknown("concern › ladder", [concern.get("ladder")], ladders, "ladder")
    yield from _unknown("loop › ladder", [loop.get("ladder")], ladders, "ladder")
    yield from _unknown("loop › senior_role", [loop.get("senior_role")], roles, "role")
    yield from _unknown("loop › authorised_by", [loop.get("authorised_by")], roles, "role")
    yield from _unknown("loop › grades", _texts(loop, "grades"), all_grades, "grade")


def _grades(framework: Mapping[str, Any], scheme: Any) -> list[str]:
    return [
        grade
        for entry in _entries(framework, "grade_schemes")
        if entry.get("key") == scheme
        for grade in _keys(entry, "grades")
    ]


def _is_graded(tool: Mapping[str, Any]) -> bool:
    sections = _entries(tool, "sections")
    return (
        _part(tool, "overall").get("graded") is True
        or any(section.get("graded") is True for section in sections)
        or any(
            question.get("type") == "grade"
            for section in sections
            for question in _entries(section, "questions")
        )
    )


def _wrong_way_round(bounds: Mapping[str, Any]) -> bool:
    minimum, maximum = bounds.get("minimum"), bounds.get("maximum")
    if not isinstance(minimum, int | float) or not isinstance(maximum, int | float):
        return False
    return minimum > maximum


def _unknown(place: str, values: Collection[Any], known: Collection[str], what: str) -> Iterator[Slip]:
    for value in values:
        if isinstance(value, str) and value not in known:
            article = "an" if what[0] in "aeiou" else "a"
            allowed = f"Known here: {', '.join(known) or 'none'}."
            yield place, f"“{value}” is not {article} {what}.", allowed


def _repeated(place: str, keys: Collection[Any]) -> Iterator[Slip]:
    for key, count in Counter(key for key in keys if isinstance(key, str)).items():
        if count > 1:
            yield place, f"“{key}” is there {count} times.", "Each once."


def _entries(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    entries = node.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _part(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = node.get(name)
    return part if isinstance(part, dict) else {}


def _keys(node: Mapping[str, Any], name: str) -> list[str]:
    return [entry["key"] for entry in _entries(node, name) if isinstance(entry.get("key"), str)]


def _texts(node: Mapping[str, Any], name: str) -> list[str]:
    texts = node.get(name)
    return [text for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
