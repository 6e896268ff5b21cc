"""Pages of the frameworks: the list, the rules of one, its quotas, what changed between two versions."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.packs import access, challenge_wording, practice_wording, wording
from qaframework.packs.definition import Pack, PackGradeScheme
from qaframework.packs.differences import differences
from qaframework.packs.documents import pack_up
from qaframework.packs.forms import QuotaForm
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import files_of
from qaframework.packs.survey_wording import survey_facts
from qaframework.packs.workflow import change_quotas
from qaframework.packs.year_calendar import review_day, year_calendar
from qaframework.people.access import has_capability, local_today, not_allowed, requires
from qaframework.people.calendar import working_calendar
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.rules.periods import Month, ProgrammeYear

CALENDAR_YEARS = range(2000, 2200)
FRAMEWORKS = {"label": "Frameworks", "url": reverse_lazy("packs:frameworks")}
CONFLICT = (
    "Somebody else changed this framework while you were here, and its newest version is now {label}. "
    "Nothing is lost: your numbers are still in the table. Compare them with that version, then save again."
)


@require_safe
@requires(*access.READERS)
def frameworks(request: HttpRequest) -> HttpResponse:
    versions = FrameworkVersion.objects.defer("content")
    listed = Framework.objects.prefetch_related("units", Prefetch("versions", queryset=versions))
    today = local_today()
    rows = [
        (framework, _in_force(framework.versions.all(), today), framework.units.all()) for framework in listed
    ]
    may_load = has_capability(request.user, Capability.CONFIGURE, today)
    return render(request, "packs/frameworks.html", {"rows": rows, "may_load": may_load})


@require_safe
@requires(*access.READERS)
def framework(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """The rules of one version: the one asked for, else the one in force, else the newest."""
    found = access.get_framework(pk)
    versions = list(found.versions.defer("content"))
    current = _in_force(versions, local_today()) or versions[0]
    shown = access.get_version(found, number or current.number)
    pack = shown.pack
    context = {
        "crumbs": [FRAMEWORKS],
        "framework": found,
        "shown": shown,
        "current": current,
        "pack": pack,
        "versions": [(version, _older(version, versions)) for version in versions],
        "activities": [(one, wording.activity_facts(pack, one)) for one in pack.activities.values()],
        "ladders": [
            (pack.ladder_notes[one.key], wording.ladder_rows(pack, one)) for one in pack.ladders.values()
        ],
        "ladder_columns": columns("When", "Who is told", "Step"),
        "schemes": [(scheme, _descriptors(scheme)) for scheme in pack.grade_schemes.values()],
        "rules": [*wording.rule_facts(pack), *survey_facts(pack)],
        "challenges": [
            (one, challenge_wording.challenge_facts(pack, one)) for one in pack.challenges.kinds.values()
        ],
        "words": wording.word_facts(pack),
        "notes": wording.note_facts(pack),
        "volumes": wording.volume_texts(pack),
        "tools": pack.tool_names.values(),
        "may_change": access.may_configure(request.user, found, local_today()),
        "review_on": review_day(pack, working_calendar()),
        **_practice(pack, shown.content["tools"]),
    }
    return render(request, "packs/framework.html", context)


def _practice(pack: Pack, tools: dict[str, Any]) -> dict[str, Any]:
    """Groups, themes and standards, for the framework's page."""
    return {
        "groups": [(one, practice_wording.group_facts(pack, one)) for one in pack.groups.values()],
        "cycle": practice_wording.cycle_rows(pack),
        "cycle_columns": columns("When", "What is done", "By", "Clauses"),
        "themes": practice_wording.theme_rows(pack),
        "theme_columns": columns("Theme", "Work", "When", "Where", "Note", "Clauses"),
        "standards": practice_wording.standards_by_heading(pack, tools),
    }


@require_safe
@requires(*access.READERS)
def calendar(request: HttpRequest, pk: int, year: int | None = None) -> HttpResponse:
    """The framework's year by month: this year, or the one that starts in ``year``."""
    found = access.get_framework(pk)
    versions = list(found.versions.all())
    starts_in = versions[0].pack.year_starts_in
    shown = ProgrammeYear.of(local_today(), starts_in)
    if year is not None:
        if year not in CALENDAR_YEARS:
            raise Http404
        shown = ProgrammeYear(year, starts_in)

    def rules_in(month: Month) -> Pack:
        return _begins_with(versions, month).pack

    labels = (_begins_with(versions, month).label for month in shown.months)
    unit_names = {unit.code: unit.name for unit in found.parts()}
    months = year_calendar(rules_in, shown, working_calendar(), unit_names)
    context = {
        "crumbs": _crumbs(found),
        "framework": found,
        "year": shown,
        "versions": wording.in_a_list([*dict.fromkeys(labels)]),
        "months": months,
        "has_numbers": any(row.numbers for row in months),
    }
    return render(request, "packs/calendar.html", context)


@require_safe
@requires(*access.READERS)
def difference(request: HttpRequest, pk: int, older: int, newer: int) -> HttpResponse:
    found = access.get_framework(pk)
    before, after = access.get_version(found, older), access.get_version(found, newer)
    rows = [[line.place, line.before, line.after] for line in differences(before.content, after.content)]
    context = {
        "crumbs": _crumbs(found),
        "framework": found,
        "after": after,
        "rows": rows,
        "columns": columns("Rule", f"In {before.label}", f"In {after.label}"),
    }
    return render(request, "packs/difference.html", context)


@require_safe
@requires(*access.READERS)
def export(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The version as a zip that can be edited and loaded again."""
    version = access.get_version(access.get_framework(pk), number)
    name = f"{version.framework.key}-{version.number}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pack_up(files_of(version.content)), content_type="application/zip", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*access.READERS)
def quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest version's grid; those who configure the framework change it in place."""
    found = access.get_framework(pk)
    version, today = found.versions.first(), local_today()
    may_change = access.may_configure(request.user, found, today)
    if request.method != "POST":
        return _grid_page(request, found, QuotaForm(version=version, today=today), may_change)
    if not may_change:
        return not_allowed(request, Capability.CONFIGURE)
    is_preview = "preview" in request.POST
    form = QuotaForm(_as_read(request, version), version=version, today=today, is_preview=is_preview)
    if not form.is_valid() or is_preview:
        return _grid_page(request, found, form, may_change, status=200 if form.is_valid() else 422)
    return _change(request, found, form)


def _change(request: HttpRequest, found: Framework, form: QuotaForm) -> HttpResponse:
    number = form.cleaned_data["number"]
    try:
        made = change_quotas(
            framework=found,
            quotas=form.quotas,
            shared_quotas=form.shared_quotas,
            effective_from=form.cleaned_data["effective_from"],
            note=form.cleaned_data["note"],
            by=request.user,
            now=timezone.now(),
            based_on=found.versions.filter(number=number).first(),
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _grid_page(request, found, form, True, status=422)
    except SomebodyElseWasFirst:
        form.add_error(None, CONFLICT.format(label=form.version.label))
        form.data = {**form.data, "number": form.version.number}
        return _grid_page(request, found, form, True, status=409)
    if made.number == number:
        messages.info(request, "No number was different, so nothing has changed.")
    else:
        messages.success(request, f"The quotas have changed: version {made.label}.")
    return redirect("packs:quotas", pk=found.pk)


def _as_read(request: HttpRequest, version: FrameworkVersion) -> dict[str, str]:
    """What was posted; the number of the version it was read from is the newest one's when it is missing."""
    return {"number": str(version.number), **request.POST.dict()}


def _grid_page(
    request: HttpRequest, found: Framework, form: QuotaForm, may_change: bool, status: int = 200
) -> HttpResponse:
    pack: Pack = form.pack
    context = {
        "crumbs": _crumbs(found),
        "framework": found,
        "version": form.version,
        "form": form,
        "may_change": may_change,
        "notes": pack.notes_about("quotas"),
        "volumes": wording.volume_texts(pack),
    }
    return render(request, "packs/quotas.html", context, status=status)


def _crumbs(found: Framework) -> list[dict[str, Any]]:
    return [FRAMEWORKS, {"label": found.name, "url": reverse("packs:framework", args=[found.pk])}]


def _in_force(versions: list[FrameworkVersion], day: date) -> FrameworkVersion | None:
    begun = [version for version in versions if version.effective_from <= day]
    return max(begun, key=lambda version: (version.effective_from, version.number), default=None)


def _begins_with(versions: list[FrameworkVersion], month: Month) -> FrameworkVersion:
    """The version in force as the month begins; before the first one, the first."""
    return _in_force(versions, month.start) or versions[-1]


def _older(version: FrameworkVersion, versions: list[FrameworkVersion]) -> FrameworkVersion | None:
    return next((other for other in versions if other.number == version.number - 1), None)


def _descriptors(scheme: PackGradeScheme) -> list[dict[str, str]]:
    return [{"label": grade.label, "value": scheme.descriptors[grade.key]} for grade in scheme.scheme.grades]
