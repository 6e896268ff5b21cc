"""Cases that are to be looked at because a moment has come: which, since when, and by whom (SAN-15)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet

from audits.independence import Eligibility
from audits.models import CaseAudit, CaseReview
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.reading import activities_on
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, FollowUpRule, MidwayRule
from qaframework.packs.models import Framework
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post
from qaframework.rules.deadlines import date_before, due_date
from qaframework.rules.midway import BetweenReviews, Shared, share_evenly
from qaframework.rules.working_days import local_date, start_of_day

KIND = "case_review"


@dataclass(frozen=True)
class DueReview:
    """A case whose moment came on the local day ``since``; posts of the roles in ``owed_by`` may owe it.

    It lies after the review of ``last_review_on``, or follows up the ``audit``.
    """

    programme: Programme
    activity: ActivityType
    case: Case
    owed_by: tuple[str, ...]
    since: date
    last_review_on: date | None = None
    audit: CaseAudit | None = None


def due_reviews(cases: QuerySet[Case], today: date) -> Iterator[DueReview]:
    """Of the cases, those that are to be looked at and are not yet, by all frameworks on that local date."""
    for programme, activity in activities_on(today):
        if activity.midway or activity.follow_up:
            yield from due_in(programme, activity, cases, today)


def due_in(
    programme: Programme, activity: ActivityType, cases: QuerySet[Case], today: date
) -> Iterator[DueReview]:
    """The same of one activity of one programme."""
    first = _begins_on(programme.framework, activity)
    open_cases = cases.filter(status=Case.Status.OPEN)
    if activity.midway:
        yield from _between_reviews(programme, activity, open_cases, first, today)
    if activity.follow_up:
        yield from _after_audits(programme, activity, activity.follow_up, open_cases, first, today)


def _begins_on(framework: Framework, activity: ActivityType) -> date:
    """The local day from which moments count: what came before there was a programme, or before the framework
    had the activity, is nobody's work."""
    planned = framework.programmes.order_by("created_at").values_list("created_at", flat=True)[:1].get()
    versions = framework.versions.order_by("effective_from", "number")
    ruled = next(one.effective_from for one in versions if activity.key in one.pack.activities)
    return max(local_date(planned), ruled)


def _between_reviews(
    programme: Programme, activity: ActivityType, open_cases: QuerySet[Case], first: date, today: date
) -> Iterator[DueReview]:
    calendar = working_calendar()
    opened = CaseReview.objects.filter(
        case=OuterRef("pk"), activity=activity.key, last_review_on=OuterRef("last_review_on")
    )
    earliest = min(date_before(today, rule.reviews_every, calendar) for rule in activity.midway)
    found = open_cases.filter(
        ~Exists(opened), programme.framework.covers("unit"), last_review_on__range=(earliest, today)
    )
    for case in found.select_related("unit", "worker").order_by("last_review_on", "pk"):
        assert case.last_review_on is not None
        rule = next((one for one in activity.midway if _fits(case, one)), None)
        if rule is None:
            continue
        between = BetweenReviews.of(case.last_review_on, rule.reviews_every, calendar)
        if between.is_second_half(today) and between.midpoint >= first:
            yield DueReview(
                programme, activity, case, rule.owed_by, between.midpoint, last_review_on=between.last
            )


def _fits(case: Case, rule: MidwayRule) -> bool:
    return rule.cases.fits(plan_type=case.plan_type, age_band=case.age_band, flags=case.flag_keys)


def _after_audits(
    programme: Programme,
    activity: ActivityType,
    rule: FollowUpRule,
    open_cases: QuerySet[Case],
    first: date,
    today: date,
) -> Iterator[DueReview]:
    calendar = working_calendar()
    opened = CaseReview.objects.filter(audit=OuterRef("pk"), activity=activity.key)
    final = CaseAudit.objects.filter(
        ~Exists(opened),
        programme.framework.covers("assignment__case__unit"),
        assignment__framework_version__framework=programme.framework_id,
        assignment__activity__in=rule.of,
        assignment__state=Assignment.State.FINAL,
        assignment__case__in=open_cases.order_by().values("pk"),
        assignment__finished_at__gte=start_of_day(date_before(first, rule.after, calendar)),
    )
    related = ("assignment__case__unit", "assignment__case__worker", "assignment__post")
    for audit in final.select_related(*related).prefetch_related("moderations").order_by("pk"):
        case, finished_at = audit.assignment.case, audit.assignment.finished_at
        assert case is not None
        assert finished_at is not None
        since = due_date(local_date(finished_at), rule.after, calendar)
        if first <= since <= today:
            yield DueReview(programme, activity, case, rule.owed_by, since, audit=audit)


@dataclass(frozen=True)
class Reviewers:
    """Who may look at which case: people in post, never at a case they work with, manage or may not see."""

    organisation: Organisation
    eligibility: Eligibility
    posts: tuple[Post, ...]

    @classmethod
    def load(cls, programme: Programme, activity: ActivityType, organisation: Organisation) -> "Reviewers":
        """Held posts of the framework's units; those that got fewest of these in the year come first."""
        paths = tuple(unit.path for unit in programme.framework.units.all())
        had = _counts(Assignment.objects.filter(programme=programme, activity=activity.key))
        held = [
            post
            for post in organisation.posts.values()
            if post.is_active and organisation.holder_of(post.pk) and post.unit.path.startswith(paths)
        ]
        ordered = sorted(held, key=lambda post: (had.get(post.pk, 0), post.code))
        eligibility = Eligibility.by_rule(organisation, activity.independence)
        return cls(organisation, eligibility, tuple(ordered))

    def may_take(self, due: DueReview) -> list[Post]:
        """The posts that may owe it, in their order."""
        return [
            post
            for post in self.posts
            if post.role in due.owed_by
            and self.eligibility.may_audit(post, due.case)
            and (due.audit is None or self._is_of_another_line(post, due.audit))
        ]

    def share(self, due: Sequence[DueReview]) -> Shared[int, Post]:
        """Who gets which of them, by their places, so that what each has to do is even."""
        posts = [post.pk for post in self.posts]
        open_work = Assignment.objects.open().filter(kind=KIND, post__in=posts)
        loads = _counts(open_work)
        return share_evenly(
            {place: self.may_take(one) for place, one in enumerate(due)},
            {post: loads.get(post.pk, 0) for post in self.posts},
        )

    def _is_of_another_line(self, post: Post, audit: CaseAudit) -> bool:
        """Neither who audited or moderated it, nor above or below them."""
        people = [audit.auditor_id, *(one.moderator_id for one in audit.moderations.all())]
        holder = self.organisation.holder_of(post.pk)
        if holder is not None and holder.pk in people:
            return False
        judges = {audit.assignment.post_id}
        judges |= {
            held.pk for one in people if one for held in self.organisation.posts_by_person.get(one, ())
        }
        in_line = self.organisation.is_in_line_of
        return post.pk not in judges and not any(
            in_line(post.pk, judge) or in_line(judge, post.pk) for judge in judges
        )


def _counts(work: QuerySet[Assignment]) -> dict[int, int]:
    return dict(work.order_by().values("post").annotate(number=Count("pk")).values_list("post", "number"))
