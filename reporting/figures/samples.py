"""What dip samples of finished work have found: all that were handed in in the period (BED-17, SAN-37)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from audits.dip_samples import ChoiceResult, QuestionResult, choices, results
from audits.models import DipSample, SampledRecord
from qaframework.allocation.models import Assignment
from qaframework.caseload.access import hidden_cases
from qaframework.tools.definition import ToolDefinition, row_key, split_row_key
from qaframework.tools.models import Answer, AnswerSet
from reporting.figures.scope import Scope

Row = tuple[int, int]


@dataclass(frozen=True)
class SampleFigures:
    """Of one kind of dip sample: how many were handed in, how many records they looked at, and what was
    found in these."""

    label: str
    samples: int
    records: int
    questions: tuple[QuestionResult, ...]
    choices: tuple[ChoiceResult, ...]


def sample_figures(scope: Scope) -> tuple[SampleFigures, ...]:
    """In the order of the framework, for work whose sample the program draws; none without such work.

    Records about a case that is restricted and not for the reader are left out.
    """
    kinds = {key: one for key, one in scope.pack.activities.items() if one.sample is not None}
    if not kinds:
        return ()
    sets = _handed_in(scope, kinds)
    answers, hidden = _answers(sets), _hidden_rows(scope, sets)
    found = []
    for activity, one in kinds.items():
        forms = {key: form for key, (of, form) in sets.items() if of == activity}
        found.append(_figures(one.label, forms, answers, hidden))
    return tuple(found)


def _handed_in(scope: Scope, kinds: Iterable[str]) -> dict[int, tuple[str, ToolDefinition]]:
    """The activity and the form of each dip sample, by its answers, the newest form last.

    The quality assurance team, which may serve several frameworks, stands in none of their units.
    """
    samples = DipSample.objects.filter(
        Q() if scope.is_whole else scope.of_units("assignment__unit"),
        assignment__programme__framework=scope.framework_id,
        assignment__activity__in=list(kinds),
        assignment__state__in=Assignment.DONE_STATES,
        assignment__submitted_at__range=(scope.first_moment, scope.last_moment),
    )
    activity_of = dict(samples.order_by().values_list("answer_set", "assignment__activity"))
    sets = AnswerSet.objects.filter(pk__in=samples.order_by().values("answer_set"))
    related = sets.select_related("tool_version").defer("tool_version__content")
    return {
        one.pk: (activity_of[one.pk], one.tool_version.definition)
        for one in related.order_by("tool_version__number", "pk")
    }


def _answers(sets: Iterable[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {key: {} for key in sets}
    rows = Answer.objects.filter(answer_set__in=list(found)).order_by()
    for answer_set, question, value in rows.values_list("answer_set", "question_key", "value"):
        found[answer_set][question] = value
    return found


def _hidden_rows(scope: Scope, sets: Iterable[int]) -> set[Row]:
    """Rows, by their answers and number, about cases that do not count for the reader."""
    hidden = hidden_cases(scope.reader, scope.on).order_by().values("pk")
    records = SampledRecord.objects.filter(draw__sample__answer_set__in=list(sets), case__in=hidden)
    return set(records.order_by().values_list("draw__sample__answer_set", "position"))


def _figures(
    label: str,
    forms: Mapping[int, ToolDefinition],
    answers: Mapping[int, Mapping[str, Any]],
    hidden: set[Row],
) -> SampleFigures:
    """The rows of all samples are numbered through, as if they were one. ``forms`` are by their answers."""
    numbers: dict[Row, int] = {}
    values = {}
    for answer_set in forms:
        for key, value in answers[answer_set].items():
            question, row = split_row_key(key)
            if (answer_set, row) not in hidden:
                number = numbers.setdefault((answer_set, row), len(numbers) + 1)
                values[row_key(question, number)] = value
    newest = list(forms.values())[-1:]
    return SampleFigures(
        label=label,
        samples=len(forms),
        records=len(numbers),
        questions=tuple(result for form in newest for result in results(form, values)),
        choices=tuple(choice for form in newest for choice in choices(form, values)),
    )
