"""The page on which a kind of work is added to a framework, or changed, together with its form (RBWM-28)."""

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qaframework.packs import access
from qaframework.packs.workflow import change_rules
from qaframework.people.access import local_today, not_allowed, requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.tools.activity_form import ActivityForm
from qaframework.tools.workflow import install_tools

ADDED = "Nobody owes new work yet: give it a quota when it is saved, then make the programme again."
CHANGED = "What is not asked here, such as moderation, stays as it is."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.CONFIGURE)
def activity(request: HttpRequest, pk: int, key: str = "") -> HttpResponse:
    """Change the activity with that key, or add one without a key: a new version of the framework."""
    framework = access.get_framework(pk)
    version, today, user = framework.versions.first(), local_today(), cast(User, request.user)
    if not access.may_configure(user, framework, today):
        return not_allowed(request, Capability.CONFIGURE)
    if version is None:
        raise Http404
    written = next((one for one in version.content["framework"]["activities"] if one["key"] == key), None)
    if key and written is None:
        raise Http404
    form = ActivityForm(sent(request), request.FILES or None, activity=written, version=version, today=today)
    back = reverse("packs:framework", args=[framework.pk])

    def keep(values: dict[str, Any]) -> str:
        now = timezone.now()
        with transaction.atomic():
            made = change_rules(
                framework=framework,
                content=form.new_content(),
                effective_from=values["effective_from"],
                note=values["note"],
                by=user,
                now=now,
                based_on=framework.versions.filter(number=values["number"]).first(),
            )
            install_tools(framework_version=made, by=user, now=now)
        if made == version:
            messages.info(request, "Nothing was different, so nothing has changed.")
        else:
            messages.success(request, f"{values['label']}: version {made.label} of the framework.")
        return back

    page = {
        "title": f"Change: {written['label']}" if written else "Add a kind of work",
        "back": {"label": framework.name, "url": back},
        "text": ["What you save is a new version of the framework.", CHANGED if written else ADDED],
        "button": "Save as a new version",
    }
    return form_page(request, form, keep, page)
