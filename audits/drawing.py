"""A draw worked out: who could be drawn, who was, and which post gets which case. Nothing is saved here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from audits.frames import ANY_CASE, NO_AUDITOR, Pools, build_frame, freeze
from audits.independence import NOT_CLEARED, Eligibility, last_practitioners
from audits.matching import match
from audits.models import DrawnCase, SampleDraw
from audits.themes import ChosenTheme
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import activity_of
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, DrawRule
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit, User
from qaframework.rules.catching_up import MinimumDue
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import FrameEntry, Method, Pick, draw, ticket
from qaframework.rules.working_days import WorkingCalendar, local_date


@dataclass(frozen=True)
class PoolDraw:
    """The record of a draw and its cases, not saved yet, and the case of each assignment, if any."""

    sample: SampleDraw
    drawn: list[DrawnCase]
    given: list[tuple[Assignment, DrawnCase | None]]


def draw_from_pool(
    pool: Unit,
    owing: Sequence[Assignment],
    *,
    organisation: Organisation,
    choose_seed: Callable[[], str],
    drawn_at: datetime,
    drawn_by: User | None,
    theme: ChosenTheme | None = None,
) -> PoolDraw:
    """Draw a case of the pool for each of ``owing``, which are of one activity and month.

    The seed is chosen once the frame is fixed. Where the reserves leave a post without a case that it may
    audit, further ones are drawn until it has one, while there is any; and no post gets a case of the
    practitioner whom it audited last while there is another. A draw by theme needs its ``theme``.
    """
    activity, month = activity_of(owing[0]), Month.parse(owing[0].period)
    assert activity.draw is not None
    posts = list({one.post for one in owing})
    before = last_practitioners(posts, month)
    auditors = _Auditors.load(pool, Eligibility.load(organisation, pool, activity, month), before)
    frame = build_frame(
        pool,
        activity.draw,
        local_date(drawn_at),
        theme=theme.criteria if theme else ANY_CASE,
        cleared=auditors.cleared_for_any(posts),
    )
    frame = frame.without(auditors.audited_by_none(posts, frame.entries), NO_AUDITOR)
    due = _minimum_due(activity.draw, owing)
    method = method_of(activity.draw, due)
    frame_hash, seed = frame.hash, choose_seed()
    drawing = draw(frame.entries, len(owing), seed, method)
    # The posts come in the order of tickets of their own.
    in_turn = sorted(owing, key=lambda one: ticket(seed, f"{one.post.code}/{one.ordinal}"))
    cases = [pick.reference for pick in (*drawing.chosen, *drawing.reserves, *drawing.rest)]
    given = match(
        [one.post for one in in_turn], cases, auditors.may_audit, unless_none_is_left=auditors.had_last
    )
    further = max((n for n, pick in enumerate(drawing.rest, 1) if pick.reference in given), default=0)
    drawn = cases[: len(drawing.chosen) + len(drawing.reserves) + further]
    sample = SampleDraw(
        programme=owing[0].programme,
        framework_version=owing[0].framework_version,
        activity=activity.key,
        period=month.key,
        pool=pool,
        seed=seed,
        size=len(owing),
        settings=asdict(method),
        theme=theme.title if theme else "",
        theme_criteria=theme.criteria.as_data() if theme else {},
        minimum_share=minimum_share_data(activity.draw, due),
        frame=freeze(frame),
        frame_size=len(frame.entries),
        frame_hash=frame_hash,
        exclusions=frame.exclusion_counts,
        shortfall=drawing.shortfall,
        further_reserves=further,
        turns=[
            {
                "post": one.post.code,
                "ordinal": one.ordinal,
                "case": drawn.index(case) if case else None,
                "may_not": auditors.reasons(one.post, drawn),
                "had_last": [place for place, its in enumerate(drawn) if auditors.had_last(one.post, its)],
            }
            for one, case in zip(in_turn, given, strict=True)
        ],
        drawn_at=drawn_at,
        drawn_by=drawn_by,
    )
    row_of = _rows(sample, drawing.chosen, (*drawing.reserves, *drawing.rest[:further]))
    owners = zip(in_turn, given, strict=True)
    return PoolDraw(sample, list(row_of.values()), [(one, row_of.get(case or "")) for one, case in owners])


def draw_day(activity: ActivityType, month: Month, calendar: WorkingCalendar) -> date:
    """The local day on which a month's cases are drawn: the lead time before it begins (BF-01)."""
    lead = activity.lead_time
    return date_before(month.start, lead, calendar) if lead else month.start


def waiting_by_pool(programme: Programme, month: Month) -> dict[tuple[str, Unit], list[Assignment]]:
    """Planned work of the month that needs a case, by activity and the pool from which it is drawn."""
    planned = (
        programme.assignments.filter(period=month.key, state=Assignment.State.PLANNED)
        .select_related("post__unit", "framework_version", "programme")
        .order_by("activity", "post__code", "ordinal")
    )
    pools = Pools.load()
    waiting: defaultdict[tuple[str, Unit], list[Assignment]] = defaultdict(list)
    for assignment in planned:
        activity = activity_of(assignment)
        if activity.draw is not None:
            waiting[activity.key, pools.of(assignment.post.unit, activity, month)].append(assignment)
    return dict(waiting)


def method_of(rule: DrawRule, due: MinimumDue | None) -> Method:
    """How the rule draws, when so many marked cases are due."""
    return Method(
        reserve_share=rule.reserve_share,
        minimum_per_stratum=rule.minimum_per_stratum,
        minimum_marked=due.marked if due else 0,
        one_per_family=rule.one_per_family,
        one_per_worker=rule.one_per_worker,
    )


def _minimum_due(rule: DrawRule, owing: Sequence[Assignment]) -> MinimumDue | None:
    """From what the year's draws before this one have given that still stands (SAN-09)."""
    if rule.minimum_share is None:
        return None
    before = DrawnCase.objects.filter(
        draw__programme=owing[0].programme_id,
        draw__activity=owing[0].activity,
        state=DrawnCase.State.ALLOCATED,
    ).aggregate(drawn=Count("pk"), marked=Count("pk", filter=Q(is_marked=True)))
    return MinimumDue(rule.minimum_share.percent, len(owing), before["drawn"], before["marked"])


def minimum_share_data(rule: DrawRule, due: MinimumDue | None) -> dict[str, Any]:
    """What the record keeps of it."""
    return {"label": rule.minimum_share.label, **asdict(due)} if rule.minimum_share and due else {}


@dataclass(frozen=True)
class _Auditors:
    """Which posts may audit which of the pool's open cases, by their references, and whom each audited last.

    The first follows from a case's practitioner and team, and of those pairs there are few.
    """

    eligibility: Eligibility
    held_by: dict[str, tuple[int | None, int | None]]
    restricted: dict[str, int]
    before: dict[int, int]
    _known: dict[tuple[int, int | None, int | None], str] = field(default_factory=dict)

    @classmethod
    def load(cls, pool: Unit, eligibility: Eligibility, before: dict[int, int]) -> "_Auditors":
        cases = Case.objects.filter(unit__path__startswith=pool.path, status=Case.Status.OPEN).order_by()
        rows = list(cases.values_list("child_ref", "pk", "worker", "unit", "is_restricted"))
        return cls(
            eligibility,
            {reference: (worker, unit) for reference, _, worker, unit, _ in rows},
            {reference: pk for reference, pk, *_, is_restricted in rows if is_restricted},
            before,
        )

    def may_audit(self, post: Post, reference: str) -> bool:
        return not self.why_not(post, reference)

    def had_last(self, post: Post, reference: str) -> bool:
        """Whether the post's last audit was of the practitioner of this case too."""
        return post.pk in self.before and self.before[post.pk] == self.held_by[reference][0]

    def why_not(self, post: Post, reference: str) -> str:
        if reference in self.restricted and not self._is_cleared(post, reference):
            return NOT_CLEARED
        worker_id, unit_id = self.held_by[reference]
        key = post.pk, worker_id, unit_id
        if key not in self._known:
            self._known[key] = self.eligibility.why_not(post, Case(worker_id=worker_id, unit_id=unit_id))
        return self._known[key]

    def reasons(self, post: Post, references: Sequence[str]) -> dict[str, str]:
        """Why the post may not audit some of the cases, by the place of each in the list."""
        reasons = ((place, self.why_not(post, one)) for place, one in enumerate(references))
        return {str(place): reason for place, reason in reasons if reason}

    def cleared_for_any(self, posts: Sequence[Post]) -> set[str]:
        """Restricted cases that the holder of one of the posts may see."""
        return {case for case in self.restricted if any(self._is_cleared(post, case) for post in posts)}

    def audited_by_none(self, posts: Sequence[Post], entries: Iterable[FrameEntry]) -> set[str]:
        """Cases that none of the posts may audit."""
        cases = [entry.reference for entry in entries]
        return {case for case in cases if not any(self.may_audit(post, case) for post in posts)}

    def _is_cleared(self, post: Post, reference: str) -> bool:
        return self.eligibility.is_cleared(post, self.restricted[reference])


def _rows(sample: SampleDraw, chosen: Iterable[Pick], reserves: Iterable[Pick]) -> dict[str, DrawnCase]:
    """A row for each drawn case, by its reference."""
    picks = [(pick, False) for pick in chosen] + [(pick, True) for pick in reserves]
    references = [pick.reference for pick, _ in picks]
    cases = {
        case.child_ref: case
        for case in Case.objects.filter(child_ref__in=references).select_related("unit", "worker")
    }
    return {
        pick.reference: DrawnCase(
            draw=sample,
            case=cases[pick.reference],
            ticket=pick.ticket,
            is_reserve=is_reserve,
            position=pick.position,
            stratum=pick.stratum,
            is_marked=pick.is_marked,
            state=DrawnCase.State.RESERVE if is_reserve else DrawnCase.State.UNUSED,
        )
        for pick, is_reserve in picks
    }
