"""Who may see an audit, and who may work on it: the only way in which a page gets hold of one.

Somebody else's audit and one that does not exist give the same answer: Http404. Cases that are restricted
need a clearance. Every reading is logged.
"""

from datetime import date, datetime

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from audits.models import CaseAudit, CaseReview
from qaframework.actions.models import Action
from qaframework.activities.access import LARGE, own
from qaframework.caseload.access import cleared_q
from qaframework.people.access import capability_q, posts_of
from qaframework.people.models import PostHolding, RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date

RELATED = (
    "assignment__case__unit",
    "assignment__worker",
    "assignment__post__unit",
    "assignment__framework_version",
    "answer_set__tool_version",
    "action_plan",
    "meeting__proposed_by",
    "advice_request__advised_by",
)
FORM = (
    "assignment__case",
    "assignment__worker",
    "assignment__framework_version",
    "answer_set__tool_version",
)


def visible_audits(user: User, on: date) -> QuerySet[CaseAudit]:
    """Audits the person may read on that local date.

    Those of the posts they hold, those of their own work, once handed in those of units whose work they
    see, and all that they run quality assurance for. Those that they follow up, as long as they owe that.
    """
    handed_in = Q(submitted_at__isnull=False)
    scope = Q(assignment__post__in=posts_of(user, on)) | Q(assignment__worker=user)
    for unit in ("assignment__unit", "assignment__post__unit"):
        scope |= capability_q(user, Capability.SEE_TEAM_WORK, on, unit) & handed_in
        scope |= capability_q(user, Capability.RUN_QUALITY_ASSURANCE, on, unit)
    scope |= Q(pk__in=own(CaseReview, user, on).filter(audit__isnull=False).order_by().values("audit"))
    return CaseAudit.objects.filter(scope).filter(cleared_q(user, on, case_field="assignment__case"))


def get_audit(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """An audit to read, with all that its page shows in one query. Raises Http404."""
    return _logged(_get(visible_audits(user, local_date(now)), pk, now), user, now)


def get_audit_to_edit(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """An audit for the person whose post owes it, to read and to work on. Raises Http404."""
    return _logged(_get(own(CaseAudit, user, local_date(now)), pk, now), user, now)


def get_audit_to_fill_in(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """The same with no more than a section of its form shows."""
    audits = own(CaseAudit, user, local_date(now)).select_related(*FORM).defer(*LARGE)
    return _logged(_found(audits.filter(pk=pk).first()), user, now)


def get_audit_to_save(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """The same where one answer is written and nothing shown: slim, and no reading is logged."""
    related = ("assignment", "answer_set__tool_version")
    return _found(own(CaseAudit, user, local_date(now)).select_related(*related).filter(pk=pk).first())


def get_audit_as_worker(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """An audit for the practitioner whose work it looks at. Raises Http404."""
    mine = visible_audits(user, local_date(now)).filter(assignment__worker=user)
    return _logged(_get(mine, pk, now), user, now)


def get_audit_to_follow(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """The same for a page that asks again every few seconds: its opening was logged as a reading. Slim."""
    mine = visible_audits(user, local_date(now)).filter(assignment__worker=user)
    return _found(mine.select_related(*FORM).defer(*LARGE).filter(pk=pk).first())


def get_open_view(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """The same for the two people who write down the practitioner's view, each on their own page."""
    return _found(_of_both(user, local_date(now)).select_related("assignment").filter(pk=pk).first())


def get_audit_as_participant(user: User, pk: int, *, now: datetime) -> CaseAudit:
    """An audit for the two people who meet about it: who owes it and the practitioner. Raises Http404."""
    return _logged(_get(_of_both(user, local_date(now)), pk, now), user, now)


def _of_both(user: User, on: date) -> QuerySet[CaseAudit]:
    both = Q(assignment__worker=user) | Q(assignment__post__in=posts_of(user, on))
    return visible_audits(user, on).filter(both)


def _get(audits: QuerySet[CaseAudit], pk: int, now: datetime) -> CaseAudit:
    held = PostHolding.objects.on(local_date(now)).filter(post=OuterRef("assignment__post"))
    holder = held.order_by("-is_acting", "-starts_on", "-pk").values("user__full_name")[:1]
    actions = Action.objects.filter(plan=OuterRef("action_plan")).order_by().values("plan")
    drafts = actions.filter(state=Action.State.DRAFT)
    shown = (
        audits.filter(pk=pk)
        .select_related(*RELATED)
        .defer(*LARGE)
        .annotate(
            holder_name=Subquery(holder),
            action_count=Subquery(actions.annotate(count=Count("pk")).values("count")),
            earliest_draft=Subquery(drafts.annotate(first=Min("due_on")).values("first")),
        )
    )
    return _found(shown.first())


def _found(audit: CaseAudit | None) -> CaseAudit:
    if audit is None:
        raise Http404
    return audit


def _logged(audit: CaseAudit, user: User, now: datetime) -> CaseAudit:
    case = audit.assignment.case
    log_read(
        reader=user,
        kind=RecordRead.Kind.AUDIT,
        record_id=audit.pk,
        label=case.child_ref if case else f"Audit {audit.pk}",
        now=now,
    )
    return audit
