"""Who answers a survey, and who reads what all of them said."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from qaframework.caseload.access import cleared_q
from qaframework.packs.models import Framework
from qaframework.people.access import capability_q
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.tools.models import Survey, SurveyInvitation

QA = Capability.RUN_QUALITY_ASSURANCE


def invitations_to(user: User, on: date) -> QuerySet[SurveyInvitation]:
    """What the person can still answer on a local date, what ends first at the top."""
    waiting = SurveyInvitation.objects.filter(person=user, is_used=False, closes_on__gte=on)
    return waiting.filter(cleared_q(user, on)).order_by("closes_on", "pk")


def get_invitation(user: User, pk: int, on: date) -> SurveyInvitation:
    """The person's own, also when it is used or over. Raises Http404 for anybody else.

    Nothing is logged: it would say when somebody answered.
    """
    own = SurveyInvitation.objects.filter(cleared_q(user, on), person=user)
    return get_object_or_404(own.select_related("survey__tool_version"), pk=pk)


def readable_surveys(user: User, on: date) -> QuerySet[Survey]:
    """Surveys of the frameworks for whose units the person runs quality assurance on a local date."""
    frameworks = Framework.objects.filter(capability_q(user, QA, on, "units")).values("pk")
    return Survey.objects.filter(framework_version__framework__in=frameworks)


def get_surveys(user: User, framework: int, activity: str, period: str, on: date) -> QuerySet[Survey]:
    """All of one kind of work and one quarter, of every role and version of the rules. Raises Http404."""
    found = readable_surveys(user, on).filter(
        framework_version__framework=framework, activity=activity, period=period
    )
    if not found.exists():
        raise Http404
    return found
