"""A draw worked out: who could be drawn, who was, and which post gets which case. Nothing is saved here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from audits.frames import ANY_CASE, NO_AUDITOR, OpenCase, Pools, build_frame, freeze, open_cases
from audits.independence import NOT_CLEARED, Eligibility, last_practitioners
from audits.matching import match
from audits.models import DrawnCase, SampleDraw
from audits.themes import ChosenTheme
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.reading import with_rules
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
    cases, before = open_cases(pool, activity.draw), last_practitioners(posts, month)
    auditors = _Auditors.of(cases, Eligibility.load(organisation, pool, activity, month), before)
    frame = build_frame(
        cases,
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
    picks = drawing.chosen + drawing.reserves
    given = auditors.match(in_turn, picks)
    further: tuple[Pick, ...] = ()
    if not auditors.all_content(in_turn, given):
        given = auditors.match(in_turn, picks + drawing.rest)
        needed = max((n for n, pick in enumerate(drawing.rest, 1) if pick.reference in given), default=0)
        further = drawing.rest[:needed]
    drawn = [pick.reference for pick in picks + further]
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
        further_reserves=len(further),
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
    row_of = _rows(sample, drawing.chosen, drawing.reserves + further)
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
        .select_related("post__unit", "programme")
        .order_by("activity", "post__code", "ordinal")
    )
    pools = Pools.load()
    waiting: defaultdict[tuple[str, Unit], list[Assignment]] = defaultdict(list)
    for assignment in with_rules(planned):
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
    cases: dict[str, OpenCase]
    before: dict[int, int]
    _known: dict[tuple[int, int | None, int | None], str] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Sequence[OpenCase], eligibility: Eligibility, before: dict[int, int]) -> "_Auditors":
        return cls(eligibility, {case.reference: case for case in cases}, before)

    def match(self, owing: Sequence[Assignment], picks: Sequence[Pick]) -> list[str | None]:
        """The case of each assignment, or None where none is left that its post may audit."""
        return match(
            [one.post for one in owing],
            [pick.reference for pick in picks],
            self.may_audit,
            unless_none_is_left=self.had_last,
        )

    def all_content(self, owing: Sequence[Assignment], given: Sequence[str | None]) -> bool:
        """Whether each has a case, and not of the practitioner whom its post audited last: no other cases
        would change that."""
        return all(
            case is not None and not self.had_last(one.post, case)
            for one, case in zip(owing, given, strict=True)
        )

    def may_audit(self, post: Post, reference: str) -> bool:
        return not self.why_not(post, reference)

    def had_last(self, post: Post, reference: str) -> bool:
        """Whether the post's last audit was of the practitioner of this case too."""
        return post.pk in self.before and self.before[post.pk] == self.cases[reference].worker

    def why_not(self, post: Post, reference: str) -> str:
        case = self.cases[reference]
        if case.is_restricted and not self.eligibility.is_cleared(post, case.case_id):
            return NOT_CLEARED
        key = post.pk, case.worker, case.unit
        if key not in self._known:
            of_pair = Case(worker_id=case.worker, unit_id=case.unit)
            self._known[key] = self.eligibility.why_not(post, of_pair)
        return self._known[key]

    def reasons(self, post: Post, references: Sequence[str]) -> dict[str, str]:
        """Why the post may not audit some of the cases, by the place of each in the list."""
        reasons = ((place, self.why_not(post, one)) for place, one in enumerate(references))
        return {str(place): reason for place, reason in reasons if reason}

    def cleared_for_any(self, posts: Sequence[Post]) -> set[str]:
        """Restricted cases that the holder of one of the posts may see."""
        restricted = [case for case in self.cases.values() if case.is_restricted]
        is_cleared = self.eligibility.is_cleared
        return {
            case.reference for case in restricted if any(is_cleared(post, case.case_id) for post in posts)
        }

    def audited_by_none(self, posts: Sequence[Post], entries: Iterable[FrameEntry]) -> set[str]:
        """Cases that none of the posts may audit."""
        suited: set[tuple[int | None, int]] = set()
        left_out = set()
        for reference, *_ in entries:
            case = self.cases[reference]
            if (case.worker, case.unit) in suited and not case.is_restricted:
                continue
            if not any(self.may_audit(post, reference) for post in posts):
                left_out.add(reference)
            elif not case.is_restricted:
                suited.add((case.worker, case.unit))
        return left_out


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
