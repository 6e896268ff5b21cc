"""Every route, for every role, in the record's own units and elsewhere, signed in and not."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.template import Context, Template
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from qaframework.caseload.models import Case
from qaframework.people.roles import ROLES
from tests.pages.routes import ROWS
from tests.pages.rows import EVERYBODY, OWN, Row
from tests.pages.world import World

SIGN_IN = "/account/login/"
# The records in routes.py that are about one child's case, which is not restricted in the world.
ABOUT_A_CASE = {
    "action",
    "alert",
    "answered dispute",
    "benchmarking form",
    "benchmarking section",
    "benchmarking work",
    "closed exercise",
    "opened exercise",
    "opened form",
    "section to agree",
    "advice",
    "case",
    "concern",
    "disputed audit",
    "done action",
    "draft action",
    "drawn case",
    "extension request",
    "held case",
    "loop",
    "moderation",
    "open audit",
    "open work",
    "plan",
    "plan, docx",
    "planned audit",
    "section",
    "submitted audit",
    "waiting loop",
}
# One each of those who would most plausibly try.
SENDERS = ["colleague", "senior_manager", "team_manager elsewhere", "qa_officer", "config_admin"]


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may open a page is settled before it is drawn; drawing is for test_every_page."""
    draw = Template.render

    def draw_pictures_only(template: Template, context: Context) -> str:
        return draw(template, context) if (template.name or "").endswith(".svg") else ""

    monkeypatch.setattr(Template, "render", draw_pictures_only)


def routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """The names of all routes but the administrator's site, which Django builds from the models."""
    for one in patterns:
        if isinstance(one, URLPattern):
            yield f"{space}{one.name}"
        elif one.namespace != "admin":
            yield from routes(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    known = set(routes(get_resolver().url_patterns))
    listed = {row.route for row in ROWS}
    assert known - listed == set(), "routes without a row in tests/pages/routes.py"
    assert listed - known == set(), "rows without a route"


def test_every_role_is_tried_here_and_elsewhere(world: World) -> None:
    assert set(world.personas) == EVERYBODY
    assert set(ROLES) == OWN


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_route_opens_for_its_people_only(world: World, row: Row) -> None:
    everyone = ["anonymous", *world.personas]
    found = {persona: status(world, persona, row, is_post=row.is_post) for persona in everyone}
    assert differences(found, {persona: {row.expected(persona)} for persona in everyone}) == []


@pytest.mark.parametrize("row", [row for row in ROWS if not row.is_post], ids=str)
def test_whoever_may_not_see_a_page_may_not_send_its_form_either(world: World, row: Row) -> None:
    refused = [persona for persona in SENDERS if row.expected(persona) in (403, 404)]
    found = {persona: status(world, persona, row, is_post=True) for persona in refused}
    assert differences(found, {persona: {row.expected(persona), 405} for persona in refused}) == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.of in ABOUT_A_CASE], ids=str)
def test_once_a_case_is_restricted_nobody_opens_what_is_about_it(world: World, row: Row) -> None:
    """Whoever opened it before; those who have a clearance are in the rows about restricted cases."""
    with transaction.atomic():
        Case.objects.update(is_restricted=True, restriction_reason="Related to a colleague.")
        found = {persona: status(world, persona, row, is_post=row.is_post) for persona in row.opens_for}
        transaction.set_rollback(True)
    assert differences(found, {persona: {404} for persona in found}) == []


def status(world: World, persona: str, row: Row, *, is_post: bool) -> int:
    """The status of one request, whose effects are undone."""
    address = reverse(row.route, kwargs=world.of(row.of))
    client = world.clients[persona]
    with transaction.atomic():
        response = client.post(address) if is_post else client.get(address)
        response.close()
        transaction.set_rollback(True)
    if persona == "anonymous" and response.status_code == 302 and row.leads_to_sign_in:
        assert response["Location"].startswith(SIGN_IN), response["Location"]
    return response.status_code


def differences(found: dict[str, int], expected: dict[str, set[int]]) -> list[str]:
    """One line per kind of difference, with the people it concerns."""
    people = defaultdict(list)
    for persona, answer in found.items():
        if answer not in expected[persona]:
            wanted = " or ".join(map(str, sorted(expected[persona])))
            people[f"{answer}, not {wanted}"].append(persona)
    return [f"{difference}: {', '.join(who)}" for difference, who in people.items()]
