"""The page on which a framework is loaded together with its tools."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qaframework.packs.documents import LARGEST_PACK
from qaframework.packs.models import FrameworkVersion
from qaframework.packs.reading import (
    Content,
    PackInvalid,
    content_of,
    read_pack,
    shipped_names,
    uploaded_files,
)
from qaframework.packs.workflow import load_pack
from qaframework.people.access import capability_q, local_today, requires
from qaframework.people.forms import offer, offer_rows
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.tools.workflow import install_tools

OWN_FILE = "file"
MISTAKE_COLUMNS = [{"label": "File and place"}, {"label": "What is wrong"}, {"label": "What would be right"}]


class LoadForm(forms.Form):
    """A shipped pack or a file, and the units for which it is to hold."""

    pack = forms.ChoiceField(
        label="Which framework?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a framework, or a file of your own."},
    )
    file = forms.FileField(
        label="A file of your own",
        help_text="A zip with framework.yaml and a folder tools, or one YAML file. At most 2 MB.",
        required=False,
    )
    units = forms.ModelMultipleChoiceField(
        queryset=Unit.objects.none(),
        label="For which parts of the organisation?",
        help_text="It holds for these and everything below them.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one part of the organisation."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "pack", [*shipped_names().items(), (OWN_FILE, "A file of your own")])
        scope = capability_q(user, Capability.CONFIGURE, local_today(), unit_field="")
        units = Unit.objects.filter(scope, is_active=True).exclude(kind=Unit.Kind.TEAM)
        offer_rows(self, "units", units)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if cleaned.get("pack") == OWN_FILE and not file:
            self.add_error("file", "Choose the file.")
        if file and file.size > LARGEST_PACK:
            self.add_error("file", f"“{file.name}” is larger than {LARGEST_PACK // 1_000_000} MB.")
        return cleaned

    def content(self) -> Content:
        """The checked content of the chosen pack. Raises PackInvalid."""
        if self.cleaned_data["pack"] != OWN_FILE:
            return read_pack(self.cleaned_data["pack"])
        file = self.cleaned_data["file"]
        return content_of(uploaded_files(file.name, file.read()))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.CONFIGURE)
def load(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if request.method != "POST":
        return _page(request, LoadForm(user=user))
    form = LoadForm(request.POST, request.FILES, user=user)
    if not form.is_valid():
        return _page(request, form, status=422)
    now = timezone.now()
    try:
        version = _load(form, user, now)
    except PackInvalid as invalid:
        rows = [[f"{one.file} {one.path}".strip(), one.problem, one.allowed] for one in invalid.mistakes]
        form.add_error(None, f"Nothing was loaded. {len(rows)} to put right in the file: see the list below.")
        return _page(request, form, rows=rows, status=422)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, form, status=422)
    if version.created_at == now:
        messages.success(request, f"{version} is loaded. It holds from {version.effective_from:%-d %B %Y}.")
    else:
        messages.info(request, f"{version} was here already. It holds for what you have chosen.")
    for warning in version.framework.overlaps():
        messages.warning(request, warning)
    return redirect("packs:framework", pk=version.framework_id)


@transaction.atomic
def _load(form: LoadForm, user: User, now: datetime) -> FrameworkVersion:
    version = load_pack(content=form.content(), units=form.cleaned_data["units"], by=user, now=now)
    install_tools(framework_version=version, by=user, now=now)
    return version


def _page(
    request: HttpRequest, form: LoadForm, rows: list[list[str]] | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "rows": rows, "columns": MISTAKE_COLUMNS}
    return render(request, "packs/load.html", context, status=status)
