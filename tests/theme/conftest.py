"""A browser that visits pages made for a test, without a server: requests are answered by the test."""

import mimetypes
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route

from tests.theme.drawing import draw

ADDRESS = "https://quality.example"
PERSON = SimpleNamespace(is_authenticated=True, pk=7, get_full_name="Morgan Ashdown")


class Site:
    """One address of pages drawn in our frame, and a server whose answers the test decides."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.content = ""
        self.idle_seconds = 1800
        self.posts: list[dict[str, str]] = []
        self.answers: list[dict[str, Any] | None] = []
        page.route("**/*", self._answer)

    def visit(self) -> None:
        self.page.goto(f"{ADDRESS}/audit/")

    def answer_next(self, status: int, **content: Any) -> None:
        self.answers.append({"status": status, "json": content})

    def fail_next(self) -> None:
        """The connection is gone for one request."""
        self.answers.append(None)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).split("?")[0]
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            route.fulfill(path=found, content_type=mimetypes.guess_type(path)[0] or "")
        elif route.request.method == "POST" and path.startswith("/answers/"):
            self._answer_post(route)
        else:
            html = self._page() if path == "/audit/" else "<title>elsewhere</title>"
            route.fulfill(body=html, content_type="text/html")

    def _answer_post(self, route: Route) -> None:
        pairs = (pair.split("=", 1) for pair in (route.request.post_data or "").split("&"))
        self.posts.append({name: value.replace("+", " ") for name, value in pairs})
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer["status"], json=answer["json"])

    def _page(self) -> str:
        source = (
            '{% extends "base.html" %}{% block content %}<h1>Audit</h1>' + self.content + "{% endblock %}"
        )
        return draw(source, user=PERSON, csrf_token="token", idle_timeout_seconds=self.idle_seconds)


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    context = browser.new_context()
    yield Site(context.new_page())
    context.close()
