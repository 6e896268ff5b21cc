"""Who leads, what practice is held to and what it is looked at for, in plain words."""

from calendar import day_name, month_name
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from qaframework.packs.definition import LeadershipGroup, Pack, Standard, Theme
from qaframework.packs.wording import Fact, in_a_list, recipients, report_label
from qaframework.rules.cadence import Cadence

ORDINALS = ("", "first", "second", "third", "fourth")

Row = list[str]


def chooser_label(pack: Pack, key: str) -> str:
    """A role or a group by its name."""
    return pack.groups[key].label if key in pack.groups else pack.role_label(key)


def group_facts(pack: Pack, group: LeadershipGroup) -> list[Fact]:
    """Who sits on a group, how often it meets, and which reports it gets."""
    gets = [report_label(report) for report in pack.reports if group.key in report.groups]
    rows = [
        ("What it does", group.note),
        ("How many", f"One in each {group.for_each}" if group.for_each else ""),
        ("Chaired by", pack.role_label(group.chair) if group.chair else ""),
        ("Members", recipients(pack, group.members)),
        ("Meets", cadence_text(group.meets) if group.meets else "The framework does not say how often"),
        ("Gets", in_a_list(gets).capitalize()),
        ("Clauses", ", ".join(group.clauses)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def cadence_text(cadence: Cadence) -> str:
    """For instance “Every two months, from May, on the third Wednesday”."""
    parts = [f"Every {cadence.every}"]
    if cadence.in_month:
        parts.append(f"with a meeting in {month_name[cadence.in_month]}")
    if cadence.weekday is not None and cadence.every.weeks:
        parts.append(f"on a {day_name[cadence.weekday]}")
    elif cadence.weekday is not None:
        parts.append(f"on the {ORDINALS[cadence.week or 1]} {day_name[cadence.weekday]} of the month")
    elif cadence.week is not None:
        parts.append(f"in week {cadence.week} of the month")
    return ", ".join(parts)


def cycle_rows(pack: Pack) -> list[Row]:
    """Week, what is done, who sees to it, clauses."""
    return [
        [
            _weeks(step.first_week, step.last_week),
            step.label,
            pack.role_label(step.by),
            ", ".join(step.clauses),
        ]
        for step in pack.cycle
    ]


def theme_rows(pack: Pack, activity: str = "") -> list[Row]:
    """Theme, work, when, where, note, clauses, of all themes or those of one activity."""
    return [
        [
            theme_label(pack, theme),
            in_a_list([pack.activity(key).label for key in theme.activities]),
            _months(theme),
            _where(theme),
            " ".join(part for part in (theme.note, _narrative(theme)) if part) or "–",
            ", ".join(theme.clauses) or "–",
        ]
        for theme in pack.themes
        if not activity or activity in theme.activities
    ]


def _where(theme: Theme) -> str:
    if theme.for_each:
        return f"Each {theme.for_each} has its own"
    return in_a_list([f"unit {code}" for code in theme.units]).capitalize() or "Everywhere"


def _narrative(theme: Theme) -> str:
    if theme.narrative_within is None:
        return ""
    return (
        "The service and the quality assurance team agree on what was found within "
        f"{theme.narrative_within} of the end of the month."
    )


def theme_label(pack: Pack, theme: Theme) -> str:
    if not theme.label:
        return f"To be chosen by: {chooser_label(pack, theme.chosen_by)}"
    return theme.label


def standards_by_heading(pack: Pack, tools: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Heading, and for each standard its words, its clauses and the questions that look at it.

    ``tools`` are those of the version, as written.
    """
    return [
        (
            heading,
            [
                {"standard": standard, "looked_at": list(_looked_at(standard, tools))}
                for standard in standards
            ],
        )
        for heading, standards in groupby(pack.standards, key=lambda standard: standard.heading)
    ]


def _looked_at(standard: Standard, tools: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The name of each tool with its questions that look at the standard."""
    for key, asked in standard.questions.items():
        tool = tools[key]
        questions = [question for section in tool["sections"] for question in section["questions"]]
        texts = {question["key"]: question["text"] for question in (*tool.get("indicators", ()), *questions)}
        yield tool["name"], [texts[question] for question in asked]


def _weeks(first: int, last: int) -> str:
    return f"Week {first}" if first == last else f"Weeks {first} to {last}"


def _months(theme: Theme) -> str:
    names: Sequence[str] = [month_name[month] for month in theme.months]
    return "All year" if len(names) == 12 else in_a_list(names)
