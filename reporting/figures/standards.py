"""What audits say about each standard of practice that the framework names (RBWM-01)."""

from collections import defaultdict
from dataclasses import dataclass

from qaframework.packs.definition import Standard
from qaframework.rules.statistics import Share, share
from qaframework.tools.models import Answer
from reporting.figures.practice import RANDOM, results
from reporting.figures.scope import Scope

# Questions with these answers ask whether something is as it should be; a plain yes or no can mean either.
JUDGING = ("yes_no_na", "yes_partly_no_na")
YES, NOT_JUDGED = "yes", ("na", "")

AuditedBy = tuple[int, str]


@dataclass(frozen=True)
class StandardMet:
    """``met`` are the audits in which every question about the standard that applied was answered yes."""

    heading: str
    label: str
    met: Share


def standard_figures(scope: Scope) -> tuple[StandardMet, ...]:
    """In the order of the framework, in one query; none where it maps no question to a standard.

    Audits drawn at random and handed in in the period. Each audit counts once for a standard, however many
    questions look at it, so that the interval holds.
    """
    asked = _asked(scope)
    if not any(asked.values()):
        return ()
    answers = _answers(scope, {question for pairs in asked.values() for _, question in pairs})
    return tuple(_met(one, asked[one.key], answers) for one in scope.pack.standards if asked[one.key])


def _asked(scope: Scope) -> dict[str, set[tuple[str, str]]]:
    """The judging questions about each standard: key of the tool and of the question."""
    tools = scope.version.content["tools"]
    used = {scope.pack.activity(key).tool for key in scope.graded_activities}
    judging = {
        (tool, question["key"])
        for tool in used
        for section in tools[tool]["sections"]
        for question in section["questions"]
        if question["type"] in JUDGING
    }
    return {
        standard.key: judging & {(tool, key) for tool, keys in standard.questions.items() for key in keys}
        for standard in scope.pack.standards
    }


def _answers(scope: Scope, questions: set[str]) -> dict[AuditedBy, dict[str, str]]:
    """What was answered, by audit and tool."""
    months = [month.key for month in scope.period.months]
    audited = results(scope).filter(month__in=months, selection=RANDOM).order_by()
    found = Answer.objects.filter(
        answer_set__in=audited.values("audit__answer_set"), question_key__in=questions
    )
    answers: dict[AuditedBy, dict[str, str]] = defaultdict(dict)
    rows = found.order_by().values_list(
        "answer_set", "answer_set__tool_version__tool__key", "question_key", "value"
    )
    for answer_set, tool, question, value in rows:
        answers[answer_set, tool][question] = value
    return answers


def _met(
    standard: Standard, pairs: set[tuple[str, str]], answers: dict[AuditedBy, dict[str, str]]
) -> StandardMet:
    met = judged = 0
    for (_, tool), said in answers.items():
        values = [value for question, value in said.items() if (tool, question) in pairs]
        applied = [value for value in values if value not in NOT_JUDGED]
        judged += bool(applied)
        met += bool(applied) and all(value == YES for value in applied)
    return StandardMet(standard.heading, standard.label, share(met, judged))
