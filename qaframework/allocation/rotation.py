"""Whose practice or supervision work looks at: whom its post may look at, and whose turn it is.

Nothing is saved here.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from qaframework.allocation.deadlines import period_end
from qaframework.allocation.models import Assignment, ObservationInterval
from qaframework.allocation.observing import first_due, more_often, own_intervals
from qaframework.packs.definition import ActivityType, SubjectRule
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit, User
from qaframework.people.roles import ROLES
from qaframework.rules.periods import Month
from qaframework.rules.rotation import Turn, in_turn, next_turn
from qaframework.rules.working_days import WorkingCalendar

NOT_IN_RULE = (
    "{person} is not among those whom this post may look at under the framework. Choose one of them."
)
TWICE_RUNNING = "The last one of this post was with {person} too. Choose somebody else this time."
OTHER_PERSON = "It is about the same person as the other work that goes with it: {person}. Choose them."


@dataclass(frozen=True)
class Subject:
    """Whom work is about, in which unit, and why in one sentence."""

    worker: User
    unit: Unit
    reason: str


@dataclass(frozen=True)
class Waiting:
    """Somebody who can be looked at, and the local date on which that was given out last, if ever."""

    worker: User
    post: Post
    last: date | None


@dataclass
class _Past:
    """Who had an activity when, by person, and with whom each post had its last one."""

    last: dict[int, date] = field(default_factory=dict)
    by_post: dict[int, int] = field(default_factory=dict)

    def add(self, post: int, worker: int, on: date) -> None:
        self.last[worker] = max(on, self.last.get(worker, on))
        self.by_post[post] = worker


class Rotation:
    """Turns as they stand on a local day. One that gives out work remembers what it gave."""

    def __init__(
        self, on: date, *, organisation: Organisation | None = None, besides: Assignment | None = None
    ) -> None:
        """``besides`` is work that counts for nothing, because it is what is given out anew."""
        self._on = on
        self._organisation = organisation
        self._besides = [besides.pk] if besides else []
        self._past: dict[tuple[int, str], _Past] = {}
        self._paths: dict[int, list[str]] = {}
        self._given: dict[tuple[int, str, str], User] = {}
        self._intervals: dict[int, ObservationInterval] | None = None

    @cached_property
    def _calendar(self) -> WorkingCalendar:
        return working_calendar()

    @property
    def organisation(self) -> Organisation:
        """Who holds which post, read when it is first needed: most work has nobody to choose."""
        self._organisation = self._organisation or Organisation.load(self._on)
        return self._organisation

    def give(self, assignment: Assignment, on: date) -> Subject | None:
        """Whose turn it is when the work is given out on a local date; None when its owner chooses, or when
        there is nobody. It counts from then on."""
        subject = self.next_for(assignment)
        if subject is not None:
            self._past_of(assignment).add(assignment.post_id, subject.worker.pk, on)
            self._given[assignment.post_id, assignment.period, assignment.activity] = subject.worker
        return subject

    def next_for(self, assignment: Assignment) -> Subject | None:
        """Whose turn it is, without counting it."""
        if rule_of(assignment) is None:
            return None
        people = {one.worker.pk: one for one in self.people(assignment)}
        past = self._past_of(assignment)
        partner = self._same_person(assignment)
        if partner is not None and partner.pk in people:
            one = people[partner.pk]
            return Subject(one.worker, one.post.unit, self._why_the_same(assignment))
        last = {key: one.last for key, one in people.items()}
        before, due = past.by_post.get(assignment.post_id), self._due(assignment, people)
        turn = next_turn(last, before, seed_of(assignment), due)
        if turn is None:
            return None
        one = people[turn.key]
        return Subject(one.worker, one.post.unit, in_words(turn))

    def people(self, assignment: Assignment) -> list[Waiting]:
        """Whom the work may be about by the framework's rule, in the order in which they come."""
        rule = rule_of(assignment)
        if rule is None:
            return []
        past = self._past_of(assignment)
        found: dict[int, Waiting] = {}
        for post in self._posts(assignment, rule):
            holder = self.organisation.holder_of(post.pk)
            if holder is not None and holder != self.organisation.holder_of(assignment.post_id):
                found.setdefault(holder.pk, Waiting(holder, post, past.last.get(holder.pk)))
        last = {key: one.last for key, one in found.items()}
        ordered = in_turn(last, seed_of(assignment), self._due(assignment, found))
        return [found[key] for key in ordered]

    def why_not(self, assignment: Assignment, worker: User) -> str:
        """Why the work's owner may not choose the person; empty when nothing stands in the way."""
        if rule_of(assignment) is None:
            return ""
        people = {one.worker.pk: one for one in self.people(assignment)}
        if worker.pk not in people:
            return NOT_IN_RULE.format(person=worker)
        partner = self._same_person(assignment)
        if partner is not None and partner.pk in people:
            return OTHER_PERSON.format(person=partner) if partner != worker else ""
        before = self._past_of(assignment).by_post.get(assignment.post_id)
        if before != worker.pk or len(people) == 1 or worker.pk in self._due(assignment, people):
            return ""
        return TWICE_RUNNING.format(person=worker)

    def _due(self, assignment: Assignment, people: Mapping[int, Waiting]) -> dict[int, date]:
        """Who is observed more often than others and whose time is up before the work is due, with the local
        date on which it is (BED-28, BED-30). Who never had one is due now."""
        if assignment.kind != "observation":
            return {}
        if self._intervals is None:
            self._intervals = own_intervals()
        pack, until, found = assignment.framework_version.pack, period_end(assignment), {}
        for key, one in people.items():
            own = self._intervals.get(key)
            times = more_often(pack, one.worker, one.post.role, own, self._on)
            if not times:
                continue
            due = first_due(one.last, times, self._calendar) if one.last else self._on
            if due is not None and due <= until:
                found[key] = due
        return found

    def _posts(self, assignment: Assignment, rule: SubjectRule) -> Iterator[Post]:
        paths = self._covered(assignment)
        own = ROLES[assignment.post.role]
        for post in self.organisation.posts.values():
            if not post.is_active or post.role not in rule.whose or post.pk == assignment.post_id:
                continue
            if ROLES[post.role].seniority > own.seniority and not own.serves_everyone:
                continue
            if self._is_of_group(post, assignment.post, rule.group) and post.unit.path.startswith(paths):
                yield post

    def _is_of_group(self, post: Post, owner: Post, group: str) -> bool:
        match group:
            case "anywhere":
                return True
            case "own_group":
                manager = self.organisation.line_manager(post.pk)
                return manager is not None and manager.pk == owner.pk
            case "own_unit":
                return post.unit.path.startswith(owner.unit.path)
            case "own_line":
                return self.organisation.is_in_line_of(post.pk, owner.pk)
        return not self.organisation.is_in_line_of(post.pk, owner.pk)

    def _covered(self, assignment: Assignment) -> tuple[str, ...]:
        framework = assignment.framework_version.framework_id
        if framework not in self._paths:
            units = Unit.objects.filter(frameworks=framework)
            self._paths[framework] = list(units.values_list("path", flat=True))
        return tuple(self._paths[framework])

    def _past_of(self, assignment: Assignment) -> _Past:
        """All that was given out of the activity and not called off. One query for each activity."""
        key = assignment.framework_version.framework_id, assignment.activity
        if key not in self._past:
            past = self._past[key] = _Past()
            rows = (
                Assignment.objects.still_owed_or_done()
                .filter(programme__framework=key[0], activity=key[1], worker__isnull=False)
                .exclude(pk__in=self._besides)
                .order_by("allocated_on", "pk")
            )
            for post, worker, on in rows.values_list("post", "worker", "allocated_on"):
                if worker is not None and on is not None:
                    past.add(post, worker, on)
        return self._past[key]

    def _same_person(self, assignment: Assignment) -> User | None:
        """Whom the post looks at in the other work that goes with this, of its month or one before (BED-22,
        RBWM-07, SAN-31)."""
        activity = assignment.framework_version.pack.activity(assignment.activity)
        other, period = activity.same_person_as, partner_period(activity, assignment)
        if not other:
            return None
        key = assignment.post_id, period, other
        if key not in self._given:
            rows = Assignment.objects.still_owed_or_done().filter(
                programme=assignment.programme_id, worker__isnull=False
            )
            found = rows.filter(post=key[0], period=key[1], activity=other).select_related("worker")
            row = found.order_by("ordinal").first()
            if row is None or row.worker is None:
                return None
            self._given[key] = row.worker
        return self._given[key]

    def _why_the_same(self, assignment: Assignment) -> str:
        pack = assignment.framework_version.pack
        activity = pack.activity(assignment.activity)
        other, period = pack.activity(activity.same_person_as), partner_period(activity, assignment)
        return f"The same person as in “{other.label}” of {Month.parse(period).label}."


def partner_period(activity: ActivityType, assignment: Assignment) -> str:
    """The key of the month of the other work that is about the same person."""
    return Month.parse(assignment.period).plus(-activity.months_later).key


def rule_of(assignment: Assignment) -> SubjectRule | None:
    """Whom the owner of the work looks at in turn; None when the owner chooses."""
    activity = assignment.framework_version.pack.activity(assignment.activity)
    return activity.subject_rule(assignment.post.role)


def seed_of(assignment: Assignment) -> str:
    """What the lot goes by, so that anybody can draw it again."""
    return f"{assignment.activity}:{assignment.period}:{assignment.post.code}:{assignment.ordinal}"


def in_words(turn: Turn[int]) -> str:
    """Why it is this person's turn, in one sentence."""
    if turn.among == 1:
        return "The only person whom this post may look at under the framework."
    waited = f"the last one was in {turn.last:%B %Y}" if turn.last else "there never was one"
    lot = f"; the lot decided between {turn.waited_as_long} who waited as long"
    lot = lot if turn.waited_as_long > 1 else ""
    among = f"Of the {turn.among} people whom this post may look at,"
    if turn.is_due:
        return f"{among} this one is due first: {waited}{lot}."
    if turn.is_second:
        return f"{among} this one comes next after the one it looked at last: {waited}{lot}."
    return f"{among} this one has waited longest: {waited}{lot}."


def reason_for(subject: Subject | None, worker: User, by: User) -> str:
    """Why it is a person whom the owner has chosen; ``subject`` is whose turn it was."""
    if subject is None or subject.worker == worker:
        return subject.reason if subject else ""
    return f"Chosen by {by}, in place of whoever’s turn it was."


def subject_at(assignment: Assignment, post: Post, on: date) -> dict[str, Any]:
    """What changes in whom the work is about when it goes to another post on a local date, as values.

    Nothing for work that has begun, and where the person fits there too and is not the post's last one.
    """
    if assignment.state != Assignment.State.ALLOCATED or assignment.case_id is not None:
        return {}
    there = copy(assignment)
    there.post = post
    rotation = Rotation(on, besides=assignment)
    fits = assignment.worker is not None and not rotation.why_not(there, assignment.worker)
    if rule_of(there) is None or fits:
        return {}
    subject = rotation.next_for(there)
    if subject is None:
        return {"worker": None, "unit": post.unit, "worker_reason": ""}
    return {"worker": subject.worker, "unit": subject.unit, "worker_reason": subject.reason}
