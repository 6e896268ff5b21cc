"""What a dip sample may look at: finished work, or open cases, and why some of it is left out.

Nothing is saved here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from audits.access import visible_audits
from audits.frames import ON_HOLD, RESTRICTED, Frame, Pools
from audits.models import CaseAudit, DipSample, Moderation, SampledRecord
from qaframework.actions.access import visible_actions, visible_loops
from qaframework.actions.models import Action, LoopClosure
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import activity_of
from qaframework.caseload.access import hidden_cases, visible_cases
from qaframework.caseload.models import Case, flag_keys
from qaframework.packs.definition import SampleRule
from qaframework.people.access import posts_of
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Unit, User
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import date_before
from qaframework.rules.sampling import FrameEntry
from qaframework.rules.working_days import end_of_day, start_of_day

OWN_WORK = "Their own work, or decided by them"
SAMPLED_BEFORE = "Looked at in an earlier sample of this kind"
NOT_THEIRS_TO_OPEN = "They may not open it"

POOLS = {"own_service": (Unit.Kind.SERVICE, Unit.Kind.FUNCTION), "own_function": (Unit.Kind.FUNCTION,)}


@dataclass(frozen=True)
class Scope:
    """For whom, when, from where and since when a sample is drawn; ``pool`` None is all of the framework."""

    sample: DipSample
    rule: SampleRule
    sampler: User
    on: date
    pool: Unit | None
    since: date | None

    @classmethod
    def of(cls, sample: DipSample, rule: SampleRule, sampler: User, on: date) -> "Scope":
        kinds = POOLS.get(rule.pool)
        pool = Pools.load().nearest(sample.assignment.post.unit, kinds) if kinds else None
        since = date_before(on, rule.within, working_calendar()) if rule.within else None
        return cls(sample, rule, sampler, on, pool, since)

    @property
    def framework(self) -> int:
        return self.sample.assignment.framework_version.framework_id

    def inside(self, unit: str) -> Q:
        """Records of the pool: a look-up of their unit."""
        return Q(**{f"{unit}__path__startswith": self.pool.path}) if self.pool else Q()

    def finished(self, moment: str) -> Q:
        """Records that were finished from then to the day of the draw: a look-up of the moment."""
        if self.since is None:
            return Q()
        return Q(**{f"{moment}__range": (start_of_day(self.since), end_of_day(self.on))})


class Record(NamedTuple):
    """One record of the pool; ``link`` is the field of ``SampledRecord`` that holds it."""

    reference: str
    link: str
    key: int
    case_id: int | None


@dataclass(frozen=True)
class Population:
    """What could be drawn, and all records of the pool by reference, those that were left out too."""

    frame: Frame
    records: dict[str, Record]


@dataclass(frozen=True)
class _Source:
    """A kind of records: those of the pool, which of them somebody did or decided, and which they may open.

    ``case`` is the look-up of the child that a record is about, ``name`` of what goes into its ``label``.
    """

    link: str
    case: str
    name: str
    label: str
    pool: Callable[[Scope], QuerySet[Any]]
    own: Callable[[User, date], Q]
    visible: Callable[[User, date], QuerySet[Any]]


def rule_of(sample: DipSample) -> SampleRule | None:
    """What the program draws for a dip sample; None where its owner chooses."""
    return activity_of(sample.assignment).sample


def population(scope: Scope) -> Population:
    """All records of the pool and which of them can be drawn, with the first reason for leaving one out."""
    source, user, on = SOURCES[scope.rule.of], scope.sampler, scope.on
    pool, case = source.pool(scope).order_by(), source.case
    restricted = Q(**{f"{case}__in": hidden_cases(user, on)})
    on_hold = Q(**{f"{case}__isnull": False}) & ~Q(**{f"{case}__on_hold_reason": ""})
    if source.link == "case":
        restricted, on_hold = Q(pk__in=hidden_cases(user, on)), ~Q(on_hold_reason="")
    visible = source.visible(user, on).order_by()
    reasons = {
        RESTRICTED: _keys(pool.filter(restricted)),
        ON_HOLD: _keys(pool.filter(on_hold)),
        OWN_WORK: _keys(pool.filter(source.own(user, on))),
        NOT_THEIRS_TO_OPEN: _keys(pool.exclude(pk__in=visible.values("pk"))),
        SAMPLED_BEFORE: _sampled_before(scope, source),
    }
    entries, left_out, records = [], {}, {}
    family_of = F("family_ref") if scope.rule.one_per_family else Value("")
    rows = pool.values_list("pk", case, source.name, family_of).order_by("pk")
    for key, case_id, name, family in rows:
        reference = source.label.format(name)
        records[reference] = Record(reference, source.link, key, case_id)
        if reason := next((why for why, those in reasons.items() if key in those), ""):
            left_out[reference] = reason
        else:
            entries.append(FrameEntry(reference, family=family))
    return Population(Frame(tuple(entries), left_out), records)


def _keys(rows: QuerySet[Any]) -> set[int]:
    return set(rows.values_list("pk", flat=True))


def _sampled_before(scope: Scope, source: _Source) -> set[int]:
    """Finished work that a dip sample of the same kind looked at; a child may be looked at again."""
    if source.link == "case":
        return set()
    alike = Assignment.objects.filter(
        activity=scope.sample.assignment.activity, framework_version__framework=scope.framework
    )
    rows = SampledRecord.objects.filter(draw__sample__assignment__in=alike.order_by().values("pk"))
    return set(rows.order_by().values_list(source.link, flat=True))


# The kinds of records


def _audits(scope: Scope) -> QuerySet[CaseAudit]:
    return CaseAudit.objects.filter(
        scope.inside("assignment__unit"),
        scope.finished("submitted_at"),
        assignment__framework_version__framework=scope.framework,
        assignment__state__in=Assignment.DONE_STATES,
    )


def _moderated_audits(scope: Scope) -> QuerySet[CaseAudit]:
    finished = Moderation.objects.filter(
        scope.finished("completed_at"), audit=OuterRef("pk"), state=Moderation.State.COMPLETED
    )
    return CaseAudit.objects.filter(
        Exists(finished),
        scope.inside("assignment__unit"),
        assignment__framework_version__framework=scope.framework,
        assignment__state=Assignment.State.FINAL,
    )


def _own_audits(user: User, on: date) -> Q:
    moderated = Moderation.objects.filter(audit=OuterRef("pk"), moderator=user)
    own = Q(auditor=user) | Q(assignment__post__in=posts_of(user, on)) | Q(assignment__worker=user)
    return own | Q(Exists(moderated))


def _closed_actions(scope: Scope) -> QuerySet[Action]:
    return Action.objects.filter(
        scope.inside("plan__unit"),
        scope.finished("verified_at"),
        plan__framework_version__framework=scope.framework,
        state=Action.State.VERIFIED,
    )


def _own_actions(user: User, on: date) -> Q:
    own = Q(owner_post__in=posts_of(user, on)) | Q(plan__worker=user)
    return own | Q(done_by=user) | Q(verified_by=user)


def _closed_loops(scope: Scope) -> QuerySet[LoopClosure]:
    return LoopClosure.objects.filter(
        scope.inside("unit"),
        scope.finished("authorised_at"),
        plan__framework_version__framework=scope.framework,
        state=LoopClosure.State.AUTHORISED,
    )


def _own_loops(user: User, on: date) -> Q:
    return Q(senior_post__in=posts_of(user, on)) | Q(worker=user) | Q(authorised_by=user)


def _open_cases(scope: Scope) -> QuerySet[Case]:
    return _wanted(scope, Q(status=Case.Status.OPEN))


def _wanted(scope: Scope, among: Q) -> QuerySet[Case]:
    """Cases of the pool that the rule's criteria fit."""
    framework = scope.sample.assignment.framework_version.framework
    cases = Case.objects.filter(framework.covers("unit"), scope.inside("unit"), among)
    wanted = scope.rule.cases
    if wanted == CaseCriteria():
        return cases
    rows = cases.order_by().values_list("pk", "plan_type", "age_band", "flags")
    return cases.filter(
        pk__in=[
            key
            for key, plan_type, age_band, flags in rows
            if wanted.fits(plan_type=plan_type, age_band=age_band, flags=flag_keys(flags))
        ]
    )


def _closed_q(scope: Scope) -> Q:
    """Cases that closed from then to the day of the draw."""
    assert scope.since is not None
    return Q(status=Case.Status.CLOSED, closed_on__range=(scope.since, scope.on))


def _closed_cases(scope: Scope) -> QuerySet[Case]:
    return _wanted(scope, _closed_q(scope))


def _open_and_closed_cases(scope: Scope) -> QuerySet[Case]:
    return _wanted(scope, Q(status=Case.Status.OPEN) | _closed_q(scope))


def _cases_of_worker(scope: Scope) -> QuerySet[Case]:
    worker = scope.sample.assignment.worker
    return _open_cases(scope).filter(worker=worker) if worker else Case.objects.none()


def _own_cases(user: User, on: date) -> Q:
    return Q(worker=user)


_OF_AUDITS = ("audit", "assignment__case", "pk", "Audit {}")
_OF_CASES = ("case", "pk", "child_ref", "{}")
SOURCES = {
    "audits": _Source(*_OF_AUDITS, _audits, _own_audits, visible_audits),
    "moderated_audits": _Source(*_OF_AUDITS, _moderated_audits, _own_audits, visible_audits),
    "closed_actions": _Source(
        "action", "plan__case", "pk", "Action {}", _closed_actions, _own_actions, visible_actions
    ),
    "closed_loops": _Source("loop", "case", "pk", "Loop {}", _closed_loops, _own_loops, visible_loops),
    "cases": _Source(*_OF_CASES, _open_cases, _own_cases, visible_cases),
    "closed_cases": _Source(*_OF_CASES, _closed_cases, _own_cases, visible_cases),
    "open_and_closed_cases": _Source(*_OF_CASES, _open_and_closed_cases, _own_cases, visible_cases),
    "worker_cases": _Source(*_OF_CASES, _cases_of_worker, _own_cases, visible_cases),
}
