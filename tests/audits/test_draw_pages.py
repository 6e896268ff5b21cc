"""The pages of draws and the two commands, as the QA team and operators use them."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audits.models import AuditMeeting, CaseAudit, DrawnCase, SampleDraw
from audits.workflow import draw_month, propose_meeting
from qaframework.allocation.models import Assignment, Programme
from qaframework.notices.models import Notice
from qaframework.people.models import RecordRead
from qaframework.rules.periods import Month
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory

FRAME = 4  # session, person, posts, unread notices
NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("today_is_10_november")


@pytest.fixture
def programme(authority: Authority) -> Programme:
    """Three posts of one function owe a learning space in December, one in January."""
    programme = empty_year(authority)
    for name, period in (
        ("team_manager", "2026-12"),
        ("senior_manager", "2026-12"),
        ("team_manager_2", "2026-12"),
        ("senior_manager", "2027-01"),
    ):
        AssignmentFactory(
            programme=programme,
            framework_version=programme.framework.versions.get(),
            post=authority.post_of[getattr(authority, name)],
            period=period,
        )
    for team, worker in (
        (authority.duty_team_1, authority.practitioner),
        (authority.duty_team_2, authority.practitioner_2),
    ):
        for number in range(8):
            CaseFactory(
                child_ref=f"{team.code}-{number}", unit=team, worker=worker, opened_on=date(2025, 6, 1)
            )
    CaseFactory(
        child_ref="SECRET-1", unit=authority.duty_team_1, worker=authority.practitioner, restricted=True
    )
    return programme


@pytest.fixture
def draw(programme: Programme) -> SampleDraw:
    (made,) = draw_month(
        framework=programme.framework, month=Month(2026, 12), seed="7", by=None, now=NOW
    ).draws
    return made


@pytest.fixture
def qa(client, authority):
    client.force_login(authority.qa_officer)
    return client


def page_of(client, name, *args, **query):
    return client.get(reverse(f"audits:{name}", args=args), query)


# Who may


def test_only_the_qa_team_sees_draws(client, authority, draw):
    one = draw.cases.filter(state="allocated").first()
    pages = [("draws",), ("run_draw",), ("draw", draw.pk), ("replay_draw", draw.pk), ("draw_frame", draw.pk)]
    pages.append(("replace_case", one.pk))
    for name in ("team_manager", "practitioner", "outsider", "head_of_service", "admin"):
        client.force_login(getattr(authority, name))
        assert [page_of(client, *page).status_code for page in pages] == [403] * len(pages)
    for name in ("qa_officer", "qa_manager"):
        client.force_login(getattr(authority, name))
        assert [page_of(client, *page).status_code for page in pages] == [200] * len(pages)


def test_another_authoritys_qa_team_sees_none(client, draw, outside_officer):
    client.force_login(outside_officer)
    one = draw.cases.first()
    assert page_of(client, "draws").context["rows"] == []
    for name, pk in (("draw", draw.pk), ("drawn_case", one.pk), ("replace_case", one.pk)):
        assert page_of(client, name, pk).status_code == 404


def test_auditor_and_practitioner_see_why_their_case_was_drawn_and_others_do_not(client, authority, draw):
    one = draw.cases.select_related("case__worker", "assignment__post").filter(state="allocated").first()
    auditor = next(user for user, post in authority.post_of.items() if post == one.assignment.post)
    for user, status in ((auditor, 200), (one.case.worker, 200), (authority.outsider, 404)):
        client.force_login(user)
        assert page_of(client, "drawn_case", one.pk).status_code == status
    assert RecordRead.objects.filter(kind="case", record_id=one.case_id).count() == 2


# Running a draw


def test_running_a_draw_allocates_and_doing_it_again_changes_nothing(qa, programme):
    data = {"framework": programme.framework.pk, "month": "2026-12", "seed": "lottery 7 11 23"}
    url = reverse("audits:run_draw")
    assert qa.get(url).context["form"]["month"].value() == "2026-12"
    page = qa.post(url, data, follow=True)
    assert "December 2026: 1 draw made, 3 cases allocated." in page.content.decode()
    assert SampleDraw.objects.get().seed.startswith("lottery 7 11 23:")
    form = qa.get(url).context["form"]
    assert form["month"].value() == "2027-01"
    offered = dict(form.fields["month"].choices)
    assert (offered["2026-12"], offered["2027-01"]) == ("December 2026 (drawn)", "January 2027")
    again = qa.post(url, data, follow=True)
    assert "nothing is left to draw" in again.content.decode()
    assert SampleDraw.objects.count() == 1


def test_a_draw_that_cannot_be_made_is_refused_in_words(qa, programme):
    Programme.objects.update(starts_on=date(2020, 4, 1), ends_on=date(2021, 3, 31))
    data = {"framework": programme.framework.pk, "month": "2026-12", "seed": ""}
    page = qa.post(reverse("audits:run_draw"), data)
    assert page.status_code == 422
    assert "Make the year’s programme first" in page.content.decode().replace("&#x27;", "’")
    page = qa.post(reverse("audits:run_draw"), {"month": "1999-01"})
    assert page.status_code == 422
    assert "Choose a framework." in page.content.decode()


def test_only_frameworks_of_the_own_authority_can_be_drawn(client, programme, outside_officer):
    client.force_login(outside_officer)
    data = {"framework": programme.framework.pk, "month": "2026-12", "seed": ""}
    assert client.post(reverse("audits:run_draw"), data).status_code == 422
    assert not SampleDraw.objects.exists()


# Looking at one


def test_a_draw_shows_its_record_and_who_got_which_case(qa, draw, authority, django_assert_num_queries):
    page_of(qa, "draws")  # the first page of a session stamps it
    with django_assert_num_queries(FRAME + 5):
        text = page_of(qa, "draw", draw.pk).content.decode()
    for shown in (draw.seed, draw.frame_hash, "Restricted case", "Reserve 1", "Senior manager"):
        assert shown in text
    for row in draw.cases.select_related("case"):
        assert row.case.child_ref in text
        assert row.ticket[:12] in text
    assert "SECRET-1" not in text


def test_a_drawn_case_that_becomes_restricted_is_hidden_from_those_without_clearance(qa, draw, authority):
    one = draw.cases.select_related("case").filter(state="allocated").first()
    one.case.is_restricted, one.case.restriction_reason = True, "Related to a member of staff"
    one.case.save()
    pages = [page_of(qa, "draw", draw.pk).content.decode()]
    pages.append(page_of(qa, "draw_frame", draw.pk).getvalue().decode())
    assert not any(one.case.child_ref in text for text in pages)
    assert "1 drawn case is restricted and not shown to you" in " ".join(pages[0].split())
    assert page_of(qa, "drawn_case", one.pk).status_code == 404
    CaseClearanceFactory(case=one.case, user=authority.qa_officer)
    assert one.case.child_ref in page_of(qa, "draw", draw.pk).content.decode()


def test_the_list_holds_every_ticket_but_no_restricted_case(qa, draw):
    text = page_of(qa, "draw_frame", draw.pk).getvalue().decode()
    lines = text.splitlines()
    assert lines[0].endswith("Case,Kind,Weight,Ticket,Drawn as,Left out because")
    assert len(lines) == 1 + 16
    assert "SECRET-1" not in text
    one = draw.cases.select_related("case").get(is_reserve=False, position=1)
    assert f"{one.case.child_ref},Child in need,1,{one.ticket},1," in lines
    assert RecordRead.objects.filter(kind="report", record_id=draw.pk).exists()


def test_replaying_says_whether_the_record_holds(qa, draw):
    assert "The draw matches its record." in page_of(qa, "replay_draw", draw.pk).content.decode()
    SampleDraw.objects.update(seed="8")
    text = page_of(qa, "replay_draw", draw.pk).content.decode()
    assert "does not match its record" in text
    assert "when drawn again" in text


def test_posts_that_got_no_case_are_named(qa, draw, authority):
    left = AssignmentFactory(
        programme=draw.programme,
        framework_version=draw.framework_version,
        post=authority.post_of[authority.head_of_service],
        period="2026-12",
    )
    text = page_of(qa, "draw", draw.pk).content.decode()
    assert "Posts that still have no case" in text
    assert authority.post_of[authority.head_of_service].title in text
    assert qa.get(reverse("allocation:reallocate", args=[left.pk])).status_code == 200


def test_the_list_of_draws_takes_few_queries(qa, draw, django_assert_num_queries):
    page_of(qa, "draws")
    with django_assert_num_queries(FRAME + 5):
        page = page_of(qa, "draws")
    assert [row[0]["text"] for row in page.context["rows"]] == [
        "Learning space, December 2026, Duty and assessment"
    ]


@pytest.mark.clause("BF-01")
def test_the_coming_months_say_what_is_planned_and_when_it_is_drawn(qa, draw, authority):
    name = draw.programme.framework.name
    rows = page_of(qa, "draws").context["months"]
    assert rows == [
        [f"December 2026\n{name}", 3, 3, "Drawn"],
        [f"January 2027\n{name}", 1, 0, "Will be drawn on 1 December 2026"],
    ]
    late = {"programme": draw.programme, "framework_version": draw.framework_version, "period": "2026-12"}
    AssignmentFactory(**late, post=authority.post_of[authority.head_of_service])
    AssignmentFactory(
        **late, post=authority.post_of[authority.head_of_service], activity="observation", kind="observation"
    )
    shown = page_of(qa, "draws").context
    assert shown["months"][0][1:] == [4, 3, {"status": "late", "text": "1 without a case"}]


@pytest.mark.clause("LAN-06")
def test_work_that_comes_to_a_pool_after_its_draw_gets_a_reserve_of_it(qa, draw, authority):
    """Moved there because its own draw had no case for it, or of a new post."""
    late = AssignmentFactory(
        programme=draw.programme,
        framework_version=draw.framework_version,
        post=authority.post_of[authority.head_of_service],
        period="2026-12",
    )
    reserves = set(draw.cases.filter(is_reserve=True).values_list("case", flat=True))
    done = run("draw", "--period", "2026-12", "--at", "2026-11-10T10:00")
    assert (done["changed"], done["draws"]) == (1, [])
    late.refresh_from_db()
    assert (late.state, late.allocated_on, late.case_id in reserves) == (
        "allocated",
        date(2026, 12, 1),
        True,
    )
    assert draw.cases.get(assignment=late).state == "allocated"
    assert run("draw", "--period", "2026-12", "--at", "2026-11-10T10:00")["changed"] == 0
    assert "matches its record" in page_of(qa, "replay_draw", draw.pk).content.decode()


def test_a_draw_of_the_whole_authority_names_only_its_own_posts(qa, draw, authority):
    """Those of a function belong to the draw of that function."""
    SampleDraw.objects.filter(pk=draw.pk).update(pool=authority.root)
    AssignmentFactory(
        programme=draw.programme,
        framework_version=draw.framework_version,
        post=authority.post_of[authority.head_of_service],
        period="2026-12",
    )
    shown = page_of(qa, "draw", draw.pk).context["shown"]
    assert shown.without_case == []
    assert "16 cases that could be drawn, 3 cases were drawn at random" in shown.story[0]


# Replacing


def test_replacing_needs_a_reason_and_keeps_both(qa, draw):
    one = draw.cases.select_related("case", "assignment").filter(state="allocated").first()
    url = reverse("audits:replace_case", args=[one.pk])
    wrong = qa.post(url, {"reason": "easier", "note": "Keep me"})
    assert wrong.status_code == 422
    assert "Keep me" in wrong.content.decode()
    page = qa.post(url, {"reason": "family_crisis", "note": ""}, follow=True)
    assert f"takes the place of case {one.case}" in page.content.decode()
    assert "Replaced by" in page.content.decode()
    again = qa.post(url, {"reason": "family_crisis", "note": ""})
    assert again.status_code == 422
    assert "allocated now" in again.content.decode()
    assert DrawnCase.objects.filter(state="replaced").count() == 1


def test_a_meeting_about_the_replaced_case_is_called_off(qa, draw):
    one = (
        draw.cases.select_related("assignment__worker", "assignment__post").filter(state="allocated").first()
    )
    auditor = one.assignment.post.holdings.get().user
    meeting = propose_meeting(
        audit=CaseAudit.objects.get(assignment=one.assignment),
        starts_at=datetime(2026, 12, 8, 9, 0, tzinfo=UTC),
        minutes=90,
        place="Room 2",
        by=auditor,
        now=timezone.now(),
    )
    AuditMeeting.objects.update(record_updated_on=date(2026, 11, 9))
    Notice.objects.all().delete()
    qa.post(reverse("audits:replace_case", args=[one.pk]), {"reason": "family_crisis", "note": ""})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.record_updated_on) == ("cancelled", None)
    told = Notice.objects.filter(kind="meeting", body__contains="because the case was replaced")
    assert {notice.recipient for notice in told} == {auditor, one.assignment.worker}


# Commands


def run(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_draws_a_month_once(programme):
    dry = run("draw", "--period", "2026-12", "--seed", "7", "--dry-run")
    assert (dry["allocated"], SampleDraw.objects.count()) == (3, 0)
    done = run("draw", "--period", "2026-12", "--seed", "7", "--framework", "lancashire")
    assert done["allocated"] == 3
    assert done["changed"] == 4
    assert done["draws"][0]["cases"] == dry["draws"][0]["cases"]
    assert run("draw", "--period", "2026-12", "--seed", "7")["changed"] == 0
    assert Assignment.objects.filter(period="2027-01", state="planned").exists()


def test_without_a_period_the_command_draws_what_is_due(programme):
    assert run("draw", "--at", "2026-10-30")["changed"] == 0
    assert {one["period"] for one in run("draw", "--at", "2026-12-01")["draws"]} == {"2026-12", "2027-01"}


def test_the_command_refuses_what_it_cannot_do(programme):
    for arguments, said, code in (
        (["--period", "December"], "not a month", 2),
        (["--framework", "nowhere"], "no live framework", 1),
        (["--period", "2040-01"], "no programme", 1),
    ):
        with pytest.raises(CommandError, match=said) as refused:
            call_command("draw", *arguments)
        assert refused.value.returncode == code


def test_verify_draw_fails_when_the_record_was_changed(draw):
    assert run("verify_draw", str(draw.pk))["matches"] is True
    SampleDraw.objects.update(seed="8")
    out = StringIO()
    with pytest.raises(CommandError, match="does not match its record"):
        call_command("verify_draw", str(draw.pk), "--json", stdout=out)
    assert json.loads(out.getvalue())["matches"] is False
    with pytest.raises(CommandError, match="no draw 999"):
        call_command("verify_draw", "999")
