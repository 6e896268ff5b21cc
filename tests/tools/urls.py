"""A page and an address as the rooms above have them, so that saving is tested through real requests."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from qaframework import urls
from qaframework.tools.models import AnswerSet
from qaframework.tools.views import answer_endpoint, section_page


def section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    answer_set = AnswerSet.objects.select_related("tool_version").get(pk=pk)
    definition = answer_set.tool_version.definition
    return section_page(
        request,
        answer_set,
        definition.section(key),
        scheme=definition.scheme,
        save_url=f"/answers/{pk}/save/",
        next_url="/next/",
        template="tools/section.html",
        context={},
        now=timezone.now(),
    )


def save(request: HttpRequest, pk: int) -> HttpResponse:
    answer_set = AnswerSet.objects.defer("tool_version__content").select_related("tool_version").get(pk=pk)
    return answer_endpoint(request, answer_set=answer_set, now=timezone.now())


urlpatterns = [
    path("answers/<int:pk>/save/", save),
    path("answers/<int:pk>/<slug:key>/", section),
    *urls.urlpatterns,
]
