"""Alerts and disputes of the invented authority, under the framework that has every kind."""

import pytest

from escalation.models import EscalationStep
from qaframework.actions.models import Challenge, ChallengeAnswer
from reporting.demo.authority import make_demo
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_some_are_settled_some_answered_and_one_is_late() -> None:
    make_demo(framework="windsor", seed="northmoor", now=NOW)
    found = Challenge.objects.all()
    assert {one.kind for one in found} == {"alert", "management_alert", "dispute"}
    assert {one.state for one in found} == {"open", "answered", "settled"}
    assert all(before.answered_at <= after.answered_at for one in found for before, after in _pairs(one))
    late = EscalationStep.objects.filter(clock__kind="challenge", is_reminder=False)
    assert set(late.values_list("name", flat=True)) >= {"A working day late", "A week late"}


def _pairs(challenge: Challenge) -> list[tuple[ChallengeAnswer, ChallengeAnswer]]:
    answers = list(challenge.answers.order_by("pk"))
    return list(zip(answers, answers[1:], strict=False))
