"""Who sees a benchmarking exercise, and from when on what its auditors wrote (SAN-23).

Until nobody owes a form in time any more, each of the group reads their own form and nobody another; the
quality assurance team sees who has handed in. Whoever still owes a form reads no other before theirs is in,
late or not. Somebody else's and one that does not exist give the same answer: Http404.
"""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from audits.models import BenchmarkingAudit, BenchmarkingExercise
from qaframework.activities.access import own
from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.reading import activities_on
from qaframework.caseload.access import cleared_q
from qaframework.packs.definition import ActivityType
from qaframework.people.access import capability_q, has_capability, posts_of
from qaframework.people.models import RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date

KIND = "benchmarking"
QA = Capability.RUN_QUALITY_ASSURANCE
RELATED = ("programme", "framework_version", "case__worker", "unit", "set_up_by", "finished_by")


def visible_exercises(user: User, on: date) -> QuerySet[BenchmarkingExercise]:
    """Exercises of which the person sees who takes part and how far it is on that local date: the group, the
    quality assurance team, and those who see the work of the case's team."""
    scope = _group_q(user, on)
    scope |= capability_q(user, (QA, Capability.SEE_TEAM_WORK), on)
    return BenchmarkingExercise.objects.filter(scope, cleared_q(user, on))


def opened_exercises(user: User, on: date) -> QuerySet[BenchmarkingExercise]:
    """Exercises whose forms the person may read, also those that are not theirs. Those who only see the work
    of the case's team wait for the result."""
    owed_in_time = BenchmarkingAudit.objects.owed_in_time(on).order_by().values("exercise")
    theirs = BenchmarkingAudit.objects.owed().filter(assignment__post__in=posts_of(user, on))
    scope = _group_q(user, on) | capability_q(user, QA, on)
    scope |= capability_q(user, Capability.SEE_TEAM_WORK, on) & Q(finished_at__isnull=False)
    return BenchmarkingExercise.objects.filter(
        scope,
        Q(called_off_at__isnull=True),
        ~Q(pk__in=owed_in_time),
        ~Q(pk__in=theirs.order_by().values("exercise")),
        cleared_q(user, on),
    )


def readable_audits(user: User, on: date) -> QuerySet[BenchmarkingAudit]:
    """Forms that the person may read: those that their posts owe, what they handed in themselves, and what
    was handed in for exercises that are open to them."""
    own_posts = Q(assignment__post__in=posts_of(user, on))
    still_open = Q(assignment__state__in=Assignment.OPEN_STATES)
    opened = Q(exercise__in=opened_exercises(user, on).order_by().values("pk"))
    handed_in = Q(assignment__state__in=Assignment.DONE_STATES)
    return BenchmarkingAudit.objects.in_group().filter(
        own_posts & (still_open | Q(auditor=user)) | opened & handed_in,
        cleared_q(user, on, case_field="assignment__case"),
    )


def own_audit(user: User, exercise: BenchmarkingExercise, on: date) -> BenchmarkingAudit | None:
    """The form that a post of the person owes, or has handed in."""
    mine = own(BenchmarkingAudit, user, on).filter(exercise=exercise)
    return mine.select_related("assignment").order_by("pk").first()


def get_exercise(user: User, pk: int, *, now: datetime) -> BenchmarkingExercise:
    """The reading is logged. Raises Http404."""
    return _get(visible_exercises(user, local_date(now)), user, pk, now)


def get_exercise_to_agree(user: User, pk: int, *, now: datetime) -> BenchmarkingExercise:
    """An exercise that is open to the person, for the moderator and the quality assurance team, until it is
    finished. Raises Http404."""
    on = local_date(now)
    exercise = _get(opened_exercises(user, on), user, pk, now)
    if not (exercise.is_running and writes_up(user, exercise, on)):
        raise Http404
    return exercise


def get_exercise_to_call_off(user: User, pk: int, *, now: datetime) -> BenchmarkingExercise:
    """One that runs, for the quality assurance team. Raises Http404."""
    on = local_date(now)
    running = visible_exercises(user, on).filter(
        capability_q(user, QA, on), finished_at__isnull=True, called_off_at__isnull=True
    )
    return _get(running, user, pk, now)


def get_shared_learning(pk: int) -> BenchmarkingExercise:
    """What auditors learn from an exercise, which names no child; for every member of staff once it is
    shared. Raises Http404."""
    return get_object_or_404(BenchmarkingExercise, pk=pk, shared_at__isnull=False)


def writes_up(user: User, exercise: BenchmarkingExercise, on: date) -> bool:
    """Whether the person writes down what the group agrees: its moderator, or the quality assurance team."""
    if has_capability(user, QA, on, exercise.unit):
        return True
    leading = exercise.audits.in_group().filter(leads=True, assignment__post__in=posts_of(user, on))
    return leading.exists()


def activities_to_set_up(user: User, on: date) -> list[tuple[Programme, ActivityType]]:
    """Exercises that the frameworks in force on that local date know, and for which the person runs quality
    assurance."""
    frameworks = visible_frameworks(user, on, QA).order_by().values_list("pk", flat=True)
    theirs = set(frameworks)
    return [
        (programme, activity)
        for programme, activity in activities_on(on)
        if activity.kind == KIND and programme.framework_id in theirs
    ]


def _group_q(user: User, on: date) -> Q:
    """Exercises in whose group a post of the person is."""
    mine = BenchmarkingAudit.objects.in_group().filter(assignment__post__in=posts_of(user, on))
    return Q(pk__in=mine.order_by().values("exercise"))


def _get(
    exercises: QuerySet[BenchmarkingExercise], user: User, pk: int, now: datetime
) -> BenchmarkingExercise:
    found = exercises.select_related(*RELATED).defer("framework_version__content").filter(pk=pk).first()
    if found is None:
        raise Http404
    log_read(
        reader=user, kind=RecordRead.Kind.CASE, record_id=found.case_id, label=found.case.child_ref, now=now
    )
    return found
