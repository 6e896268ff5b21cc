"""Where audits land when they are handed in, and where the figures of leaders lead."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audits.inbox import inbox_for
from qaframework.people.access import local_today, requires
from qaframework.people.roles import Capability
from qaframework.people.tables import columns


@requires(Capability.RUN_QUALITY_ASSURANCE, Capability.SEE_TEAM_WORK)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    context = {
        "inbox": inbox_for(request.user, request.GET, local_today()),
        "columns": columns("Audit", "Handed in", "In time", "Auditor", "Grade", "Moderation"),
    }
    return render(request, "audits/inbox/inbox.html", context)
