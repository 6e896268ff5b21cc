"""Which alerts and disputes a person may see, raise, answer and decide on; the only way a page gets one.

Somebody else's and one that does not exist give the same answer: Http404.
"""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from qaframework.actions.access import OVERSIGHT
from qaframework.actions.models import Challenge
from qaframework.actions.workflow import (
    challenge_rules,
    kinds_to_raise,
    may_answer,
    may_follow_up,
    roles_that_raise,
    speaks_for,
)
from qaframework.caseload.access import cleared_q, is_cleared
from qaframework.caseload.models import Case
from qaframework.packs.definition import ChallengeKind
from qaframework.packs.models import FrameworkVersion
from qaframework.people.access import capability_q, posts_of
from qaframework.people.models import RecordRead, User
from qaframework.people.reads import log_read
from qaframework.rules.working_days import local_date

RELATED = (
    "framework_version",
    "case",
    "unit",
    "worker",
    "raised_by",
    "raised_from__unit",
    "asked_post",
    "closed_by",
    "clock",
)


def visible_challenges(user: User, on: date) -> QuerySet[Challenge]:
    """Those that the person raised, has to answer or answered, of cases that they work or worked with, or of
    units that they oversee."""
    posts = posts_of(user, on)
    scope = (
        Q(raised_by=user)
        | Q(raised_from__in=posts)
        | Q(asked_post__in=posts)
        | Q(worker=user)
        | Q(case__worker=user)
        | Q(answers__by=user)
        | capability_q(user, OVERSIGHT, on)
    )
    mine = Challenge.objects.filter(scope).values("pk")
    return Challenge.objects.filter(cleared_q(user, on), pk__in=mine)


def get_challenge(user: User, pk: int, *, now: datetime) -> Challenge:
    shown = get_object_or_404(visible_challenges(user, local_date(now)).select_related(*RELATED), pk=pk)
    _log(user, shown.case, f"Alert or dispute {pk}", now)
    return shown


def get_own_challenge(user: User, pk: int, *, now: datetime) -> Challenge:
    """One that the person raised, or whose raising post they hold. Raises Http404 for others."""
    shown = get_challenge(user, pk, now=now)
    return _only_if(speaks_for(user, shown, local_date(now)), shown)


def get_challenge_to_answer(user: User, pk: int, *, now: datetime) -> Challenge:
    """One that a post of the person answers at its stage. Raises Http404 for others."""
    shown = get_challenge(user, pk, now=now)
    return _only_if(may_answer(user, shown, local_date(now)), shown)


def get_challenge_to_follow_up(user: User, pk: int, *, now: datetime) -> Challenge:
    """One that supervision follows up with the person. Raises Http404 for others."""
    shown = get_challenge(user, pk, now=now)
    follows_up = shown.rules.in_supervision and may_follow_up(user, shown, local_date(now))
    return _only_if(follows_up, shown)


def raises_any(user: User, on: date) -> bool:
    """Whether a post of the person raises anything in a live framework."""
    return not roles_that_raise(on).isdisjoint(post.role for post in posts_of(user, on))


def rules_to_raise(user: User, case: Case, on: date) -> tuple[FrameworkVersion, list[ChallengeKind]] | None:
    """The rules for a case with the kinds that the person may raise about it; None where there are none.

    Reviewing officers and chairs work with children of every team: their role decides, not their unit. A
    restricted case needs a clearance.
    """
    if case.unit is None or not is_cleared(user, case, on):
        return None
    version = challenge_rules(case.unit, on)
    kinds = kinds_to_raise(user, version, on) if version else []
    return (version, kinds) if version and kinds else None


def get_case_to_challenge(
    user: User, pk: int, *, now: datetime
) -> tuple[Case, FrameworkVersion, list[ChallengeKind]]:
    """An open case about which the person may raise something, with what; the reading is logged."""
    open_cases = Case.objects.filter(status=Case.Status.OPEN).select_related("unit", "worker")
    case = get_object_or_404(open_cases, pk=pk)
    found = rules_to_raise(user, case, local_date(now))
    if found is None:
        raise Http404
    _log(user, case, "To raise an alert or dispute", now)
    return case, *found


def find_case_to_challenge(user: User, reference: str, on: date) -> Case | None:
    """The open case with that reference about which the person may raise something."""
    open_cases = Case.objects.filter(status=Case.Status.OPEN).select_related("unit")
    case = open_cases.filter(child_ref__iexact=reference.strip()).first()
    return case if case is not None and rules_to_raise(user, case, on) else None


def _only_if(is_theirs: bool, challenge: Challenge) -> Challenge:
    if not is_theirs:
        raise Http404
    return challenge


def _log(user: User, case: Case, purpose: str, now: datetime) -> None:
    kind = RecordRead.Kind.CASE
    log_read(reader=user, kind=kind, record_id=case.pk, label=case.child_ref, now=now, purpose=purpose)
