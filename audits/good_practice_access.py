"""Who reads the library of good practice, who proposes for it, and who keeps it (BF-20, LAN-23).

Everybody with a post where a framework holds reads its library. Restricted cases need a clearance, also when
a case was restricted after its good practice was published.
"""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from audits.models import CaseAudit, GoodPractice
from qaframework.allocation.models import Assignment
from qaframework.caseload.access import cleared_q
from qaframework.packs.models import Framework
from qaframework.people.access import capability_q, has_capability, posts_of
from qaframework.people.models import RecordRead, Unit, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date

QA = Capability.RUN_QUALITY_ASSURANCE
MANAGES = Capability.SEE_TEAM_WORK
READERS = (Capability.OWN_ACTIONS, Capability.SEE_FIGURES, Capability.CONFIGURE)
State = GoodPractice.State
RELATED = ("framework", "unit", "named", "asked_by", "published_by", "assignment__worker")
WORK = (
    "assignment__case",
    "assignment__worker",
    "assignment__unit",
    "assignment__programme",
    "assignment__framework_version",
    "answer_set__tool_version",
)


def readable_frameworks(user: User, on: date) -> QuerySet[Framework]:
    """Frameworks that hold where the person has a post on that local date, or above or below it."""
    scope = capability_q(user, QA, on, "units")
    for post in posts_of(user, on):
        above = Unit.objects.above(post.unit).order_by().values("pk")
        scope |= Q(units__path__startswith=post.unit.path) | Q(units__in=above)
    return Framework.objects.filter(pk__in=Framework.objects.filter(scope).values("pk"))


def library(user: User, on: date) -> QuerySet[GoodPractice]:
    """The published entries that the person reads."""
    frameworks = readable_frameworks(user, on).order_by().values("pk")
    published = GoodPractice.objects.filter(state=State.PUBLISHED, framework__in=frameworks)
    return published.filter(cleared_q(user, on, "assignment__case"))


def get_good_practice(user: User, pk: int, on: date) -> GoodPractice:
    """An entry to read; the quality assurance team also reads what was withdrawn. Raises Http404."""
    found = GoodPractice.objects.filter(Q(pk__in=library(user, on).values("pk")) | _kept_q(user, on))
    return get_object_or_404(found.select_related(*RELATED), pk=pk)


def get_good_practice_to_keep(user: User, pk: int, on: date) -> GoodPractice:
    """A published entry for the quality assurance team of the service. Raises Http404."""
    related = (*RELATED, "assignment__case")
    found = GoodPractice.objects.filter(_kept_q(user, on), state=State.PUBLISHED)
    return get_object_or_404(found.select_related(*related), pk=pk)


def keeps(user: User, entry: GoodPractice, on: date) -> bool:
    """Whether the person changes and withdraws it."""
    return has_capability(user, QA, on, entry.unit)


def looks_for_it(user: User, audit: CaseAudit, on: date) -> bool:
    """Whether the person proposes or publishes what is good about the audit, which is final."""
    unit = audit.assignment.unit
    return any(has_capability(user, capability, on, unit) for capability in (QA, MANAGES))


def praised_audits(user: User, on: date, *capabilities: Capability) -> QuerySet[CaseAudit]:
    """Final audits of units for which the person has one of the capabilities."""
    scope = capability_q(user, capabilities, on, "assignment__unit")
    cleared = cleared_q(user, on, case_field="assignment__case")
    return CaseAudit.objects.filter(scope, cleared, assignment__state=Assignment.State.FINAL)


def get_praised_audit(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """A final audit to look for good practice in, for managers and the quality assurance team; logged.

    Raises Http404.
    """
    return _get(user, pk, now, QA, MANAGES)


def get_audit_to_propose(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """The same for those who manage the practitioner; logged. Raises Http404."""
    return _get(user, pk, now, MANAGES)


def get_audit_to_publish(user: User, pk: int, question: str, *, now: datetime) -> CaseAudit:
    """The same for the quality assurance team; ``question`` is one that notes good practice, or empty.

    Raises Http404.
    """
    audit = _get(user, pk, now, QA)
    asked = audit.answer_set.tool_version.definition.gathered("good_practice")
    if question and question not in {one.key for one in asked}:
        raise Http404
    return audit


def _get(user: User, pk: int, now: datetime, *capabilities: Capability) -> CaseAudit:
    found = praised_audits(user, local_date(now), *capabilities).select_related(*WORK)
    audit = get_object_or_404(found.defer("answer_set__tool_version__content"), pk=pk)
    case = audit.assignment.case
    label = case.child_ref if case else f"Audit {pk}"
    log_read(reader=user, kind=RecordRead.Kind.AUDIT, record_id=pk, label=label, now=now)
    return audit


def _kept_q(user: User, on: date) -> Q:
    cleared = cleared_q(user, on, "assignment__case")
    return capability_q(user, QA, on, "unit") & cleared & Q(state__in=[State.PUBLISHED, State.WITHDRAWN])
