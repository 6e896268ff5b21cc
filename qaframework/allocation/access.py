"""Which assignments, requests and programmes a person may see, and which they may change."""

from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from qaframework.allocation.models import (
    Assignment,
    AssignmentQuerySet,
    ExtensionRequest,
    Planning,
    Programme,
)
from qaframework.allocation.reading import holder_name
from qaframework.allocation.workflow import may_approve
from qaframework.caseload.access import cleared_q
from qaframework.caseload.models import Case
from qaframework.packs.models import Framework, FrameworkQuerySet
from qaframework.people.access import capability_q, covers_authority, has_capability, local_today, posts_of
from qaframework.people.models import Post, PostHolding, PostQuerySet, RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import ROLES, Capability

OVERSEERS = (Capability.SEE_TEAM_WORK, Capability.RUN_QUALITY_ASSURANCE)
PLANNERS = (Capability.RUN_QUALITY_ASSURANCE, Capability.CONFIGURE)


def owned_assignments(user: User, on: date) -> AssignmentQuerySet:
    """Work of the posts that the person holds on that local date."""
    return Assignment.objects.filter(cleared_q(user, on)).owed_by(posts_of(user, on))


def overseen_assignments(user: User, on: date) -> AssignmentQuerySet:
    """Work of posts in units whose work the person sees, or for which they run quality assurance."""
    return Assignment.objects.filter(_overseen(user, on), cleared_q(user, on))


def visible_assignments(user: User, on: date) -> AssignmentQuerySet:
    """What the person owes, takes part in, or oversees; never a restricted case without clearance."""
    scope = Q(post__in=posts_of(user, on)) | Q(worker=user) | _overseen(user, on)
    return Assignment.objects.filter(scope, cleared_q(user, on))


def case_assignments(user: User, case: Case, on: date) -> QuerySet[Assignment]:
    """The work about a case that the person sees, the latest first; theirs to see is decided before.

    What is visible to them anyway, and what was handed in about a unit whose work they see.
    """
    handed_in = Q(state__in=Assignment.DONE_STATES)
    scope = Q(pk__in=visible_assignments(user, on).filter(case=case).values("pk"))
    scope |= capability_q(user, Capability.SEE_TEAM_WORK, on) & handed_in
    found = Assignment.objects.counted().filter(scope, case=case)
    return found.select_related("post__unit").order_by("-due_on", "-pk")


def may_open(user: User, assignment: Assignment, on: date) -> bool:
    """Whether its page opens for somebody who sees it in a list: handed in, or concerning them."""
    if assignment.state in Assignment.DONE_STATES or assignment.worker_id == user.pk:
        return True
    if any(post.pk == assignment.post_id for post in posts_of(user, on)):
        return True
    return has_capability(user, Capability.RUN_QUALITY_ASSURANCE, on, assignment.post.unit)


def get_visible_assignment(user: User | AnonymousUser, pk: int) -> Assignment:
    """The assignment with its post, case, worker and rules. Raises Http404 when it is not theirs to see."""
    if not isinstance(user, User):
        raise Http404
    return _get(visible_assignments(user, local_today()), pk)


def get_owned_assignment(user: User, pk: int) -> Assignment:
    """Work of a post that the person holds today. Raises Http404 for any other."""
    return _get(owned_assignments(user, local_today()), pk)


def get_managed_assignment(user: User, pk: int) -> Assignment:
    """Work that the person may move or withdraw, running quality assurance. Raises Http404."""
    on = local_today()
    scope = capability_q(user, Capability.RUN_QUALITY_ASSURANCE, on, "post__unit")
    return _get(Assignment.objects.filter(scope, cleared_q(user, on)), pk)


def visible_requests(user: User, on: date) -> QuerySet[ExtensionRequest]:
    """Requests for more time about work that the person decides on, or oversees for the QA team."""
    unit = "assignment__post__unit"
    scope = capability_q(user, Capability.DECIDE_EXTENSIONS, on, unit) | capability_q(
        user, Capability.RUN_QUALITY_ASSURANCE, on, unit
    )
    return ExtensionRequest.objects.filter(scope, cleared_q(user, on, case_field="assignment__case"))


def get_request(user: User, pk: int) -> ExtensionRequest:
    """A request in the scope of one who decides. Raises Http404."""
    on = local_today()
    scope = capability_q(user, Capability.DECIDE_EXTENSIONS, on, "assignment__post__unit")
    requests = visible_requests(user, on).filter(scope)
    related = ("assignment__post__unit", "assignment__case", "assignment__framework_version", "asked_by")
    return get_object_or_404(requests.select_related(*related, "assignment__clock"), pk=pk)


def visible_frameworks(user: User, on: date, *capabilities: Capability) -> FrameworkQuerySet:
    """Live frameworks that hold for a unit where the person has one of the capabilities."""
    scope = Q(pk__in=[])
    for capability in capabilities or PLANNERS:
        scope |= capability_q(user, capability, on, "units")
    return Framework.objects.live().filter(scope).distinct()


def get_framework_to_plan(user: User, pk: int) -> Framework:
    """A live framework for all of whose units the person runs quality assurance. Raises Http404."""
    on = local_today()
    framework = get_object_or_404(visible_frameworks(user, on, Capability.RUN_QUALITY_ASSURANCE), pk=pk)
    if not may_plan(user, framework, on):
        raise Http404
    return framework


def get_programme(user: User, pk: int) -> Programme:
    """A programme that the person plans or configures for. Raises Http404."""
    frameworks = visible_frameworks(user, local_today())
    programmes = Programme.objects.filter(framework__in=frameworks.values("pk"))
    return get_object_or_404(programmes.select_related("framework"), pk=pk)


def get_planning_to_approve(user: User, pk: int, planning_pk: int) -> Planning:
    """A planning of a programme for which the person answers. Raises Http404."""
    plannings = Planning.objects.select_related("programme__framework", "made_by", "approval__approved_by")
    planning = get_object_or_404(plannings, pk=planning_pk, programme=pk)
    if not may_approve(user, planning.programme, local_today()):
        raise Http404
    return planning


def posts_that_audit(framework: Framework, on: date) -> PostQuerySet:
    """Open posts of the framework's units whose role audits, each with its unit and who is its ``holder``."""
    posts = Post.objects.open().with_capability(Capability.AUDIT).filter(framework.covers("unit"))
    named = posts.annotate(holder=holder_name("pk", on))
    return named.select_related("unit").order_by("unit__path", "title")


def runs_everywhere(user: User, on: date) -> bool:
    """Whether the person runs quality assurance for the whole authority."""
    return covers_authority(user, Capability.RUN_QUALITY_ASSURANCE, on)


def may_plan(user: User, framework: Framework, on: date) -> bool:
    """Whether the person runs quality assurance for every unit of the framework."""
    if runs_everywhere(user, on):
        return True
    units = framework.units.all()
    capability = Capability.RUN_QUALITY_ASSURANCE
    return bool(units) and all(has_capability(user, capability, on, unit=unit) for unit in units)


def people_in_line(user: User, on: date) -> QuerySet[PostHolding]:
    """Holdings on a local date of those whom the person manages: whose post reports to theirs, or is a less
    senior one in a unit whose work their post sees. Not the quality assurance team's, who manage nobody
    there (BED-30)."""
    scope = Q(pk__in=[])
    for post in posts_of(user, on):
        role = ROLES[post.role]
        if Capability.SEE_TEAM_WORK not in role.capabilities or role.serves_everyone:
            continue
        below = [one.key for one in ROLES.values() if one.seniority < role.seniority]
        scope |= Q(post__reports_to=post)
        scope |= Q(post__unit__path__startswith=post.unit.path, post__role__in=below)
    held = PostHolding.objects.on(on).filter(scope, post__is_active=True)
    return held.exclude(user=user)


def get_holding_in_line(user: User, pk: int, on: date, *, now: datetime) -> PostHolding:
    """The main post of somebody whom the person manages; the reading is logged. Raises Http404 for others."""
    held = people_in_line(user, on).filter(user=pk).select_related("user", "post__unit")
    holding = held.order_by("is_acting", "starts_on", "pk").first()
    if holding is None:
        raise Http404
    worker = holding.user
    log_read(
        reader=user,
        kind=RecordRead.Kind.PERSON,
        record_id=worker.pk,
        label=worker.staff_reference or f"Person {worker.pk}",
        now=now,
        purpose="How often they are observed",
    )
    return holding


def _overseen(user: User, on: date) -> Q:
    return capability_q(user, OVERSEERS, on, "post__unit")


def _get(assignments: AssignmentQuerySet, pk: int) -> Assignment:
    related = ("post__unit", "unit", "case", "worker", "framework_version", "programme", "clock")
    return get_object_or_404(assignments.select_related(*related), pk=pk)
