"""The board shows each person what is late in their units or has reached them, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from escalation.models import EscalationStep
from escalation.workflow import acknowledge, sweep
from qaframework.caseload.models import Case
from qaframework.clocks.workflow import move_clock, stop_clock
from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.people.models import PostHolding
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import end_of_day, local_date
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseClearanceFactory
from tests.factories.clocks import framework_version, rung, running_clock

pytestmark = pytest.mark.django_db

DUE = end_of_day(date(2026, 12, 8))
NOW = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
THEN = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)
BOARD = "escalation:board"


@pytest.fixture
def authority():
    return small_authority()


@pytest.fixture
def version():
    return framework_version()


def late(authority, version, owner=None, **changes):
    owner = authority.post_of[owner or authority.team_manager]
    values = {"due_at": DUE, "now": NOW, **changes}
    return running_clock(authority, owner=owner, version=version, **values)


def rows(client, user, **query):
    client.force_login(user)
    page = client.get(reverse(BOARD), query)
    assert page.status_code == 200
    return page.context["board"].rows


def labels(client, user, **query):
    return [row.label for row in rows(client, user, **query)]


def test_each_person_sees_their_units_and_what_has_reached_them(client, authority, version):
    duty = late(authority, version).label
    care = late(authority, version, authority.outsider).label
    sweep(now=THEN)
    seen = {
        name: sorted(labels(client, getattr(authority, name)))
        for name in (
            "team_manager",
            "team_manager_2",
            "outsider",
            "senior_manager",
            "care_head_of_service",
            "director",
            "qa_officer",
            "practitioner",
            "admin",
        )
    }
    assert seen == {
        "team_manager": [duty],
        "team_manager_2": [],
        "outsider": [care],
        "senior_manager": [duty],
        "care_head_of_service": [care],
        "director": sorted([duty, care]),
        "qa_officer": sorted([duty, care]),
        "practitioner": [],
        "admin": [],
    }


def test_whoever_was_told_sees_it_wherever_they_belong(client, authority):
    version = framework_version(owner=[rung("Late", "2 days", "owner", "line_manager")])
    label = late(authority, version, authority.practitioner, ladder="owner").label
    sweep(now=THEN)
    assert labels(client, authority.practitioner) == [label]
    assert labels(client, authority.practitioner_2) == []


def test_a_line_manager_of_another_service_is_led_to_no_page_that_does_not_open(client, authority):
    version = framework_version(line=[rung("Late", "2 days", "owner", "line_manager")])
    post = authority.post_of[authority.team_manager]
    post.reports_to = authority.post_of[authority.care_head_of_service]
    post.save()
    addresses = {
        kind: late(authority, version, ladder="line", kind=kind, url=f"/{kind}/1/").url
        for kind in ("assignment", "moderation", "challenge")
    }
    sweep(now=THEN)
    seen = {}
    for name in ("team_manager", "senior_manager", "care_head_of_service"):
        found = rows(client, getattr(authority, name))
        seen[name] = {row.step.clock.kind: row.url for row in found}
        for row in found:
            page = client.get(reverse("escalation:acknowledge", args=[row.step.pk]))
            assert page.context["facts"][0]["url"] == row.url
    assert seen["team_manager"] == seen["senior_manager"] == addresses
    # What was raised is read by everybody who takes part in it, wherever they are.
    elsewhere = {"assignment": "", "moderation": "", "challenge": "/challenge/1/"}
    assert seen["care_head_of_service"] == elsewhere


def test_a_restricted_case_is_shown_only_to_those_who_were_told(client, authority, version):
    case = Case.objects.create(
        child_ref="N-4711",
        unit=authority.duty_team_1,
        is_restricted=True,
        restriction_reason="Member of staff",
    )
    clock = late(authority, version, case=case, label="Learning space, case N-4711", url="/audits/1/")
    sweep(now=THEN)
    assert labels(client, authority.qa_officer) == []
    assert labels(client, authority.team_manager) == []
    (row,) = rows(client, authority.senior_manager)
    assert (row.label, row.url) == ("Work about a restricted case", "")
    page = client.get(reverse("escalation:acknowledge", args=[row.step.pk]))
    assert "N-4711" not in page.content.decode()
    CaseClearanceFactory(case=case, user=authority.senior_manager, review_on=date(2099, 1, 1))
    (row,) = rows(client, authority.senior_manager)
    assert (row.label, row.url) == (clock.label, clock.url)
    client.force_login(authority.qa_officer)
    board = client.get(reverse(BOARD)).context["board"]
    assert board.counts == []
    step = EscalationStep.objects.filter(is_reminder=False).last()
    assert client.get(reverse("escalation:acknowledge", args=[step.pk])).status_code == 404


def test_the_board_shows_the_furthest_step_of_what_is_still_late(client, authority, version):
    late(authority, version)
    done, moved = late(authority, version), late(authority, version)
    sweep(now=THEN)
    stop_clock(clock=done, reason="completed", by=None, now=THEN)
    move_clock(clock=moved, due_at=end_of_day(date(2027, 1, 20)), reason="Extension", by=None, now=THEN)
    client.force_login(authority.director)
    board = client.get(reverse(BOARD)).context["board"]
    assert [row.step.name for row in board.rows] == ["7 days late"]
    assert [(step.name, step.count) for step in board.counts] == [("7 days late", 1)]
    assert client.get(reverse(BOARD) + board.counts[0].url).context["board"].rows != []
    assert len(labels(client, authority.director, show="all")) == 6


def test_a_line_says_since_when_which_step_and_whom_it_reached(client, authority, version):
    clock = late(authority, version, label="Learning space, case N10234")
    sweep(now=THEN)
    client.force_login(authority.director)
    response = client.get(reverse(BOARD))
    text = response.content.decode().replace("\u00a0", " ")
    (row,) = response.context["board"].rows
    assert row.days_late == (local_date(timezone.now()) - date(2026, 12, 8)).days
    assert row.told == ["Director Example"]
    for words in (clock.label, "8 Dec 2026", "7 days late", "Director Example", "Acknowledge</a>"):
        assert words in text


@pytest.mark.parametrize(
    ("due", "said"),
    [(date(2026, 12, 13), "2 days ago"), (date(2026, 12, 14), "1 day ago"), (date(2026, 12, 15), "today")],
)
def test_a_line_says_in_words_how_long_ago_it_was_due(client, authority, version, time_machine, due, said):
    """What is late by the hour was due today; what a sweep as of a later day found late lies ahead."""
    late(authority, version, due_at=end_of_day(due))
    sweep(now=end_of_day(due) + timedelta(days=2))
    time_machine.move_to(THEN, tick=False)
    (row,) = rows(client, authority.director)
    assert row.cells[1].replace("\u00a0", " ").endswith(f"2026\n{said}")
    time_machine.move_to(end_of_day(due) - timedelta(days=3), tick=False)
    (row,) = rows(client, authority.director)
    assert row.cells[1].replace("\u00a0", " ").endswith("2026\nin 3 days")


def test_the_steps_are_counted_in_the_order_of_how_late_they_come(client, authority):
    weeks = [rung("Reminder", "0 days", "owner", before=True), rung("4 weeks late", "4 weeks", "director")]
    version = framework_version(late_action=weeks)
    late(authority, version, due_at=end_of_day(date(2026, 11, 10)), now=THEN, ladder="late_action")
    late(authority, version)
    late(authority, version, due_at=end_of_day(date(2026, 12, 12)))
    sweep(now=THEN)
    client.force_login(authority.director)
    board = client.get(reverse(BOARD)).context["board"]
    assert [step.name for step in board.counts] == ["2 days late", "7 days late", "4 weeks late"]


def test_filters_by_step_kind_and_acknowledgement(client, authority, version):
    week = late(authority, version).label
    two_days = late(
        authority, version, due_at=end_of_day(date(2026, 12, 12)), kind="action", label="Action 1"
    ).label
    sweep(now=THEN)
    director, qa = authority.director, authority.qa_manager
    assert labels(client, qa) == [week, two_days]
    assert labels(client, qa, step="7 days late") == [week]
    assert labels(client, qa, kind="action") == [two_days]
    assert labels(client, qa, kind="nonsense") == [week, two_days]
    step = EscalationStep.objects.get(name="7 days late")
    acknowledge(step=step, note="Back by Friday", by=director, now=THEN)
    assert labels(client, qa, acknowledged="yes") == [week]
    assert labels(client, qa, acknowledged="no") == [two_days]


def test_filters_by_team_with_the_teams_below_it_and_by_person(client, authority, version):
    duty = late(authority, version).label
    other = late(authority, version, authority.team_manager_2).label
    care = late(authority, version, authority.outsider).label
    sweep(now=THEN)
    director = authority.director

    def shown(**query):
        return sorted(labels(client, director, **query))

    assert shown() == sorted([duty, other, care])
    assert shown(unit=authority.duty_team_1.code) == [duty]
    assert shown(unit=authority.duty.code) == sorted([duty, other])
    assert shown(unit="no-such-unit") == sorted([duty, other, care])
    assert shown(person=authority.team_manager.pk) == [duty], "whose it is"
    assert shown(person=authority.head_of_service.pk) == sorted([duty, other]), "who was told"
    assert shown(unit=authority.care.code, person=authority.team_manager.pk) == []
    page = client.get(reverse(BOARD), {"unit": authority.care.code, "person": authority.team_manager.pk})
    assert "No escalated work fits all of what you chose." in page.content.decode()


def test_the_counts_and_their_links_stay_within_the_team_and_person(client, authority, version):
    late(authority, version)
    late(authority, version, authority.outsider)
    sweep(now=THEN)
    client.force_login(authority.director)
    unit = authority.duty.code
    (count,) = client.get(reverse(BOARD), {"unit": unit, "show": "now"}).context["board"].counts
    assert (count.count, count.url) == (1, f"?show=now&unit={unit}&step=7+days+late")


def test_only_teams_and_people_of_what_one_sees_are_offered(client, authority, version):
    late(authority, version)
    late(authority, version, authority.outsider)
    sweep(now=THEN)
    client.force_login(authority.head_of_service)
    form = client.get(reverse(BOARD)).context["board"].filter
    assert [name for _, name in form.fields["unit"].choices] == [
        "All",
        authority.root.name,
        authority.duty.name,
        authority.duty_team_1.name,
    ]
    people = {name for _, name in form.fields["person"].choices}
    assert str(authority.team_manager) in people
    assert str(authority.outsider) not in people


def test_a_long_board_is_paged_by_key_with_the_filters_kept(client, authority, version):
    for _ in range(30):
        late(authority, version)
    sweep(now=THEN)
    client.force_login(authority.director)
    first = client.get(reverse(BOARD), {"kind": "assignment"}).context["board"]
    second = client.get(reverse(BOARD) + first.page.next_url).context["board"]
    assert (len(first.rows), len(second.rows)) == (25, 5)
    assert "kind=assignment" in first.page.next_url
    assert second.page.next_url == ""
    assert first.page.previous_url == ""


def test_the_number_of_queries_does_not_grow_with_the_board(
    client, authority, version, django_assert_max_num_queries
):
    for _ in range(30):
        late(authority, version)
    sweep(now=THEN)
    client.force_login(authority.director)
    client.get(reverse(BOARD))  # notes in the session that the person is there, once a minute
    # session, person, posts, counts, the filters' units (2) and people, page, who was told, unread notices
    with django_assert_max_num_queries(10):
        client.get(reverse(BOARD))


# Acknowledging


def test_acknowledging_records_who_when_and_what_happens_next(client, authority, version):
    late(authority, version)
    sweep(now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    client.force_login(authority.director)
    page = client.post(
        reverse("escalation:acknowledge", args=[step.pk]), {"note": " Agreed for Friday. "}, follow=True
    )
    step.refresh_from_db()
    assert (step.acknowledged_by, step.acknowledgement) == (authority.director, "Agreed for Friday.")
    assert "Agreed for Friday." in page.content.decode()
    entry = step.history.order_by("history_id").last()
    assert (entry.history_user, entry.history_change_reason) == (authority.director, "Acknowledged")


@pytest.mark.parametrize("note", ["", "   "])
def test_an_acknowledgement_needs_a_note(client, authority, version, note):
    late(authority, version)
    sweep(now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    client.force_login(authority.director)
    page = client.post(reverse("escalation:acknowledge", args=[step.pk]), {"note": note})
    assert page.status_code == 422
    text = page.content.decode()
    assert text.count("There is a problem") == 1
    assert text.index("There is a problem") < text.index("<h1") < text.index("Who was told")
    assert text.count("Say in a few words what will happen next.") == 2  # in the summary and at the field
    with pytest.raises(Refused):
        acknowledge(step=step, note=note, by=authority.director, now=THEN)


def test_of_two_acknowledgements_the_first_stays(authority, version):
    late(authority, version)
    sweep(now=THEN)
    step, same = (EscalationStep.objects.get(name="7 days late") for _ in range(2))
    acknowledge(step=step, note="Mine", by=authority.director, now=THEN)
    with pytest.raises(Refused, match="Director Example acknowledged this step before you"):
        acknowledge(step=same, note="Too late", by=authority.qa_manager, now=THEN + timedelta(hours=1))
    assert EscalationStep.objects.get(pk=step.pk).acknowledgement == "Mine"


def test_the_page_of_a_step_says_in_its_heading_that_it_was_acknowledged(client, authority, version):
    late(authority, version)
    sweep(now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    client.force_login(authority.director)
    address = reverse("escalation:acknowledge", args=[step.pk])
    assert ">Acknowledge: " in client.get(address).content.decode()
    acknowledge(step=step, note="Mine", by=authority.director, now=THEN)
    assert ">Acknowledged: " in client.get(address).content.decode()


def test_only_who_sees_a_step_can_acknowledge_it_and_a_reminder_is_none(client, authority, version):
    late(authority, version, now=datetime(2026, 11, 10, tzinfo=UTC))
    sweep(now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    reminder = EscalationStep.objects.get(name="Due today")
    for user, status in (
        (authority.outsider, 404),
        (authority.practitioner, 404),
        (authority.admin, 404),
        (authority.team_manager, 200),
        (authority.director, 200),
    ):
        client.force_login(user)
        assert client.get(reverse("escalation:acknowledge", args=[step.pk])).status_code == status
    client.force_login(authority.qa_manager)
    assert client.get(reverse("escalation:acknowledge", args=[reminder.pk])).status_code == 404
    client.logout()
    assert client.get(reverse("escalation:acknowledge", args=[step.pk])).status_code == 302


def test_nobody_acknowledges_that_their_own_work_is_late(client, authority, version):
    late(authority, version)
    sweep(now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    client.force_login(authority.team_manager)
    assert "Acknowledge</a>" not in client.get(reverse(BOARD)).content.decode()
    address = reverse("escalation:acknowledge", args=[step.pk])
    assert 'name="note"' not in client.get(address).content.decode()
    answer = client.post(address, {"note": "On Friday"})
    assert answer.status_code == 422
    assert "This work is yours." in answer.content.decode()
    step.refresh_from_db()
    assert step.acknowledged_by is None


@pytest.mark.parametrize("reason", ["completed", "withdrawn", "excluded"])
def test_a_step_of_work_that_is_over_says_how_it_ended_and_asks_for_nothing(
    client, authority, version, reason
):
    clock = late(authority, version)
    sweep(now=THEN)
    stop_clock(clock=clock, reason=reason, by=None, now=THEN)
    said = f"{reason.capitalize()} on 15 December 2026"
    step = EscalationStep.objects.get(name="7 days late")
    client.force_login(authority.director)
    page = client.get(reverse("escalation:acknowledge", args=[step.pk]))
    assert page.context["facts"][-1]["value"] == said
    assert 'name="note"' not in page.content.decode()
    with pytest.raises(Refused, match=said):
        acknowledge(step=step, note="Friday", by=authority.director, now=THEN)
    board = client.get(reverse(BOARD), {"show": "all", "step": "7 days late"}).content.decode()
    shown = board.replace("\u00a0", " ")
    assert f"{reason.capitalize()} 15 Dec 2026" in shown
    assert "7 days late" in shown


def test_a_step_before_the_deadline_was_moved_says_so(client, authority, version):
    clock = late(authority, version)
    sweep(now=THEN)
    move_clock(clock=clock, due_at=end_of_day(date(2027, 1, 20)), reason="Extension", by=None, now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    client.force_login(authority.director)
    page = client.get(reverse("escalation:acknowledge", args=[step.pk])).content.decode()
    assert "The deadline was moved to 20 January 2027 after this step" in page
    board = client.get(reverse(BOARD), {"show": "all"}).content.decode().replace("\u00a0", " ")
    assert "Deadline moved<br>to 20 Jan 2027" in board


def test_a_long_note_is_cut_in_the_list_and_whole_on_its_page(client, authority, version):
    late(authority, version)
    sweep(now=THEN)
    step = EscalationStep.objects.get(name="7 days late")
    acknowledge(step=step, note="We agreed the next steps. " * 30, by=authority.director, now=THEN)
    client.force_login(authority.director)
    (row,) = client.get(reverse(BOARD)).context["board"].rows
    assert len(row.cells[-1]["text"]) < 200
    page = client.get(row.cells[-1]["url"]).content.decode()
    assert step.acknowledgement in page


def test_a_notice_leads_whom_it_reached_to_the_step_and_the_owner_to_the_work(client, authority):
    version = framework_version(owner=[rung("Late", "2 days", "owner", "line_manager")])
    late(authority, version, authority.practitioner, ladder="owner", url="/actions/1/")
    sweep(now=THEN)
    step = EscalationStep.objects.get()
    urls = dict(Notice.objects.values_list("recipient__email", "url"))
    assert urls == {
        authority.practitioner.email: "/actions/1/",
        authority.team_manager.email: reverse("escalation:acknowledge", args=[step.pk]),
    }
    client.force_login(authority.team_manager)
    assert client.get(urls[authority.team_manager.email]).status_code == 200


def test_a_step_says_who_was_told_as_what_and_how(client, authority, version):
    late(authority, version)
    late(authority, version)
    sweep(now=datetime(2026, 12, 10, 12, tzinfo=UTC))
    deliver(now=datetime(2026, 12, 10, 12, 1, tzinfo=UTC))
    step = EscalationStep.objects.filter(position=4)[0]
    client.force_login(authority.director)
    page = client.get(reverse("escalation:acknowledge", args=[step.pk]))
    assert page.context["told"] == [
        [str(authority.senior_manager), "Senior Manager", "E-mailed 10 December 2026, 12:01pm"],
        [str(authority.head_of_service), "Head of Service", "E-mailed 10 December 2026, 12:01pm"],
    ]
    assert "Who was told" in page.content.decode()


def test_a_step_of_one_piece_of_work_says_why_somebody_else_was_told(client, authority, version):
    PostHolding.objects.filter(post=authority.post_of[authority.senior_manager]).delete()
    late(authority, version)
    sweep(now=datetime(2026, 12, 10, 12, tzinfo=UTC))
    step = EscalationStep.objects.get(position=4)
    client.force_login(authority.director)
    page = client.get(reverse("escalation:acknowledge", args=[step.pk]))
    (row,) = page.context["told"]
    assert row[1:] == [
        "Senior Manager (Senior manager, Duty and assessment is vacant, told instead)",
        "E-mail waiting to be sent",
    ]
