"""Work that could not be given to anybody: a page, and a part of the pages that the QA team begins with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audits.unallocated import Unallocated, unallocated_for
from audits.views.draws import columns
from qaframework.people.access import local_today, requires
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import uk_date

MOST_ROWS = 200


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_safe
def unallocated(request: HttpRequest) -> HttpResponse:
    found = unallocated_for(request.user, local_today())
    if request.headers.get("HX-Request"):
        return render(request, "audits/unallocated/part.html", {"number": len(found)})
    context = {
        "columns": columns("Work", "Who", "Why", "Since", "What you can do"),
        "rows": [
            [one.what, one.whose, one.why, uk_date(one.since), _remedy(one)] for one in found[:MOST_ROWS]
        ],
        "left_out": max(0, len(found) - MOST_ROWS),
    }
    return render(request, "audits/unallocated/page.html", context)


def _remedy(one: Unallocated) -> Any:
    return {"text": one.remedy, "url": one.url} if one.url else one.remedy
