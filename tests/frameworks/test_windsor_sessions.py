"""Practice sessions are observed, and what they show of training needs is gathered for teams (RBWM-14)."""

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from observations import workflow as observing
from observations.models import Observation
from qaframework.activities.workflow import open_activity
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import allocate_period_work
from qaframework.packs.checking import mistakes_in
from qaframework.people.models import Post, RecordRead, Unit
from tests.browsing import page_of
from tests.factories.activities import fill_in
from tests.factories.packs import shipped
from tests.frameworks.conftest import Employ, Grow, Plan
from tests.frameworks.observing import holder

JUNE = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
NEED = "Talking with teenagers about risk online."
CHANGE = "A quiet room for sessions."


@pytest.fixture(autouse=True)
def _standing_still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def centres(grow: Grow, employ: Employ, root: Unit) -> dict[str, list[Post]]:
    """Two service areas of early help with a manager and workers each, a head above both, and others."""
    early_help = grow("early-help", Unit.Kind.FUNCTION)
    posts = {"head": employ(early_help, "head_of_service"), "qa": employ(root, "qa_officer")}
    for name in ("centres", "youth-service"):
        area = grow(name, Unit.Kind.SERVICE, early_help)
        posts[name] = employ(area, "team_manager", reports_to=posts["head"][0])
        posts[f"{name} workers"] = employ(area, "practitioner", 2, reports_to=posts[name][0])
    return posts


def observe_session(manager: Post, on: date, **answers: str) -> Assignment:
    """The manager's session observation of the quarter, handed in."""
    by = holder(manager)
    work = Assignment.objects.select_related("framework_version", "post__unit", "worker").get(
        post=manager, activity="session_observation", period__lte="2026-06"
    )
    observation = open_activity(Observation, assignment=work, by=by, now=NOW)
    assert work.worker is not None
    observing.arrange(observation=observation, worker=work.worker, observed_on=on, by=by, now=NOW)
    fill_in(observation, by, NOW, **answers)
    observing.hand_in(observation=observation, by=by, now=NOW)
    return work


@pytest.mark.clause("RBWM-14")
def test_sessions_are_observed_by_each_manager_and_their_training_needs_are_gathered_without_names(
    centres: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("windsor")
    allocate_period_work(now=JUNE)
    (centre,), (youth,) = centres["centres"], centres["youth-service"]
    seen = observe_session(centre, date(2026, 5, 4), training_need=NEED)
    observe_session(youth, date(2026, 4, 20), organisational_learning=CHANGE)
    page = page_of(client, "reporting")

    def read(reader: Post, **query: Any) -> Any:
        response = page(holder(reader), "learning_needs", **query)
        assert response.status_code == 200
        return response

    qa = read(centres["qa"][0])
    needs = qa.context["needs"]
    assert [row[:3] for row in needs.rows] == [
        [NEED, "Training need", "Centres"],
        [CHANGE, "Team improvement", "Youth service"],
    ]
    assert str(seen.worker) not in qa.content.decode()
    assert "Person" not in needs.columns

    own = read(centre)
    assert [row[0] for row in own.context["needs"].rows] == [NEED]
    assert str(seen.worker) in own.content.decode()
    assert own.context["needs"].rows[0][-1]["url"] == reverse(
        "observations:read", args=[Observation.objects.get(assignment=seen).pk]
    )
    above = centres["head"][0]
    assert len(read(above).context["needs"].needs) == 2
    narrowed = [
        read(above, unit=youth.unit_id),
        read(above, month="2026-04"),
        read(above, kind="team_improvement"),
    ]
    assert [[row[0] for row in one.context["needs"].rows] for one in narrowed] == [[CHANGE]] * 3
    assert page(holder(centres["centres workers"][0]), "learning_needs").status_code == 403


def test_the_file_has_all_of_them_and_no_name_for_the_quality_assurance_team(
    centres: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("windsor")
    allocate_period_work(now=JUNE)
    seen = observe_session(centres["centres"][0], date(2026, 5, 4), training_need=NEED)
    for reader, is_named in ((centres["qa"][0], False), (centres["centres"][0], True)):
        client.force_login(holder(reader))
        response = client.get(reverse("reporting:learning_needs_file"))
        text = b"".join(response).decode("utf-8-sig")
        assert NEED in text
        assert (str(seen.worker) in text) is is_named
    assert RecordRead.objects.filter(label="Training needs, file").count() == 2


def test_what_is_not_handed_in_or_left_empty_is_not_gathered(
    centres: dict[str, list[Post]], plan: Plan, client: Client
) -> None:
    plan("windsor")
    allocate_period_work(now=JUNE)
    (centre,), (youth,) = centres["centres"], centres["youth-service"]
    observe_session(youth, date(2026, 4, 20), training_need="")
    work = Assignment.objects.get(post=centre, activity="session_observation", period__lte="2026-06")
    observation = open_activity(Observation, assignment=work, by=holder(centre), now=NOW)
    fill_in(observation, holder(centre), NOW, training_need=NEED)
    response = page_of(client, "reporting")(holder(centres["qa"][0]), "learning_needs")
    assert response.context["needs"].needs == []
    assert "Nothing to show" in response.content.decode()


def test_answers_for_each_row_are_not_gathered() -> None:
    content = deepcopy(shipped("windsor"))
    tool = content["tools"]["practice_observation"]
    tool["rows"] = {"label": "Session", "minimum": 1, "maximum": 3}
    told = [str(mistake) for mistake in mistakes_in(content)]
    assert sum("Answers for each row are not gathered" in one for one in told) == 2
