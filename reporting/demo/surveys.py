"""What auditors and practitioners of the demonstration said about audits that are over."""

from random import Random
from typing import Any

from qaframework.tools.definition import Question, QuestionType
from qaframework.tools.models import Survey, SurveyInvitation
from qaframework.tools.surveys.workflow import added_up, questions_of
from reporting.demo.answers import words
from reporting.demo.story import Story

SHARE_THAT_ANSWERS, SHARE_THAT_WRITES = 0.6, 0.2
MINUTES = {Survey.Role.WORKER: (45, 150), Survey.Role.AUDITOR: (120, 270)}


def answer_past_surveys(story: Story) -> None:
    """Most of those who were asked long enough ago have answered; who can answer still is left to do so."""
    chance = Random(f"{story.seed}:{story.version.framework.key}:surveys")
    surveys = Survey.objects.filter(framework_version__framework=story.version.framework)
    used: list[int] = []
    changed = list(surveys.select_related("tool_version").order_by("period", "activity", "role"))
    for survey in changed:
        over = survey.invitations.filter(closes_on__lt=story.today).order_by("pk")
        answering = [one.pk for one in over if chance.random() < SHARE_THAT_ANSWERS]
        used += answering
        survey.answered = len(answering)
        definition = survey.tool_version.definition
        for _ in answering:
            said = {one.key: _said(chance, one, survey.role) for one in questions_of(definition)}
            given = {key: value for key, value in said.items() if value is not None}
            survey.tallies = added_up(definition, survey.tallies, given)
    Survey.objects.bulk_update(changed, ["answered", "tallies"])
    SurveyInvitation.objects.filter(pk__in=used).update(is_used=True)


def _said(chance: Random, question: Question, role: str) -> Any:
    """None where somebody leaves the question out."""
    if question.type in (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT):
        return chance.choice(words()["better_audits"]) if chance.random() < SHARE_THAT_WRITES else None
    if question.type is QuestionType.SCALE:
        return chance.choice((4, 5, 6, 7, 7, 8, 8, 8, 9, 9, 10))
    if question.type is QuestionType.NUMBER:
        least, most = MINUTES[Survey.Role(role)]
        return chance.randrange(least, most, 5)
    weights = [6, 2, 1, 1][: len(question.options)]
    return chance.choices(question.option_keys[: len(weights)], weights)[0]
