"""All pages of the application, and the bare one that they are compared with."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import include, path

HELLO = Template(
    "<!doctype html><html lang='en'><title>Hello</title><p>Hello {{ user.full_name }}</p></html>"
)


@login_required
def hello(request: HttpRequest) -> HttpResponse:
    """What any signed-in page costs: session, user, template."""
    return HttpResponse(HELLO.render(Context({"user": request.user})))


urlpatterns = [path("bench/hello/", hello), path("", include("qaframework.urls"))]
