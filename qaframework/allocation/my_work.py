"""What one person owes, takes part in, has handed in, and will owe; as rows of tables."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from qaframework.allocation.access import owned_assignments
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.allocation.reading import with_rules
from qaframework.allocation.wording import activity_label, how_far, notice_url, state_tag
from qaframework.caseload.access import cleared_q
from qaframework.clocks.models import Clock
from qaframework.people.access import posts_of
from qaframework.people.models import User
from qaframework.people.templatetags.page import due_in_words, short_date
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date
from qaframework.tools.models import Signature, SurveyInvitation
from qaframework.tools.surveys.access import invitations_to

Row = list[Any]

READ = (
    *("activity", "period", "state", "due_on", "paused_on", "pause_reason", "post"),
    *("framework_version", "case__child_ref"),
)
SHOWN = ("planned", *Assignment.OPEN_STATES, "submitted", "moderating")


@dataclass(frozen=True)
class MyWork:
    """``late`` counts owed work past its last day; ``next_month`` is when planned work begins, if any is.

    ``waiting`` is what came out of audits and waits for the person: actions, concerns, loops to close.
    ``to_sign`` is what was written about their work and asks for their signature, ``to_say`` what they may
    say about audits that are over.
    """

    owed: list[Row]
    waiting: list[Row]
    to_sign: list[Row]
    to_say: list[Row]
    taking_part: list[Row]
    handed_in: list[Row]
    ahead: list[Row]
    late: int
    next_month: str


def my_work(user: User, today: date) -> MyWork:
    """Everything in six queries, late work first."""
    asked = ExtensionRequest.objects.filter(assignment=OuterRef("pk"), state=ExtensionRequest.State.ASKED)
    owned = owned_assignments(user, today).filter(state__in=SHOWN).annotate(is_asked=Exists(asked))
    mine = list(owned.select_related("case").only(*READ).order_by("due_on", "period", "pk"))
    part = Assignment.objects.open().filter(cleared_q(user, today), worker=user)
    theirs = list(part.exclude(pk__in=[one.pk for one in mine]).select_related("case", "post"))
    with_rules([*mine, *theirs])
    owed = [one for one in mine if one.is_open]
    this_month = Month.of(today).key
    planned = [one for one in mine if one.state == Assignment.State.PLANNED and one.period >= this_month]
    return MyWork(
        owed=[[*_row(one, today), _more_time(one, today)] for one in owed],
        waiting=[_waiting_row(clock, today) for clock in waiting_clocks(user, today)],
        to_sign=[_to_sign_row(one) for one in signatures_to_give(user, today)],
        to_say=[_to_say_row(one) for one in invitations_to(user, today)],
        taking_part=[[*_row(one, today), one.post.title] for one in theirs],
        handed_in=[_row(one, today) for one in mine if one.state in Assignment.DONE_STATES],
        ahead=_ahead(planned),
        late=sum(one.is_late(today) for one in owed),
        next_month=Month.parse(min(one.period for one in planned)).label if planned else "",
    )


def waiting_clocks(user: User, today: date) -> QuerySet[Clock]:
    """What runs on the person's posts besides assignments, soonest first; the rooms beside this one start
    a clock for each of their own."""
    running = Clock.objects.filter(owner_post__in=posts_of(user, today), stopped_at__isnull=True)
    running = running.only("label", "url", "due_at")
    return running.filter(cleared_q(user, today)).exclude(kind="assignment").order_by("due_at", "pk")


def signatures_to_give(user: User, today: date) -> QuerySet[Signature]:
    """What was handed in about the person's work and waits for their signature, the oldest first."""
    asked = Signature.objects.waiting().filter(cleared_q(user, today), signer=user)
    return asked.only("label", "url", "asked_at").order_by("asked_at", "pk")


def _to_sign_row(signature: Signature) -> Row:
    return [{"text": signature.label, "url": signature.url}, short_date(signature.asked_at)]


def _to_say_row(invitation: SurveyInvitation) -> Row:
    address = reverse("surveys:survey", args=[invitation.pk])
    return [{"text": invitation.label, "url": address}, short_date(invitation.closes_on)]


def _waiting_row(clock: Clock, today: date) -> Row:
    due_on = local_date(clock.due_at)
    state = {"text": "Late", "status": "late"} if due_on < today else {"text": "Open", "status": "open"}
    return [
        {"text": clock.label, "url": clock.url},
        f"{short_date(due_on)}, {due_in_words(due_on, today)}",
        state,
    ]


def _row(assignment: Assignment, today: date) -> Row:
    assert assignment.due_on is not None
    work = f"{activity_label(assignment)}, {Month.parse(assignment.period).label}"
    due = short_date(assignment.due_on)
    if assignment.is_open:
        due = f"{due}, {how_far(assignment, today)}"
    return [
        {"text": work, "url": notice_url(assignment)},
        assignment.case.child_ref if assignment.case else "No case",
        due,
        state_tag(assignment, today),
    ]


def _more_time(assignment: Assignment, today: date) -> Any:
    """The way to ask for more time, while there is one (LAN-32)."""
    if getattr(assignment, "is_asked", False):
        return "Asked, not decided yet"
    if assignment.paused_on is not None:
        return "When the deadline runs again"
    if assignment.is_late(today):
        return "No longer possible"
    if assignment.framework_version.pack.activity(assignment.activity).extension is None:
        return "Not in the framework"
    return {"text": "Ask for more time", "url": reverse("allocation:ask_extension", args=[assignment.pk])}


def _ahead(planned: Sequence[Assignment]) -> list[Row]:
    """Month, activity and how many, the nearest month first; undated work says so."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in planned:
        activity = one.framework_version.pack.activity(one.activity)
        label = f"{activity.label} (dates to be settled)" if activity.is_dated_later else activity.label
        counts[one.period, label] += 1
    return [[Month.parse(period).label, label, count] for (period, label), count in sorted(counts.items())]
