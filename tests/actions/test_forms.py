"""The form for one SMART action: refusals at their fields, advice that does not block."""

from datetime import date, datetime
from typing import Any

import pytest

from qaframework.actions.forms import ActionForm
from qaframework.actions.models import Action, ActionPlan
from tests.factories.actions import draft_plan
from tests.factories.authority import Authority

TODAY = date(2026, 11, 10)


@pytest.fixture
def plan(northmoor: Authority, now: datetime) -> ActionPlan:
    return draft_plan(northmoor, now=now)


def form_for(northmoor: Authority, plan: ActionPlan, **typed: Any) -> ActionForm:
    """As the auditor sends it; all in order unless said otherwise."""
    auditor_post = northmoor.post_of[northmoor.team_manager_2]
    values = {
        "what": "Agree a safety plan with the family.",
        "measure": "The plan is on the record.",
        "priority": "standard",
        "owner_post": str(northmoor.post_of[northmoor.practitioner].pk),
        "due_on": "27/11/2026",
        **typed,
    }
    data = {f"action-{name}": value for name, value in values.items()}
    return ActionForm(plan, data, by=northmoor.team_manager_2, today=TODAY, auditor_post=auditor_post)


@pytest.mark.clause("BF-09")
@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("what", "", "Say what needs to happen."),
        ("measure", "", "Say how you will know that it is done and has helped the child."),
        ("owner_post", "", "Choose who will do this. An action needs one owner."),
        (
            "due_on",
            "ASAP",
            "Give a date instead of “ASAP”, for example 24 November 2026. If it cannot wait, choose "
            "“Immediate” and a day up to 17 November 2026.",
        ),
        ("due_on", "next week", "Give a date instead of “next week”, for example 20 November 2026."),
        ("due_on", "when possible", "Give a date instead of “when possible”, for example 24 November 2026."),
        ("due_on", "", "Give the date by which this needs to be done, for example 24 November 2026."),
        ("due_on", "9/11/2026", "9 November 2026 has passed. Give a date from 10 November 2026 on."),
        ("due_on", "31/02/2027", "Give a date instead of “31/02/2027”, for example 24 November 2026."),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    northmoor: Authority, plan: ActionPlan, field: str, typed: str, says: str
) -> None:
    form = form_for(northmoor, plan, **{field: typed})
    assert dict(form.errors) == {field: [says]}


def test_the_date_that_is_given_as_an_example_lies_ahead(northmoor: Authority, plan: ActionPlan) -> None:
    assert "24/11/2026" in form_for(northmoor, plan)["due_on"].help_text


@pytest.mark.parametrize(
    "typed",
    ["2026-11-27", "27/11/2026", "27/11/26", "27 November 2026", "27 Nov 2026", "27.11.2026", " 27 11 2026 "],
)
def test_a_date_may_be_written_as_people_write_it(northmoor: Authority, plan: ActionPlan, typed: str) -> None:
    form = form_for(northmoor, plan, due_on=typed)
    assert form.is_valid()
    assert form.cleaned_data["due_on"] == date(2026, 11, 27)


@pytest.mark.clause("BF-10", "BF-11")
def test_the_times_of_the_framework_stand_beside_each_priority(
    northmoor: Authority, plan: ActionPlan
) -> None:
    form = form_for(northmoor, plan)
    labels = [label for _, label in form.fields["priority"].choices]  # type: ignore[attr-defined]
    assert labels == [
        "Immediate: within 5 working days",
        "Standard: within 1 month",
        "Learning: for practice in general",
    ]
    late = form_for(northmoor, plan, priority="immediate", due_on="18/11/2026")
    assert "within 5 working days" in late.errors["due_on"][0]
    longer = form_for(northmoor, plan, due_on="29/01/2027")
    assert "or say why it takes longer" in longer.errors["due_on"][0]
    assert form_for(northmoor, plan, due_on="29/01/2027", longer_reason="The course.").is_valid()


@pytest.mark.clause("BF-09")
def test_two_actions_in_one_are_advised_against_and_still_saved(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    form = form_for(northmoor, plan, what="Visit the child and update the plan.")
    assert form.is_valid()
    assert [warning.message for warning in form.warnings] == [
        "This may be two actions in one. Give each its own line, owner and date."
    ]
    action = form.save(now)
    assert (action.plan, action.state, action.owner_post.role) == (plan, Action.State.DRAFT, "practitioner")


def test_owners_are_the_practitioner_the_line_above_and_the_auditor(
    northmoor: Authority, plan: ActionPlan
) -> None:
    labels = [label for _, label in form_for(northmoor, plan).fields["owner_post"].choices]  # type: ignore[attr-defined]
    assert labels == [
        "Choose a person",
        "Practitioner Example (Practitioner, Duty team 1)",
        "Team Manager Example (Team manager, Duty team 1)",
        "Senior Manager Example (Senior manager, Duty and assessment)",
        "Head Of Service Example (Head of service, Duty and assessment)",
        "Director Example (Director, Northmoor)",
        "Executive Director Example (Executive director, Northmoor)",
        "Team Manager 2 Example (Team manager, Duty team 2)",
    ]


def test_a_plan_about_nobody_in_particular_offers_the_managers_of_its_unit(
    northmoor: Authority, now: datetime
) -> None:
    plan = draft_plan(northmoor, worker=None, now=now)
    form = ActionForm(plan, by=northmoor.team_manager_2, today=TODAY)
    labels = [label for _, label in form.fields["owner_post"].choices]  # type: ignore[attr-defined]
    assert labels[1] == "Team Manager Example (Team manager, Duty team 1)"


def test_a_stranger_cannot_be_given_an_action(northmoor: Authority, plan: ActionPlan) -> None:
    form = form_for(northmoor, plan, owner_post=str(northmoor.post_of[northmoor.outsider].pk))
    assert "owner_post" in form.errors
