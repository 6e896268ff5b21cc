"""Alerts and disputes of the last months, settled, answered and late; where a framework has them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from qaframework.actions import workflow as actions
from qaframework.actions.models import Challenge
from qaframework.caseload.models import Case, CaseStatus
from qaframework.people.models import User
from qaframework.rules.working_days import local_date
from reporting.demo.story import Story

WRITTEN = Path(__file__).with_name("challenges.yaml")

Entry = dict[str, Any]


def raise_challenges(story: Story) -> None:
    """Those of the file about cases of units for which the framework holds."""
    if not story.pack.challenges.kinds:
        return
    for entry in yaml.safe_load(WRITTEN.read_text(encoding="utf-8")):
        case = _case(story, entry["team"])
        if case is not None:
            _live_through(story, entry, case)


def _live_through(story: Story, entry: Entry, case: Case) -> None:
    kinds = story.pack.challenges.kinds
    kind = kinds.get(entry["kind"]) or next(iter(kinds.values()))
    officer = _holder(story, entry["officer"])
    challenge = actions.raise_challenge(
        case=case,
        framework_version=story.version,
        kind=kind.key,
        themes=entry["themes"],
        what=entry["what"],
        wanted=entry["wanted"],
        is_urgent=entry.get("is_urgent", False) and kind.urgent_stage > 1,
        by=officer,
        now=_at(story, entry["days_ago"]),
    )
    before = challenge.raised_at
    for step in entry.get("steps", ()):
        # A weekend may bring two steps to one day: they keep their order.
        before = max(_at(story, step["days_ago"]), before + timedelta(minutes=40))
        _take(story, challenge, step, officer, before)
    days_ago = entry.get("supervision_days_ago")
    if days_ago is not None and challenge.rules.in_supervision and challenge.worker is not None:
        at = _at(story, days_ago)
        actions.follow_up_in_supervision(
            challenge=challenge, followed_up_on=local_date(at), by=challenge.worker, now=at
        )


def _take(story: Story, challenge: Challenge, step: Entry, officer: User, at: datetime) -> None:
    if answer := step.get("answer"):
        manager = story.holder(challenge.asked_post)
        assert manager is not None
        actions.answer_challenge(challenge=challenge, by=manager, now=at, **answer)
    elif settle := step.get("settle"):
        outcome, difference = settle["outcome"], settle["difference"]
        actions.settle_challenge(
            challenge=challenge, outcome=outcome, difference_made=difference, by=officer, now=at
        )
    else:
        becomes_serious = "serious" in step and challenge.rules.becomes
        go_on = actions.make_serious if becomes_serious else actions.take_further
        reason = step.get("serious") or step["further"]
        go_on(challenge=challenge, seen_clock=challenge.clock_id, reason=reason, by=officer, now=at)


def _case(story: Story, team: str) -> Case | None:
    """An open case of the team that no other entry is about and that nobody needs a clearance for."""
    taken = set(Challenge.objects.values_list("case", flat=True))
    for case in story.cases.values():
        fits = case.unit is not None and case.unit.code == team and case.status == CaseStatus.OPEN
        if fits and case.worker is not None and not case.is_restricted and case.pk not in taken:
            return case
    return None


def _holder(story: Story, code: str) -> User:
    post = next(post for post in story.organisation.posts.values() if post.code == code)
    holder = story.holder(post)
    assert holder is not None
    return holder


def _at(story: Story, days_ago: int) -> datetime:
    return story.moment(story.today - timedelta(days=days_ago))
