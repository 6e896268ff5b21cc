"""Dip samples: a few questions about several children, and what they add up to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from audits.dip_samples import results
from audits.models import DipSample
from qaframework.activities.workflow import choose_tool
from qaframework.allocation.models import Assignment
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools.definition import ToolDefinition, parse
from qaframework.tools.models import Answer
from qaframework.tools.workflow import submit_answers
from tests.factories.activities import fill_in, fresh, opened
from tests.factories.authority import Authority
from tests.factories.packs import shipped

TOOL: ToolDefinition = parse("a dip sample", {**shipped("lancashire")["tools"]["dip_sample"], "scheme": None})
YES_NO_NA = st.sampled_from(["yes", "no", "na", ""])


@pytest.fixture(autouse=True)
def _standing_still(held: datetime) -> Iterator[None]:
    with time_machine.travel(held, tick=False):
        yield


@pytest.fixture
def owner(authority: Authority) -> User:
    return authority.team_manager


@pytest.fixture
def sample(authority: Authority, owner: User) -> DipSample:
    return opened(DipSample, authority, owner, "dip_sample")


def url(name: str, sample: DipSample, *args: Any) -> str:
    return reverse(f"audits:dip_sample_{name}", args=[sample.pk, *args])


def row_of(rows: list[list[Any]], text: str) -> list[Any]:
    return next(row[1:] for row in rows if row[0].startswith(text))


def test_a_dip_sample_adds_up_to_shares_with_their_base(
    client: Client, authority: Authority, sample: DipSample, owner: User, held: datetime
) -> None:
    fill_in(
        sample,
        owner,
        held,
        visit_in_time__r1="no",
        visit_in_time__r2="na",
        purpose_recorded__r3="partly",
        seen_alone__r1="na",
        **{f"row_ref__r{row}": f"C{row}" for row in range(1, 6)},
    )
    client.force_login(owner)
    assert client.get(url("read", sample)).context["results"] is None
    client.post(url("hand_in", sample))
    assert fresh(sample).assignment.state == Assignment.State.FINAL
    shown = client.get(url("read", sample))
    rows = shown.context["results"]["rows"]
    assert row_of(rows, "Was the last visit in time") == [3, 0, 1, 1, "3 of 4"]
    assert row_of(rows, "Does the record say what the visit") == [
        4,
        1,
        0,
        0,
        "80% (4 of 5, likely between 38% and 96%)",
    ]
    assert shown.context["results"]["notes"] == [
        "No percentage is shown for fewer than 5.",
        "Fewer than 10: read the percentage with care.",
    ]
    assert "C3" in shown.content.decode()


@given(answers=st.lists(YES_NO_NA, max_size=10))
def test_the_base_is_the_children_to_whom_the_question_applies(answers: list[str]) -> None:
    values = {f"seen_alone__r{row}": answer for row, answer in enumerate(answers, 1) if answer}
    [found] = [one for one in results(TOOL, values) if one.question.key == "seen_alone"]
    assert found.met.part == found.yes == answers.count("yes")
    assert found.met.whole == answers.count("yes") + answers.count("no")
    assert found.not_applicable == answers.count("na")


def test_questions_in_words_are_not_counted() -> None:
    counted = [one.question.key for one in results(TOOL, {"row_note__r1": "yes"})]
    assert "row_note" not in counted
    assert "visit_in_time" in counted


def test_answers_in_rows_are_saved_as_they_are_given(client: Client, sample: DipSample, owner: User) -> None:
    client.force_login(owner)
    address = url("answer", sample) + "?question_key=seen_alone__r3"
    response = client.post(address, {"value": "yes", "version": "0"})
    assert response.json()["version"] == 1
    assert Answer.objects.get().question_key == "seen_alone__r3"
    assert fresh(sample).assignment.state == Assignment.State.IN_PROGRESS
    assert (
        'data-question-key="seen_alone__r3"' in client.get(url("section", sample, "visits")).content.decode()
    )


def test_what_is_missing_is_said_child_by_child(
    client: Client, sample: DipSample, owner: User, held: datetime
) -> None:
    fill_in(sample, owner, held, seen_alone__r2="", row_ref__r2="", next_step_recorded__r4="")
    client.force_login(owner)
    response = client.post(url("hand_in", sample))
    section = url("section", sample, "visits")
    assert response.status_code == 422
    assert response.context["problems"] == {
        "Visits": [
            ("Child 2: 2 answers missing", f"{section}#row-2"),
            ("Child 4: 1 answer missing", f"{section}#row-4"),
        ]
    }


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("team_manager", 200, 200),
        ("qa_officer", 200, 200),
        ("senior_manager", 404, 200),
        ("practitioner", 404, 404),
        ("outsider", 404, 404),
        ("admin", 404, 404),
    ],
)
def test_who_may_read_it_before_and_after_it_is_handed_in(
    client: Client,
    authority: Authority,
    sample: DipSample,
    owner: User,
    held: datetime,
    who: str,
    before: int,
    after: int,
) -> None:
    reader = Client()
    reader.force_login(getattr(authority, who))
    assert reader.get(url("read", sample)).status_code == before
    fill_in(sample, owner, held)
    client.force_login(owner)
    client.post(url("hand_in", sample))
    assert reader.get(url("read", sample)).status_code == after


def test_a_row_can_be_added_up_to_the_largest_number(client: Client, sample: DipSample, owner: User) -> None:
    client.force_login(owner)
    section = url("section", sample, "visits")
    response = client.post(section, {"add_row": "1"})
    assert response.url == f"{section}?rows=6#row-6"
    assert "Child 6" in client.get(f"{section}?rows=6").content.decode()
    assert "Child 11" not in client.get(f"{section}?rows=11").content.decode()


def test_the_table_of_children_asks_few_questions(
    client: Client,
    sample: DipSample,
    owner: User,
    held: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    fill_in(sample, owner, held)
    client.force_login(owner)
    client.get(url("section", sample, "visits"))
    with django_assert_max_num_queries(7):
        client.get(url("section", sample, "visits"))


def test_a_child_that_stands_in_two_rows_is_named_before_it_counts_twice(
    client: Client, sample: DipSample, owner: User, held: datetime
) -> None:
    references = {f"row_ref__r{row}": f"C{row}" for row in range(1, 6)} | {"row_ref__r4": " c2 "}
    fill_in(sample, owner, held, **references)
    client.force_login(owner)
    page = client.post(url("hand_in", sample))
    assert page.status_code == 422
    assert "stands in rows 2 and 4" in page.content.decode()
    assert fresh(sample).is_open
    with pytest.raises(Refused, match="rows 2 and 4"):
        submit_answers(answer_set=sample.answer_set, by=owner, now=held)


@pytest.mark.clause("LAN-12")
def test_its_owner_chooses_the_form_that_fits_the_theme_before_the_first_answer(
    client: Client, authority: Authority, sample: DipSample, owner: User, held: datetime
) -> None:
    client.force_login(owner)
    assert url("choose_form", sample) in client.get(url("activity", sample)).content.decode()
    offered = client.get(url("choose_form", sample)).content.decode()
    assert "Dip sample: children who go missing" in offered
    assert client.post(url("choose_form", sample), {"tool": "learning_space"}).status_code == 422
    assert client.post(url("choose_form", sample), {"tool": "dip_missing"}).status_code == 302
    chosen = fresh(sample)
    assert chosen.answer_set.tool_version.tool.key == "dip_missing"
    with pytest.raises(Refused, match="not among those"):
        choose_tool(chosen, tool_key="learning_space", by=owner, now=held)
    fill_in(chosen, owner, held)
    refused = client.post(url("choose_form", sample), {"tool": "dip_fathers"})
    assert refused.status_code == 422
    assert "stays on the form that it was begun on" in refused.content.decode()
    assert fresh(sample).answer_set.tool_version.tool.key == "dip_missing"
    client.post(url("hand_in", sample))
    with pytest.raises(Refused, match="can no longer be changed"):
        choose_tool(fresh(sample), tool_key="dip_fathers", by=owner, now=held)


def test_only_its_owner_chooses_the_form(client: Client, authority: Authority, sample: DipSample) -> None:
    for somebody in (
        authority.practitioner,
        authority.head_of_service,
        authority.qa_officer,
        authority.admin,
    ):
        client.force_login(somebody)
        assert client.get(url("choose_form", sample)).status_code == 404
