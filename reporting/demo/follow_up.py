"""What followed the audits of the past: actions done and verified, moderations, loops closed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from audits import workflow as audits
from audits.models import CaseAudit, Moderation
from audits.workflow.moderating import open_moderation_by_grade
from qaframework.actions import workflow as actions
from qaframework.actions.models import Action, LoopClosure
from qaframework.allocation.models import Programme
from qaframework.clocks.models import Clock
from qaframework.people.models import User
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date
from reporting.demo import bulk
from reporting.demo.answers import some, words
from reporting.demo.story import Story, close_moments, stop_clocks

State = Action.State
RECENT = timedelta(days=30)
CRITERIA = Moderation.Criterion.values


@dataclass
class Ending:
    """What becomes of an action: done, then verified; or cancelled. Without ``done`` it is still owed."""

    action: Action
    done: datetime
    verified: datetime
    is_cancelled: bool = False


@dataclass
class FollowUp:
    """All that is still to come after the audits handed in so far."""

    endings: list[Ending] = field(default_factory=list)
    moderations: list[tuple[datetime, Moderation]] = field(default_factory=list)
    meetings: list[tuple[datetime, LoopClosure]] = field(default_factory=list)
    authorisations: list[tuple[datetime, LoopClosure]] = field(default_factory=list)
    last_done: dict[int, datetime] = field(default_factory=dict)


# Actions


def foresee(story: Story, follow_up: FollowUp, made: Iterable[Action], urgent_plans: set[int]) -> None:
    """Decide what becomes of new actions. Those of a loop are done in time, so that it can be closed."""
    chance = story.chance
    new = []
    for action in made:
        days = (action.due_on - local_date(action.created_at)).days
        luck = chance.random()
        if action.plan_id in urgent_plans:
            wait = min(days - 1, chance.randint(2, 12))
        elif luck < 0.72:
            wait = chance.randint(min(3, days), days)
        elif luck < 0.93:
            wait = days + chance.randint(1, 30)
        else:
            wait = days + chance.randint(31, 100)
        done = story.moment(local_date(action.created_at) + timedelta(days=max(wait, 1)))
        verified = story.moment(local_date(done) + timedelta(days=chance.randint(2, 12)))
        is_cancelled = action.plan_id not in urgent_plans and chance.random() < 0.03
        new.append(Ending(action, done, verified, is_cancelled))
        before = follow_up.last_done.get(action.plan_id, done)
        follow_up.last_done[action.plan_id] = max(before, done)
    follow_up.endings += new
    close_moments(story, {end.action.clock_id: end.done for end in new if end.action.clock_id})


def end_actions(story: Story, follow_up: FollowUp, until: datetime) -> None:
    """Write what was done and verified until then."""
    chance, entries, changed, stops = story.chance, [], {}, []
    left = []
    for end in follow_up.endings:
        action = end.action
        doer, manager = story.holder(action.owner_post), _verifier(story, action)
        if end.done <= until and action.state == State.OPEN and doer:
            action.state = State.CANCELLED if end.is_cancelled else State.DONE
            if end.is_cancelled:
                action.closing_note = some(chance, "cancelled")
            else:
                action.evidence = some(chance, "evidence")
                action.done_at, action.done_by = end.done, doer
            entries.append(bulk.remember(action, at=end.done, by=doer, reason=action.get_state_display()))
            changed[action.pk] = action
            if action.clock:
                stops.append((action.clock, end.done))
        if end.verified <= until and action.state == State.DONE and manager and manager != doer:
            action.state = State.VERIFIED
            action.verified_at, action.verified_by = end.verified, manager
            action.difference_made = some(chance, "difference")
            entries.append(bulk.remember(action, at=end.verified, by=manager, reason="Verified"))
            changed[action.pk] = action
        if action.state in (State.OPEN, State.DONE):
            left.append(end)
    follow_up.endings = left
    bulk.change([*changed.values()], ACTED)
    bulk.write_entries(entries)
    clocks = stop_clocks(stops, Clock.StopReason.COMPLETED)
    bulk.change(clocks, ["stopped_at", "stop_reason"])
    bulk.write_entries(
        [bulk.remember(c, at=c.stopped_at or until, by=None, reason="Completed") for c in clocks]
    )


ACTED = [
    "state",
    "closing_note",
    "evidence",
    "done_at",
    "done_by",
    "verified_at",
    "verified_by",
    "difference_made",
]


def _verifier(story: Story, action: Action) -> User | None:
    above = story.organisation.line_manager(action.owner_post_id)
    return story.organisation.holder_of(above.pk) if above else None


# Moderation


def open_moderations(story: Story, follow_up: FollowUp, handed_in: dict[int, datetime], month: Month) -> None:
    """Open those that a grade asks for, draw the share of the month before, and foresee their end."""
    known = set(Moderation.objects.values_list("pk", flat=True))
    rules = {key: rule for key, one in story.pack.activities.items() if (rule := one.moderation)}
    by_grade = CaseAudit.objects.filter(
        pk__in=handed_in, overall_grade__in={key for rule in rules.values() for key in rule.all_of}
    )
    for audit in by_grade.order_by("pk"):
        open_moderation_by_grade(audit=audit, by=None, now=handed_in[audit.pk])
    day = story.morning(month.start + timedelta(days=1))
    if local_date(day) > month.start:
        for programme in story.version.framework.programmes.order_by("year"):
            _draw_moderations(story, programme, list(rules), month, day)
    opened = list(Moderation.objects.exclude(pk__in=known).order_by("opened_at", "pk"))
    for moderation in opened:
        is_recent = story.now - moderation.opened_at < RECENT
        if is_recent and (story.chance.random() < 0.4 or moderation == opened[-1]):
            continue  # It waits for the QA team; the latest always does, so that the queue is never empty.
        end = local_date(moderation.opened_at) + timedelta(days=story.chance.randint(4, 12))
        follow_up.moderations.append((story.moment(end), moderation))


def _draw_moderations(
    story: Story, programme: Programme, activities: list[str], month: Month, at: datetime
) -> None:
    for key in activities:
        audits.draw_moderations(
            programme=programme,
            activity=key,
            month=month.previous(),
            seed=f"{story.seed}:{key}:{month.key}",
            by=None,
            now=at,
        )


def complete_moderations(story: Story, follow_up: FollowUp, until: datetime) -> None:
    left = []
    for at, moderation in follow_up.moderations:
        if at <= until:
            _moderate(story, moderation, at)
        else:
            left.append((at, moderation))
    follow_up.moderations = left


def _moderate(story: Story, moderation: Moderation, at: datetime) -> None:
    chance = story.chance
    moderator = chance.choice(moderators(story))
    audits.begin_moderation(moderation=moderation, by=moderator, now=at - timedelta(hours=2))
    audit = moderation.audit
    definition = audit.answer_set.tool_version.definition
    assert definition.scheme is not None
    scheme = definition.scheme.scheme
    rank = scheme.rank(moderation.original_grade)
    grade = moderation.original_grade
    reason = ""
    if moderation.because == Moderation.Because.RANDOM and chance.random() < 0.22:
        grade = scheme.grades[min(max(rank + chance.choice((1, 1, -1)), 1), len(scheme.grades)) - 1].key
        reason = some(chance, "grade_reason", "weak")
        audits.record_discussion(
            moderation=moderation,
            discussed_on=local_date(at),
            auditor_viewpoint="I see how the evidence could be read that way.",
            outcome="We agreed on the grade together.",
            by=moderator,
            now=at - timedelta(hours=1),
        )
    audits.complete_moderation(
        moderation=moderation,
        grade=grade,
        grade_reason=reason,
        quality={criterion: chance.choice(("met", "met", "met", "partly")) for criterion in CRITERIA},
        feedback=some(chance, "feedback_moderation"),
        by=moderator,
        now=at,
    )


def moderators(story: Story) -> list[User]:
    posts = sorted(story.organisation.posts.values(), key=lambda post: post.code)
    return [
        holder
        for post in posts
        if post.role in ("qa_officer", "qa_manager") and (holder := story.holder(post))
    ]


# Closing the loop


def close_loops(story: Story, follow_up: FollowUp, until: datetime) -> None:
    """Foresee the meetings of new loops, then hold and authorise those whose time has come."""
    _foresee_meetings(story, follow_up)
    follow_up.meetings, due = _split(follow_up.meetings, until)
    for at, loop in due:
        _meet(story, follow_up, loop, at)
    follow_up.authorisations, due = _split(follow_up.authorisations, until)
    for at, loop in due:
        head = story.holder_of_role(loop.unit_id, "head_of_service") or story.holder_of_role(
            loop.unit_id, "director"
        )
        loop.refresh_from_db()
        if head is not None and actions.may_authorise(head, loop, local_date(at)):
            actions.authorise_loop(loop=loop, by=head, now=at)


def _foresee_meetings(story: Story, follow_up: FollowUp) -> None:
    seen = {loop.pk for _, loop in follow_up.meetings}
    waiting = LoopClosure.objects.filter(
        state=LoopClosure.State.DUE, plan__framework_version=story.version
    ).exclude(Q(pk__in=seen) | Q(plan__caseaudit__assignment__in=story.to_meet))
    for loop in waiting.select_related("senior_post").order_by("pk"):
        earliest = local_date(loop.opened_at) + timedelta(days=story.chance.randint(7, 24))
        done = follow_up.last_done.get(loop.plan_id)
        day = max(earliest, local_date(done) + timedelta(days=2)) if done else earliest
        follow_up.meetings.append((story.moment(day), loop))


def _meet(story: Story, follow_up: FollowUp, loop: LoopClosure, at: datetime) -> None:
    senior = story.holder(loop.senior_post)
    made = list(loop.plan.actions.exclude(state=State.CANCELLED))
    if senior is None or any(action.state in Action.OWED_STATES for action in made):
        return
    seen = {action.pk: some(story.chance, "evidence") for action in made}
    actions.record_loop_meeting(
        loop=loop, met_on=local_date(at), evidence_seen=seen, by=senior, now=at, **words()["loop"]
    )
    if loop.plan.caseaudit.assignment_id in story.to_authorise:
        return
    day = local_date(at) + timedelta(days=story.chance.randint(2, 6))
    follow_up.authorisations.append((story.moment(day), loop))


def _split(
    waiting: list[tuple[datetime, LoopClosure]], until: datetime
) -> tuple[list[tuple[datetime, LoopClosure]], list[tuple[datetime, LoopClosure]]]:
    parts = defaultdict(list)
    for pair in waiting:
        parts[pair[0] <= until].append(pair)
    return parts[False], parts[True]
