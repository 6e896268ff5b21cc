"""What people said after audits: shown only of many together, and only once nobody can answer any more.

Every group is apart from every other and there are no totals over several of them, and a group is shown when
it can no longer grow. So no two figures can be taken from each other to find what one person said.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet

from qaframework.packs.models import Framework
from qaframework.rules.periods import Quarter
from qaframework.tools.definition import Question, QuestionType
from qaframework.tools.models import Survey, SurveyInvitation
from qaframework.tools.surveys.workflow import questions_of
from qaframework.tools.values import CHOICES

FEWEST = 5
APART = ("framework_version__framework", "activity", "period", "role")
WORDS = (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT)
LARGE = ("framework_version__content", "tool_version__content")


@dataclass(frozen=True)
class Said:
    """What was said on one question. ``shares`` are the answers with how many in a hundred gave each, to
    whole numbers; ``median`` is of numbers and scales, ``texts`` in the order of the alphabet."""

    question: Question
    answered: int
    shares: list[tuple[str, int]]
    median: float | None
    texts: list[str]

    @property
    def is_in_words(self) -> bool:
        return self.question.type in WORDS


@dataclass(frozen=True)
class Group:
    """One role after audits of one kind that became final in one quarter, under all versions of the rules.

    ``answered`` is None, and ``said`` empty, while people can still answer and where fewer than ``FEWEST``
    people have, some of them perhaps after several audits: ``why_hidden`` says which. ``shown_from`` is the
    first day on which nobody can answer any more.
    """

    framework: Framework
    activity: str
    label: str
    quarter: Quarter
    role: str
    asked: int
    answered: int | None
    minutes: float | None
    said: list[Said]
    shown_from: date
    why_hidden: str


def groups_of(surveys: QuerySet[Survey], today: date) -> list[Group]:
    """The surveys by kind of work, quarter and role, the newest quarter first. Two queries."""
    used = SurveyInvitation.objects.filter(survey__in=surveys.order_by().values("pk"), is_used=True)
    by_group = used.order_by().values_list(*(f"survey__{name}" for name in APART))
    people = {tuple(key): n for *key, n in by_group.annotate(n=Count("person", distinct=True))}
    together: dict[tuple[int, str, str, str], list[Survey]] = {}
    related = surveys.select_related("framework_version__framework", "tool_version").defer(*LARGE)
    for one in related.annotate(asked=Count("invitations")).order_by("framework_version__number"):
        key = (one.framework_version.framework_id, one.activity, one.period, one.role)
        together.setdefault(key, []).append(one)
    groups = [_group(ones, people.get(key, 0), today) for key, ones in together.items()]
    return sorted(
        groups, key=lambda one: (-one.quarter.start.toordinal(), one.framework.name, one.label, one.role)
    )


def _group(surveys: Sequence[Any], people: int, today: date) -> Group:
    newest = surveys[-1]
    version, pack = newest.framework_version, newest.framework_version.pack
    closes_on = max(one.closes_on for one in surveys)
    answered = sum(one.answered for one in surveys)
    hidden = "running" if today <= closes_on else "few" if people < FEWEST else ""
    said = [] if hidden else _said(surveys)
    rule = pack.survey_rule
    minutes = next((one.median for one in said if rule and one.question.key == rule.minutes), None)
    return Group(
        framework=version.framework,
        activity=newest.activity,
        label=pack.activity(newest.activity).label,
        quarter=Quarter.parse(newest.period, pack.year_starts_in),
        role=newest.get_role_display(),
        asked=sum(one.asked for one in surveys),
        answered=None if hidden else answered,
        minutes=minutes,
        said=said,
        shown_from=date.fromordinal(closes_on.toordinal() + 1),
        why_hidden=hidden,
    )


def _said(surveys: Sequence[Survey]) -> list[Said]:
    """By the questions of the newest form; earlier answers to the same question count with them."""
    counts: dict[str, Counter[str]] = {}
    for one in surveys:
        for key, answers in one.tallies.items():
            counts.setdefault(key, Counter()).update(answers)
    questions = questions_of(surveys[-1].tool_version.definition)
    return [_of_question(question, counts.get(question.key, Counter())) for question in questions]


def _of_question(question: Question, counts: Counter[str]) -> Said:
    answered = counts.total()
    if answered < FEWEST:
        return Said(question, answered, [], None, [])
    if question.type in CHOICES:
        shares = [(one.label, round(100 * counts[one.key] / answered)) for one in question.options]
        return Said(question, answered, shares, None, [])
    if question.type in WORDS:
        return Said(question, answered, [], None, sorted(counts.elements(), key=str.casefold))
    numbers = sorted(float(number) for number in counts.elements())
    shares = _shares_of_scale(question, counts) if question.type is QuestionType.SCALE else []
    return Said(question, answered, shares, median(numbers), [])


def _shares_of_scale(question: Question, counts: Counter[str]) -> list[tuple[str, int]]:
    words = dict(question.anchors)
    points = range(int(question.minimum or 0), int(question.maximum or 0) + 1)
    return [
        (
            f"{point} – {words[point]}" if point in words else str(point),
            round(100 * counts[str(point)] / counts.total()),
        )
        for point in points
        if counts[str(point)]
    ]
