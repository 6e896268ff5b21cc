"""A person's own notices, when they want them, and for administrators those that could not be sent."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.notices import workflow
from qaframework.notices.access import (
    chosen_by,
    get_failed,
    get_notice,
    own_notices,
    withhold_restricted,
    without_words,
)
from qaframework.notices.forms import PreferenceForm, ReceiptForm
from qaframework.notices.models import Notice
from qaframework.people.access import local_today, require_bearer, requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.paging import keyset_page
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    notices = own_notices(request.user).select_related("digest")
    only_unread = request.GET.get("show") == "unread"
    shown = notices.unread() if only_unread else notices
    page = keyset_page(shown, moment="created_at", query=request.GET, newest_first=True)
    withhold_restricted(page.rows, request.user, local_today())
    tabs = [
        {"label": "All", "url": "?", "current": not only_unread},
        {"label": "Unread", "url": "?show=unread", "current": only_unread, "count": notices.unread().count()},
    ]
    return render(request, "notices/inbox.html", {"page": page, "tabs": tabs, "only_unread": only_unread})


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one notice as read, and with ``open`` goes on to what it is about."""
    notice = get_notice(request.user, pk, local_today())
    workflow.mark_read(recipient=request.user, notice_ids=[notice.pk], now=timezone.now())
    return redirect(notice.url if "open" in request.POST and notice.url else "notices:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = workflow.mark_read(recipient=request.user, notice_ids=None, now=timezone.now())
    messages.success(request, f"{count} notice{'' if count == 1 else 's'} marked as read.")
    return redirect("notices:inbox")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferenceForm(sent(request), initial=chosen_by(request.user))

    def act(data: dict[str, Any]) -> str:
        workflow.choose_delivery(
            user=request.user,
            digest_at=data["digest_at"],
            quiet=data["quiet"],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, "Your choice is saved.")
        return reverse("people:my_account")

    page = {
        "title": "When e-mails come to you",
        "text": [
            "Everything that is sent to you is also under Notices. Escalations, and concerns about a child "
            "who may be unsafe, are e-mailed at once, at any hour."
        ],
        "button": "Save",
        "back": {"label": "Your account", "url": reverse("people:my_account")},
    }
    return form_page(request, form, act, page)


@requires(Capability.CONFIGURE)
@require_safe
def failed(request: HttpRequest) -> HttpResponse:
    only_closed = request.GET.get("show") == "closed"
    waiting = Notice.objects.failed().count()
    notices = without_words(Notice.objects.closed() if only_closed else Notice.objects.failed())
    page = keyset_page(notices, moment="created_at", query=request.GET, newest_first=True)
    tabs = [
        {"label": "To look at", "url": "?", "current": not only_closed, "count": waiting},
        {"label": "Closed", "url": "?show=closed", "current": only_closed},
    ]
    return render(request, "notices/failed.html", {"page": page, "tabs": tabs, "only_closed": only_closed})


@requires(Capability.CONFIGURE)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        workflow.try_again(notice=get_failed(pk), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The e-mail will be sent again within a minute.")
    return redirect("notices:failed")


@requires(Capability.CONFIGURE)
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    count = workflow.try_all_again(now=timezone.now())
    which = "One e-mail" if count == 1 else f"{count} e-mails"
    messages.success(request, f"{which} will be sent again within a few minutes.")
    return redirect("notices:failed")


@requires(Capability.CONFIGURE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    workflow.close_failed(notice=get_failed(pk), by=request.user, now=timezone.now())
    messages.success(request, "Closed. It stays under Closed.")
    return redirect("notices:failed")


@csrf_exempt
@require_POST
def receipt(request: HttpRequest) -> HttpResponse:
    """GOV.UK Notify says what became of an e-mail; with the token that was agreed with it, else 404."""
    require_bearer(request, settings.NOTIFY_CALLBACK_TOKEN)
    form = ReceiptForm(_document(request))
    if not form.is_valid():
        return HttpResponseBadRequest("A receipt has reference and status.", content_type="text/plain")
    if form.has_failed:
        workflow.note_returned(
            notice_id=form.cleaned_data["reference"], reason=form.reason, now=timezone.now()
        )
    return HttpResponse(status=204)


def _document(request: HttpRequest) -> dict[str, Any]:
    try:
        document = json.loads(request.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
