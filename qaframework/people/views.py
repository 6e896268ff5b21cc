"""The organisation, its posts and people, who read what, and one's own account."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from qaframework.people import access, workflow
from qaframework.people.access import local_today, requires, requires_whole_authority, signed_in
from qaframework.people.context import home_of
from qaframework.people.directory import Organisation
from qaframework.people.form_page import form_page, sent
from qaframework.people.forms import (
    AppointForm,
    LastDayForm,
    PeopleFileForm,
    PostForm,
    ReadsFilterForm,
    UnitForm,
)
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import RecordRead, Unit
from qaframework.people.pages import (
    branches,
    closing_facts,
    holding_rows,
    person_history,
    post_rows,
    read_rows,
)
from qaframework.people.paging import keyset_page
from qaframework.people.people_file import ImportRefused
from qaframework.people.refusal import Refused
from qaframework.people.roles import ROLE_CHOICES, ROLES, Capability
from qaframework.people.tables import columns

MOST_MISTAKES_SHOWN = 200
WHAT_CLOSING_MEANS = (
    "Nobody can be appointed to a closed post, and it cannot be opened again here.",
    "Work that it still owes stays with it, with nobody to do it, until the quality assurance team moves it "
    "to another post. When the programme is next made, the post owes nothing in the months to come.",
    "Posts that report to it then report to the one above it.",
)
NO_POST = "You hold no post today. If that is wrong, ask your administrator to record your post."
NO_ORGANISATION = (
    "Nobody holds a post yet. The first one is recorded with a command: "
    "see “The first administrator” in docs/operations.md."
)


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the page that the person's work begins with."""
    return redirect(home_of(request.user))


@require_POST
def keep_alive(request: HttpRequest) -> HttpResponse:
    """Somebody is at work in a page that sends nothing else; 401 when the session has ended."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


@signed_in
@require_safe
def my_account(request: HttpRequest) -> HttpResponse:
    posts = access.posts_of(request.user, local_today())
    is_first = request.user.is_superuser and not posts and not Unit.objects.exists()
    context = {
        "rows": [[post.title, ROLES[post.role].title, post.unit.name] for post in posts],
        "columns": columns("Post", "Role", "Unit"),
        "without_posts": NO_ORGANISATION if is_first else NO_POST,
    }
    return render(request, "people/my_account.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def calendar_address(request: HttpRequest) -> HttpResponse:
    """One's own calendar address: made, made anew, switched off. The secret is in one answer only."""
    made = ""
    if request.POST.get("do") == "make":
        try:
            token = workflow.make_calendar_address(user=request.user, by=request.user, now=timezone.now())
            made = f"{settings.SITE_URL}{reverse('reporting:own_dates', args=[token])}"
        except Refused as refusal:
            messages.error(request, str(refusal))
    elif request.method == "POST":
        workflow.switch_off_calendar_address(user=request.user, by=request.user, now=timezone.now())
        messages.success(request, "The address is switched off. Calendars that used it get nothing any more.")
        return redirect("people:calendar_address")
    address = access.calendar_address_of(request.user)
    context = {"made": made, "address": address, "last": access.last_calendar_reading(address)}
    return render(request, "people/calendar_address.html", context)


# The organisation


@requires(Capability.CONFIGURE)
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    loaded = Organisation.load(local_today())
    paths = access.scope_paths(request.user, Capability.CONFIGURE, local_today())
    return render(request, "people/organisation.html", {"branches": branches(loaded, paths)})


@requires(Capability.CONFIGURE)
@require_safe
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_unit(request.user, pk, local_today())
    context = {
        "unit": shown,
        "children": shown.children.order_by("name"),
        "posts": post_rows(shown, local_today()),
        "columns": columns("Post", "Role", "Held by"),
    }
    return render(request, "people/unit.html", context)


@requires(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def unit_add(request: HttpRequest, pk: int) -> HttpResponse:
    parent = access.get_unit(request.user, pk, local_today())
    form = UnitForm(sent(request))

    def add(values: dict[str, Any]) -> str:
        new = workflow.add_unit(parent=parent, by=request.user, now=timezone.now(), **values)
        messages.success(request, f"{new.name} has been added.")
        return reverse("people:unit", args=[new.pk])

    page = {"title": f"Add a unit to {parent.name}", "button": "Add unit", "back": _crumb("unit", parent)}
    return form_page(request, form, add, page)


@requires(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def post_add(request: HttpRequest, pk: int) -> HttpResponse:
    unit = access.get_unit(request.user, pk, local_today())
    form = PostForm(sent(request))

    def add(values: dict[str, Any]) -> str:
        new = workflow.add_post(unit=unit, by=request.user, now=timezone.now(), **values)
        messages.success(request, f"{new.title} has been added. Nobody holds it yet.")
        return reverse("people:post", args=[new.pk])

    page = {"title": f"Add a post to {unit.name}", "button": "Add post", "back": _crumb("unit", unit)}
    return form_page(request, form, add, page)


@requires(Capability.CONFIGURE)
@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_post(request.user, pk, local_today())
    context = {
        "post": shown,
        "role": ROLES[shown.role].title,
        "holdings": holding_rows(shown.holdings.select_related("user"), local_today()),
    }
    return render(request, "people/post.html", context)


@requires(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def post_close(request: HttpRequest, pk: int) -> HttpResponse:
    closing = access.get_post(request.user, pk, local_today())

    def close(_values: dict[str, Any]) -> str:
        workflow.close_post(post=closing, by=request.user, now=timezone.now(), on=local_today())
        messages.success(request, f"{closing.title} has been closed.")
        return reverse("people:post", args=[closing.pk])

    page = {
        "title": f"Close {closing.title}",
        "facts": closing_facts(closing, local_today()),
        "text": WHAT_CLOSING_MEANS,
        "button": "Close this post",
        "back": _crumb("post", closing),
    }
    return form_page(request, Form(sent(request)), close, page)


@requires(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    post = access.get_post(request.user, pk, local_today())
    form = AppointForm(sent(request))

    def add(values: dict[str, Any]) -> str:
        holding = workflow.appoint(post=post, by=request.user, now=timezone.now(), **values)
        messages.success(request, f"{holding.user} has been appointed.")
        return reverse("people:post", args=[post.pk])

    page = {"title": f"Appoint somebody: {post.title}", "button": "Appoint", "back": _crumb("post", post)}
    return form_page(request, form, add, page)


@requires(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def holding_end(request: HttpRequest, pk: int) -> HttpResponse:
    holding = access.get_holding(request.user, pk, local_today())
    form = LastDayForm(sent(request))

    def end(values: dict[str, Any]) -> str:
        workflow.end_holding(holding=holding, ends_on=values["last_day"], by=request.user, now=timezone.now())
        messages.success(request, f"The last day of {holding.user} in this post has been recorded.")
        return reverse("people:post", args=[holding.post.pk])

    page = {
        "title": f"Last day of {holding.user} as {holding.post.title}",
        "text": ["What the post owes stays with the post. Its next holder, or whoever acts in it, sees it."],
        "button": "Record last day",
        "back": _crumb("post", holding.post),
    }
    return form_page(request, form, end, page)


# People


@requires(Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE)
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_person(request.user, pk, local_today(), now=timezone.now())
    context = {
        "person": shown,
        "holdings": holding_rows(shown.holdings.select_related("post"), local_today(), by_post=True),
        "entries": person_history(shown),
        "columns": columns("When", "What", "By"),
        "may_configure": access.has_capability(request.user, Capability.CONFIGURE, local_today()),
    }
    return render(request, "people/person.html", context)


@requires(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def person_leave(request: HttpRequest, pk: int) -> HttpResponse:
    leaver = access.get_person(request.user, pk, local_today(), now=timezone.now())
    form = LastDayForm(sent(request))

    def leave(values: dict[str, Any]) -> str:
        workflow.leave(user=leaver, left_on=values["last_day"], by=request.user, now=timezone.now())
        messages.success(request, f"The last day of {leaver} at work has been recorded.")
        return reverse("people:person", args=[leaver.pk])

    page = {
        "title": f"Last day of {leaver} at work",
        "text": ["From the day after, they cannot sign in. What their posts owe stays with the posts."],
        "button": "Record last day",
        "back": _crumb("person", leaver),
    }
    return form_page(request, form, leave, page)


@requires(Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE)
@require_GET
def reads(request: HttpRequest) -> HttpResponse:
    form = ReadsFilterForm(request.GET or None)
    found = RecordRead.objects.select_related("reader")
    if form.is_valid():
        found = found.matching(**form.cleaned_data)
    page = keyset_page(found, moment="at", query=request.GET, newest_first=True)
    context = {
        "form": form,
        "page": page,
        "rows": read_rows(page.rows),
        "columns": columns("When", "Who", "Kind", "Record", "Purpose"),
        "active": form.has_changed(),
    }
    return render(request, "people/reads.html", context)


# Importing


@requires_whole_authority(Capability.CONFIGURE)
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    form = PeopleFileForm(sent(request), request.FILES or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = workflow.check_people_import(
                file=file.file, file_name=file.name, by=request.user, now=timezone.now()
            )
            return redirect("people:import", kept.pk)
        except ImportRefused as error:
            refused = error
    return _import_page(request, form, refused)


@requires_whole_authority(Capability.CONFIGURE)
@require_safe
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    kept = access.get_people_import(request.user, pk, local_today())
    changes = workflow.preview(kept, now=timezone.now())
    rows = [[change.what, change.name, change.detail] for change in changes.lines()]
    context = {
        "kept": kept,
        "changes": changes,
        "kinds": Counter(what for what, *_ in rows).items(),
        "rows": rows,
        "columns": columns("What", "Which", "Code or dates"),
    }
    return render(request, "people/import_preview.html", context)


@requires_whole_authority(Capability.CONFIGURE)
@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    kept = access.get_people_import(request.user, pk, local_today())
    try:
        if "discard" in request.POST:
            workflow.discard_people_import(people_import=kept, by=request.user, now=timezone.now())
            messages.success(request, f"{kept.file_name} has been discarded. Nothing was changed.")
        else:
            changes = workflow.apply_people_import(people_import=kept, by=request.user, now=timezone.now())
            messages.success(request, f"{kept.file_name} has been imported: {changes.count} changes.")
    except ImportRefused as refused:
        return _import_page(request, PeopleFileForm(), refused)
    except SomebodyElseWasFirst:
        messages.error(request, "Somebody else has already applied or discarded this file.")
    return redirect("people:organisation")


def _import_page(request: HttpRequest, form: Form, refused: ImportRefused | None) -> HttpResponse:
    mistakes = refused.mistakes if refused else []
    context = {
        "form": form,
        "roles": ROLE_CHOICES,
        "refused": refused,
        "columns": columns("Row", "Column", "Value", "What is wrong"),
        "rows": [
            [mistake.row, mistake.column, mistake.value, mistake.problem]
            for mistake in mistakes[:MOST_MISTAKES_SHOWN]
        ],
        "not_shown": max(0, len(mistakes) - MOST_MISTAKES_SHOWN),
    }
    is_wrong = refused is not None or bool(form.errors)
    return render(request, "people/import_new.html", context, status=422 if is_wrong else 200)


def _crumb(name: str, record: Any) -> dict[str, str]:
    return {"label": str(record), "url": reverse(f"people:{name}", args=[record.pk])}
