"""What the pages of alerts and disputes show: the list, one with its path of stages, and the next step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse

from qaframework.actions.challenge_access import visible_challenges
from qaframework.actions.challenge_forms import ChallengeFilter
from qaframework.actions.models import Challenge, ChallengeAnswer
from qaframework.actions.pages import Facts, NextStep, by_whom
from qaframework.actions.workflow import may_answer, may_follow_up, speaks_for
from qaframework.caseload.models import Case
from qaframework.packs.models import FrameworkVersion
from qaframework.people.directory import holder_of
from qaframework.people.models import Unit, User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.people.templatetags.page import due_in_words, short_date, uk_date, unbroken
from qaframework.rules.working_days import local_date

State = Challenge.State
COLUMNS = ("Alert or dispute", "About", "Raised", "Team", "Where it stands", "Due")
SHOWN = ("framework_version", "case", "unit", "clock")


@dataclass(frozen=True)
class ChallengeList:
    rows: list[list[Any]]
    page: KeysetPage[Challenge]
    filter: ChallengeFilter
    is_narrowed: bool


def challenge_list(user: User, query: QueryDict, now: datetime) -> ChallengeList:
    """One page of those that the person may see, the latest first."""
    today = local_date(now)
    seen = visible_challenges(user, today)
    chosen = _filter(seen, query)
    shown = seen.select_related(*SHOWN)
    page = keyset_page(_narrowed(shown, chosen), moment="raised_at", query=query, newest_first=True)
    rows = [challenge_row(one, today) for one in page.rows]
    return ChallengeList(rows, page, chosen, any(query.get(name) for name in chosen.fields))


def case_rows(user: User, case: Case, today: date) -> list[list[Any]]:
    """All about one case that the person may see, the latest first."""
    found = visible_challenges(user, today).filter(case=case).select_related(*SHOWN)
    return [challenge_row(one, today) for one in found]


def challenge_row(challenge: Challenge, today: date) -> list[Any]:
    due = ""
    if challenge.state in Challenge.RUNNING_STATES and challenge.clock:
        due_on = local_date(challenge.clock.due_at)
        due = f"{unbroken(short_date(due_on))}\n{unbroken(due_in_words(due_on, today))}"
    return [
        {"text": str(challenge), "url": reverse("actions:challenge", args=[challenge.pk])},
        theme_labels(challenge),
        unbroken(short_date(challenge.raised_at)),
        challenge.unit.name,
        challenge_tag(challenge, today),
        due,
    ]


def challenge_tag(challenge: Challenge, today: date) -> dict[str, str]:
    """Where it stands, as a tag; what is past its day says late."""
    clock = challenge.clock
    if challenge.state == State.OPEN and clock and local_date(clock.due_at) < today:
        return {"text": "Late", "status": "late"}
    statuses = {State.OPEN: "open", State.ANSWERED: "submitted", State.SETTLED: "completed"}
    status = statuses.get(State(challenge.state), "withdrawn")
    return {"text": challenge.get_state_display(), "status": status}


def challenge_path(challenge: Challenge, answers: Iterable[ChallengeAnswer]) -> list[dict[str, str]]:
    """Raised, each stage, settled: what lies behind, where it is now, and what may still come."""
    rules = challenge.rules
    answered = {one.stage: one for one in answers if one.kind == challenge.kind}
    is_open, is_closed = challenge.state == State.OPEN, challenge.closed_at is not None
    last = challenge.stage if is_closed else len(rules.stages)
    steps = [{"label": "Raised", "detail": uk_date(challenge.raised_at), "state": "done"}]
    for number in range(challenge.first_stage, last + 1):
        answer = answered.get(number)
        is_now = number == challenge.stage and not is_closed
        detail = ""
        if answer:
            detail = f"answered on {uk_date(answer.answered_at)}"
        elif is_now and is_open and challenge.clock:
            detail = f"answer by {uk_date(challenge.clock.due_at)}"
        elif number < challenge.stage or is_closed:
            detail = "not answered"
        place = "current" if is_now else "done" if number <= challenge.stage else "next"
        steps.append({"label": rules.stage(number).label, "detail": detail, "state": place})
    withdrawn = challenge.state == State.WITHDRAWN
    steps.append(
        {
            "label": "Withdrawn" if withdrawn else "Settled",
            "detail": uk_date(challenge.closed_at),
            "state": "current" if is_closed else "next",
        }
    )
    return steps


def challenge_facts(challenge: Challenge, today: date) -> Facts:
    is_open = challenge.state == State.OPEN
    asked = holder_of(challenge.asked_post, today) if is_open else None
    facts = [
        {"label": "Case", "value": challenge.case.child_ref},
        {"label": "Practitioner", "value": str(challenge.worker or "")},
        {"label": "Team", "value": challenge.unit.name},
        {"label": "About", "value": theme_labels(challenge)},
        {"label": "What is wrong", "value": challenge.what},
        {"label": "What should happen", "value": challenge.wanted},
        {"label": "Raised", "value": by_whom(challenge.raised_by, challenge.raised_at)},
        {"label": "Why at this stage", "value": "The child may not be safe" if challenge.is_urgent else ""},
        {
            "label": "Has to answer",
            "value": f"{asked or 'Vacant'} ({challenge.asked_post})" if is_open else "",
        },
        {"label": "Due", "value": _due(challenge, today)},
        {"label": "Followed up in supervision", "value": _supervision(challenge)},
    ]
    return [fact for fact in facts if fact["value"]]


def outcome_facts(challenge: Challenge) -> Facts:
    """What came out of it and changed for the child; nothing before it is settled or withdrawn."""
    withdrawn = challenge.state == State.WITHDRAWN
    facts = [
        {
            "label": "Withdrawn" if withdrawn else "Settled",
            "value": by_whom(challenge.closed_by, challenge.closed_at),
        },
        {"label": "Why" if withdrawn else "What came out of it", "value": challenge.closing_note},
        {"label": "What has changed for the child", "value": challenge.difference_made},
    ]
    return [fact for fact in facts if fact["value"]]


def answer_facts(answer: ChallengeAnswer) -> Facts:
    late = answer.answered_at > answer.due_at
    answered = by_whom(answer.by, answer.answered_at)
    return [
        {"label": "Answered", "value": f"{answered} (due {uk_date(answer.due_at)})" if late else answered},
        {"label": "What was found", "value": answer.found},
        {"label": "What is done", "value": answer.done},
        {"label": "With what was raised", "value": answer.get_agreed_display()},
    ]


def answers_shown(challenge: Challenge, answers: Iterable[ChallengeAnswer]) -> list[tuple[str, Facts]]:
    """Each answer under the name of its kind and stage."""
    kinds = challenge.framework_version.pack.challenges.kinds
    return [
        (f"{kinds[one.kind].label}: {kinds[one.kind].stage(one.stage).label}", answer_facts(one))
        for one in answers
    ]


def challenge_steps(challenge: Challenge, user: User, today: date) -> list[NextStep]:
    """What this person may do with it now, the likeliest first."""
    rules, steps = challenge.rules, []
    is_open, is_answered = challenge.state == State.OPEN, challenge.state == State.ANSWERED
    if is_open and may_answer(user, challenge, today):
        steps.append(NextStep("challenge_answer", "Answer"))
    if speaks_for(user, challenge, today) and (is_open or is_answered):
        if is_answered:
            steps.append(NextStep("challenge_settle", "It is settled"))
        if challenge.stage < len(rules.stages):
            steps.append(NextStep("challenge_further", "Take it to the next stage", can_wait=is_open))
        if becomes := challenge.framework_version.pack.challenges.kinds.get(rules.becomes):
            steps.append(NextStep("challenge_serious", f"Make it a {becomes.label.lower()}", can_wait=True))
        steps.append(NextStep("challenge_withdraw", "Withdraw", can_wait=True))
    may_record = rules.in_supervision and challenge.supervision_on is None
    if may_record and challenge.state != State.WITHDRAWN and may_follow_up(user, challenge, today):
        steps.append(NextStep("challenge_supervision", "Record the talk in supervision", can_wait=True))
    return steps


def waits_for(challenge: Challenge, today: date) -> str:
    """One sentence: what comes next and from whom."""
    due = uk_date(challenge.clock.due_at) if challenge.clock else ""
    if challenge.state == State.OPEN:
        who = holder_of(challenge.asked_post, today) or f"whoever stands in for {challenge.asked_post.title}"
        return f"Waits for an answer from {who}, by {due}."
    if challenge.state == State.ANSWERED:
        who = holder_of(challenge.raised_from, today) or challenge.raised_by
        return f"Answered. {who} says by {due} whether that settles it."
    return ""


def theme_labels(challenge: Challenge) -> str:
    labels = challenge.framework_version.pack.challenges.themes
    return "; ".join(labels[key] for key in challenge.themes)


def _filter(seen: QuerySet[Challenge], query: QueryDict) -> ChallengeFilter:
    """With the kinds, themes and units of what the person may see."""
    versions = FrameworkVersion.objects.filter(pk__in=seen.values("framework_version"))
    units = Unit.objects.filter(pk__in=seen.values("unit")).order_by("name")
    return ChallengeFilter([one.pack.challenges for one in versions], list(units), query)


def _narrowed(seen: QuerySet[Challenge], chosen: ChallengeFilter) -> QuerySet[Challenge]:
    if kind := chosen.chosen("kind"):
        seen = seen.filter(kind=kind)
    if unit := chosen.chosen("unit"):
        seen = seen.filter(unit_id=int(unit))
    if theme := chosen.chosen("theme"):
        # As text, because not every database looks inside a list.
        seen = seen.annotate(theme_text=Cast("themes", TextField())).filter(theme_text__contains=f'"{theme}"')
    state = chosen.chosen("state")
    if state == "all":
        return seen
    return seen.filter(state__in=[state] if state else Challenge.RUNNING_STATES)


def _due(challenge: Challenge, today: date) -> str:
    if challenge.state not in Challenge.RUNNING_STATES or challenge.clock is None:
        return ""
    due_on = local_date(challenge.clock.due_at)
    return f"{uk_date(due_on)}, {due_in_words(due_on, today)}"


def _supervision(challenge: Challenge) -> str:
    if challenge.supervision_on:
        return uk_date(challenge.supervision_on)
    asked = challenge.rules.in_supervision and challenge.state != State.WITHDRAWN
    return "Not recorded yet" if asked else ""
