"""Asking people what an audit was like, and adding up what they say so that nobody can be told from it.

Neither the invitation nor what is said has a history: its moments and its order would tell who said what.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from qaframework.caseload.models import Case
from qaframework.packs.definition import SurveyRule
from qaframework.packs.models import FrameworkVersion
from qaframework.people.calendar import working_calendar
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import due_date
from qaframework.rules.periods import Quarter
from qaframework.rules.working_days import local_date
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import Question, ToolDefinition
from qaframework.tools.models import AnswerSet, Survey, SurveyInvitation
from qaframework.tools.values import NUMBERS, check_value, plain_number
from qaframework.tools.workflow import tool_version_of

ANSWERED = "You have answered this already. Thank you."
CLOSED = "The time for answering is over. Thank you all the same."


@transaction.atomic
def invite(
    *,
    answer_set: AnswerSet,
    framework_version: FrameworkVersion,
    activity: str,
    people: Mapping[str, User | None],
    label: str,
    case: Case | None,
    now: datetime,
) -> list[SurveyInvitation]:
    """Ask people, by the role in which they took part, what their work was like, where the framework does so.

    Nobody is asked twice about the same work. ``label`` is how the work is named in lists.
    """
    rule = framework_version.pack.survey_rule
    if rule is None:
        return []
    today, invited = local_date(now), []
    asked: set[int] = set()
    for role, person in people.items():
        if person is None or not person.is_active or person.pk in asked:
            continue
        asked.add(person.pk)
        invited.append(
            SurveyInvitation(
                survey=_survey(framework_version, rule, activity, role, today),
                answer_set=answer_set,
                person=person,
                label=label[:200],
                case=case,
                closes_on=due_date(today, rule.open_for, working_calendar()),
            )
        )
    return SurveyInvitation.objects.bulk_create(invited)


@transaction.atomic
def answer_survey(
    *, invitation: SurveyInvitation, answers: Mapping[str, Any], by: User, now: datetime
) -> None:
    """Add what the person says to what others of their role said; from then on nobody can tell it apart.

    ``answers`` are values by question key, as ``tools.values`` has them; blank ones do not count. Raises
    Refused for anybody else, a second time, after the last day, and when a question is not answered that has
    to be.
    """
    if by.pk != invitation.person_id:
        raise Refused("Somebody else is asked here.")
    if local_date(now) > invitation.closes_on:
        raise Refused(CLOSED)
    if not SurveyInvitation.objects.filter(pk=invitation.pk, is_used=False).update(is_used=True):
        raise Refused(ANSWERED)
    # Who answers at the same moment waits here.
    survey = Survey.objects.select_for_update(no_key=True).get(pk=invitation.survey_id)
    definition = survey.tool_version.definition
    given = {key: value for key, value in answers.items() if not is_blank(value)}
    for question in questions_of(definition):
        check_value(question, given.get(question.key, ""))
        if question.required and question.key not in given:
            raise Refused("Answer every question that is not optional.")
    Survey.objects.filter(pk=survey.pk).update(
        answered=F("answered") + 1, tallies=added_up(definition, survey.tallies, given)
    )


def questions_of(definition: ToolDefinition) -> list[Question]:
    """All questions of a survey's form, in order."""
    return [question for section in definition.sections for question in section.questions]


def added_up(
    definition: ToolDefinition, tallies: Mapping[str, Mapping[str, int]], given: Mapping[str, Any]
) -> dict[str, dict[str, int]]:
    """The tallies with one more person's answers, in the order of their keys and so not of their coming."""
    added = {key: dict(counts) for key, counts in tallies.items()}
    for question in questions_of(definition):
        if question.key not in given:
            continue
        value, counts = given[question.key], added.setdefault(question.key, {})
        answer = plain_number(value) if question.type in NUMBERS else str(value)
        counts[answer] = counts.get(answer, 0) + 1
    return {key: dict(sorted(counts.items())) for key, counts in sorted(added.items())}


def _survey(version: FrameworkVersion, rule: SurveyRule, activity: str, role: str, today: date) -> Survey:
    quarter = Quarter.of(today, version.pack.year_starts_in)
    key = {"framework_version": version, "activity": activity, "period": quarter.key, "role": role}
    there = Survey.objects.filter(**key).first()
    if there is not None:
        return there
    made, _ = Survey.objects.get_or_create(
        **key,
        defaults={
            "tool_version": tool_version_of(version, rule.tool),
            "closes_on": due_date(quarter.end, rule.open_for, working_calendar()),
        },
    )
    return made
