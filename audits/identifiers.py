"""Free text of an audit that may name somebody: shown before submission as a warning, never a refusal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from audits.models import CaseAudit
from audits.readiness import ACTIONS, ANSWERS, JUDGEMENT, anchor_of
from qaframework.rules.identifiers import IN_WORDS, likely_identifiers
from qaframework.tools.definition import QuestionType
from qaframework.tools.values import text_of

JUDGEMENT_TEXTS = {
    "not_involved_reason": "Why not in person",
    "impact": "Difference made for the child",
    "grade_reason": "Reason for the grade",
    "worker_view": "The practitioner's view",
    "unmet_indicators_reason": "Reason despite unmet indicators",
}

TEXTS = frozenset(
    {QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT, QuestionType.THREE_BOXES, QuestionType.ROWS}
)


@dataclass(frozen=True)
class Place:
    """Where a text stands; ``part``, ``section`` and ``anchor`` as of readiness.Problem."""

    label: str
    part: str
    section: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Suspicion:
    """A piece of text that may identify somebody: what it looks like, and where it stands."""

    place: Place
    kind: str
    excerpt: str


def suspicions(audit: CaseAudit, values: Mapping[str, Any], today: date) -> list[Suspicion]:
    """Everything in answers, judgement and actions that looks like a name, number or address. One query."""
    return [
        Suspicion(place, IN_WORDS[finding.kind], finding.excerpt)
        for place, text in _texts(audit, values)
        for finding in likely_identifiers(text, today=today)
    ]


def _texts(audit: CaseAudit, values: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    definition = audit.answer_set.tool_version.definition
    for section in definition.sections:
        for question in section.questions:
            if question.type in TEXTS and question.key in values:
                place = Place(
                    f"{section.title}: {question.text}",
                    ANSWERS,
                    section.key,
                    anchor_of(question, question.key),
                )
                yield place, text_of(question, values[question.key])
    for name, label in JUDGEMENT_TEXTS.items():
        yield Place(label, JUDGEMENT, anchor=f"id_{name}"), getattr(audit, name)
    for action in audit.action_plan.actions.all():
        yield (
            Place(f"Action: {action.what[:60]}", ACTIONS),
            f"{action.what}\n{action.finding}\n{action.measure}",
        )
