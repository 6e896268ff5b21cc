"""Auditors and practitioners say what an audit was like, so that nobody can be told from what was said."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from audits.models import CaseAudit
from qaframework.caseload.workflow import restrict_case
from qaframework.packs.models import Framework
from qaframework.people.models import RecordRead, User
from qaframework.people.refusal import Refused
from qaframework.tools.models import Answer, AnswerSet, Submission, Survey, SurveyInvitation
from qaframework.tools.surveys.workflow import answer_survey
from tests.factories.audits import Setting, setting
from tests.factories.authority import Authority
from tests.factories.good_practice import SETTLED, final_audit
from tests.factories.packs import loaded, shipped

SURVEYS = reverse("surveys:surveys")
SAID = {
    "prepared": "yes",
    "took_part": "partly",
    "fair": "8",
    "learned": "7",
    "feedback": "9",
    "about_impact": "yes",
    "minutes_spent": "95",
    "better": "",
}
AFTER_THE_QUARTER = datetime(2027, 2, 1, 9, 0, tzinfo=SETTLED.tzinfo)
MARK = "Let us have the questions a week before, zebra."


@pytest.fixture(autouse=True)
def today_is_3_december(db: None, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(SETTLED, tick=False)


@pytest.fixture
def final(where: Setting) -> CaseAudit:
    """A final audit under Lancashire's rules, whose two people are asked."""
    return final_audit(where)


def invitation_of(audit: CaseAudit, person: User | None) -> SurveyInvitation:
    return SurveyInvitation.objects.get(answer_set=audit.answer_set, person=person)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(invitation: SurveyInvitation) -> str:
    return reverse("surveys:survey", args=[invitation.pk])


def send(user: User, invitation: SurveyInvitation, **values: str) -> Any:
    return browser(user).post(address(invitation), {**SAID, **values})


def words(user: User, url: str) -> str:
    answer = browser(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def several(audit: CaseAudit, authority: Authority, count: int) -> list[SurveyInvitation]:
    """The worker's invitation and as many of colleagues, as if each had an audit of their own."""
    own = invitation_of(audit, audit.assignment.worker)
    found = [own]
    for number in range(count - 1):
        person = authority.appoint(f"colleague_{number}", "practitioner", authority.duty_team_1)
        found.append(
            SurveyInvitation.objects.create(
                survey=own.survey,
                answer_set=own.answer_set,
                person=person,
                label=own.label,
                closes_on=own.closes_on,
            )
        )
    return found


def result_of(survey: Survey) -> str:
    framework = survey.framework_version.framework_id
    return reverse("surveys:said", args=[framework, survey.activity, survey.period])


def test_worker_and_auditor_are_asked_once_the_grade_is_final(final: CaseAudit, authority: Authority) -> None:
    worker, auditor = final.assignment.worker, final.auditor
    assert worker is not None
    assert auditor is not None
    for person, role in ((worker, "worker"), (auditor, "auditor")):
        invitation = invitation_of(final, person)
        assert invitation.survey.role == role
        assert invitation.closes_on == date(2026, 12, 31)
        for page in (reverse("allocation:my_work"), reverse("audits:audit", args=[final.pk])):
            assert address(invitation) in words(person, page)
        assert "You do not have to answer" in words(person, address(invitation))
    assert SurveyInvitation.objects.count() == 2
    manager = authority.team_manager
    assert "Say what this audit was like" not in words(manager, reverse("audits:audit", args=[final.pk]))


def test_where_the_framework_does_not_ask_nobody_is_asked(bracknell_setting: Setting) -> None:
    final_audit(bracknell_setting)
    assert not SurveyInvitation.objects.exists()
    assert not Survey.objects.exists()


def test_what_is_said_is_added_up_and_offered_no_more(final: CaseAudit) -> None:
    worker = final.assignment.worker
    assert worker is not None
    invitation = invitation_of(final, worker)
    answer = send(worker, invitation, better=MARK)
    assert (answer.status_code, answer["Location"]) == (302, reverse("allocation:my_work"))
    survey = Survey.objects.get(role="worker")
    assert (survey.activity, survey.period, survey.answered) == (final.assignment.activity, "2026-Q3", 1)
    assert survey.tallies["fair"] == {"8": 1}
    assert survey.tallies["minutes_spent"] == {"95": 1}
    assert survey.tallies["better"] == {MARK: 1}
    for page in (reverse("allocation:my_work"), reverse("audits:audit", args=[final.pk])):
        assert address(invitation) not in words(worker, page)


def test_nobody_answers_twice(final: CaseAudit) -> None:
    worker = final.assignment.worker
    assert worker is not None
    invitation = invitation_of(final, worker)
    send(worker, invitation)
    assert "You have answered this already" in words(worker, address(invitation))
    again = send(worker, invitation)
    assert again.status_code == 422
    with pytest.raises(Refused, match="answered this already"):
        answer_survey(invitation=invitation, answers={}, by=worker, now=timezone.now())
    assert Survey.objects.get(role="worker").answered == 1


def test_it_is_nobody_elses_to_answer(final: CaseAudit, authority: Authority) -> None:
    invitation = invitation_of(final, final.assignment.worker)
    for who in ("team_manager", "team_manager_2", "head_of_service", "qa_officer", "outsider", "admin"):
        user = getattr(authority, who)
        assert browser(user).get(address(invitation)).status_code == 404, who
        assert send(user, invitation).status_code == 404, who
        with pytest.raises(Refused, match="Somebody else"):
            answer_survey(invitation=invitation, answers=SAID, by=user, now=timezone.now())
    assert not Survey.objects.exclude(answered=0).exists()


def test_after_the_last_day_nobody_answers(final: CaseAudit, time_machine: TimeMachineFixture) -> None:
    worker = final.assignment.worker
    assert worker is not None
    invitation = invitation_of(final, worker)
    time_machine.move_to(SETTLED + timedelta(days=29), tick=False)
    assert address(invitation) not in words(worker, reverse("allocation:my_work"))
    assert "The time for answering is over" in words(worker, address(invitation))
    assert send(worker, invitation).status_code == 422
    assert not SurveyInvitation.objects.filter(is_used=True).exists()


def test_a_case_that_is_restricted_meanwhile_is_not_named(final: CaseAudit, authority: Authority) -> None:
    auditor = final.auditor
    assert auditor is not None
    invitation = invitation_of(final, auditor)
    case = final.assignment.case
    assert case is not None
    restrict_case(case=case, reason="A relative works here.", by=authority.qa_officer, now=timezone.now())
    assert browser(auditor).get(address(invitation)).status_code == 404
    assert address(invitation) not in words(auditor, reverse("allocation:my_work"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fair": ""}, "Answer “Was it fair?”"),
        ({"fair": "11"}, "10 or less"),
        ({"prepared": "maybe"}, "Select one of"),
        ({"minutes_spent": "an hour"}, "Enter a number in figures"),
        ({"minutes_spent": "-5"}, "0 or more"),
    ],
)
def test_a_form_that_is_not_whole_keeps_nothing(final: CaseAudit, wrong: dict[str, str], said: str) -> None:
    worker = final.assignment.worker
    assert worker is not None
    answer = send(worker, invitation_of(final, worker), **wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SurveyInvitation.objects.filter(is_used=True).exists()
    with pytest.raises(Refused):
        answer_survey(
            invitation=invitation_of(final, worker), answers={"fair": 8}, by=worker, now=timezone.now()
        )
    assert not SurveyInvitation.objects.filter(is_used=True).exists()


# Who said what


def test_no_row_of_any_table_or_history_joins_what_was_said_and_who_said_it(
    final: CaseAudit, authority: Authority
) -> None:
    """Only two tables are different after an answer, apart from the session: the person's invitation says
    that it is used, and the sum of what was said has one more. Neither says when or has a history."""
    worker = final.assignment.worker
    assert worker is not None
    invitation = invitation_of(final, worker)
    client = browser(worker)
    client.get(address(invitation))
    before = everything()
    assert client.post(address(invitation), {**SAID, "better": MARK}).status_code == 302
    after = everything()
    changed = {table for table in after if before[table] != after[table]}
    assert changed - {"django_session"} == {
        Survey._meta.db_table,
        SurveyInvitation._meta.db_table,
    }
    assert [table for table, rows in after.items() if MARK in rows] == [Survey._meta.db_table]
    assert not RecordRead.objects.filter(purpose__icontains="survey").exists()
    about = {field.related_model for field in Survey._meta.concrete_fields if field.is_relation}
    assert User not in about
    kinds = (models.DateTimeField, models.TimeField)
    for model in (Survey, SurveyInvitation):
        assert not any(isinstance(field, kinds) for field in model._meta.concrete_fields)
        assert not hasattr(model, "history")
    (row,) = [one for one in Survey.objects.values() if one["role"] == "worker"]
    assert str(worker.pk) not in json.dumps(row["tallies"])


def everything() -> dict[str, str]:
    """The content of every table, as text."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            found[table] = "\n".join(sorted(map(str, cursor.fetchall())))
    return found


def test_the_answers_of_one_person_do_not_stand_together(final: CaseAudit, authority: Authority) -> None:
    """Neither the order in which people answer nor which answers came together can be seen afterwards."""
    first, second = several(final, authority, 2)
    early = {"fair": 10, "better": "Apples"}
    late = {"fair": 2, "better": "Zebras"}
    rest = {key: value for key, value in SAID.items() if key not in ("fair", "better", "minutes_spent")}
    numbers = {"learned": 5, "feedback": 5, "minutes_spent": 60}

    def all_say(order: list[tuple[SurveyInvitation, dict[str, Any]]]) -> dict[str, Any]:
        Survey.objects.update(answered=0, tallies={})
        SurveyInvitation.objects.update(is_used=False)
        for invitation, said in order:
            by = invitation.person
            answers = {**rest, **numbers, **said}
            answer_survey(invitation=invitation, answers=answers, by=by, now=timezone.now())
        return dict(Survey.objects.filter(role="worker").values()[0])

    one = all_say([(first, early), (second, late)])
    other = all_say([(second, late), (first, early)])
    mixed = all_say([(second, {**late, "better": "Apples"}), (first, {**early, "better": "Zebras"})])
    assert json.dumps(one["tallies"]) == json.dumps(other["tallies"]) == json.dumps(mixed["tallies"])


def test_what_was_said_is_nowhere_in_the_audit(final: CaseAudit) -> None:
    worker = final.assignment.worker
    assert worker is not None
    answers, handed_in = Answer.objects.count(), Submission.objects.count()
    send(worker, invitation_of(final, worker), better=MARK)
    assert (Answer.objects.count(), Submission.objects.count()) == (answers, handed_in)
    assert MARK not in words(worker, reverse("audits:read", args=[final.pk]))


# Two at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_both_count_and_nobody_counts_twice(
    final: CaseAudit, authority: Authority
) -> None:
    first, second = several(final, authority, 2)
    given = {**{key: value for key, value in SAID.items() if value}, "fair": 8, "learned": 7}
    given |= {"feedback": 9, "minutes_spent": 95}
    start = Barrier(4)

    def say(pk: int) -> bool:
        try:
            invitation = SurveyInvitation.objects.select_related("person").get(pk=pk)
            start.wait(timeout=10)
            answer_survey(invitation=invitation, answers=given, by=invitation.person, now=SETTLED)
        except Refused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(say, [first.pk, first.pk, second.pk, second.pk]))
    assert sorted(counted) == [False, False, True, True]
    survey = Survey.objects.get(role="worker")
    assert (survey.answered, survey.tallies["fair"]) == (2, {"8": 2})


# What the quality assurance team reads


def all_answer(invitations: list[SurveyInvitation], **values: str) -> None:
    for number, one in enumerate(invitations):
        minutes = str(60 + 10 * number)
        assert send(one.person, one, minutes_spent=minutes, **values).status_code == 302


def test_five_are_shown_once_nobody_can_answer_any_more(
    final: CaseAudit, authority: Authority, time_machine: TimeMachineFixture
) -> None:
    invitations = several(final, authority, 6)
    all_answer(invitations[:5], better=MARK)
    survey = invitations[0].survey
    qa = authority.qa_officer
    running = words(qa, result_of(survey))
    assert "6 were asked so far" in running
    assert "shown from 29 January 2027" in running
    assert "95" not in running
    assert MARK not in running
    assert "Shown from 29 Jan" in words(qa, SURVEYS)
    time_machine.move_to(datetime(2027, 1, 28, 22, 0, tzinfo=SETTLED.tzinfo), tick=False)
    assert MARK not in words(qa, result_of(survey))
    time_machine.move_to(AFTER_THE_QUARTER, tick=False)
    shown = words(qa, result_of(survey))
    assert "6 were asked, 5 answered." in shown
    assert MARK in shown
    assert "Median 80" in shown
    assert "Partly: 100%" in shown
    listed = words(qa, SURVEYS)
    assert ">6<" in listed
    assert ">80<" in listed


def test_of_fewer_than_five_nothing_is_shown(
    final: CaseAudit, authority: Authority, time_machine: TimeMachineFixture
) -> None:
    invitations = several(final, authority, 6)
    all_answer(invitations[:4], better=MARK)
    time_machine.move_to(AFTER_THE_QUARTER, tick=False)
    shown = words(authority.qa_officer, result_of(invitations[0].survey))
    assert "6 were asked. Fewer than 5 people answered, so nothing of it is shown." in shown
    for hidden in (MARK, "Median", "100%", "4 answered"):
        assert hidden not in shown
    assert "Fewer than 5" in words(authority.qa_officer, SURVEYS)


@pytest.mark.writes_behind_the_verbs
def test_five_answers_of_four_people_are_not_five(
    final: CaseAudit, authority: Authority, time_machine: TimeMachineFixture
) -> None:
    invitations = several(final, authority, 5)
    again = AnswerSet.objects.create(tool_version=final.answer_set.tool_version, created_at=SETTLED)
    SurveyInvitation.objects.filter(pk=invitations[4].pk).update(
        answer_set=again, person=invitations[3].person
    )
    invitations[4].refresh_from_db()
    all_answer(invitations)
    time_machine.move_to(AFTER_THE_QUARTER, tick=False)
    assert Survey.objects.get(role="worker").answered == 5
    shown = words(authority.qa_officer, result_of(invitations[0].survey))
    assert "Fewer than 5 people answered" in shown
    assert "Median" not in shown


def test_a_question_that_fewer_than_five_answered_is_not_shown(
    final: CaseAudit, authority: Authority, time_machine: TimeMachineFixture
) -> None:
    invitations = several(final, authority, 6)
    all_answer(invitations[:2])
    all_answer(invitations[2:], better=MARK)
    time_machine.move_to(AFTER_THE_QUARTER, tick=False)
    shown = words(authority.qa_officer, result_of(invitations[0].survey))
    assert "6 were asked, 6 answered." in shown
    assert MARK not in shown
    assert "Fewer than 5 wrote something" in shown


def test_practitioners_and_auditors_are_not_counted_together(
    final: CaseAudit, authority: Authority, time_machine: TimeMachineFixture
) -> None:
    invitations = several(final, authority, 5)
    all_answer(invitations)
    auditor = final.auditor
    assert auditor is not None
    send(auditor, invitation_of(final, auditor), minutes_spent="1111")
    time_machine.move_to(AFTER_THE_QUARTER, tick=False)
    shown = words(authority.qa_officer, result_of(invitations[0].survey))
    assert "5 were asked, 5 answered." in shown
    assert "1 was asked. Fewer than 5 people answered" in shown
    assert "1111" not in shown


def test_only_the_quality_assurance_team_of_the_framework_reads_it(
    final: CaseAudit, authority: Authority
) -> None:
    survey = Survey.objects.filter(role="worker").get()
    for who in ("practitioner", "team_manager", "head_of_service", "outsider", "admin"):
        user = getattr(authority, who)
        assert browser(user).get(SURVEYS).status_code == 403, who
        assert browser(user).get(result_of(survey)).status_code == 403, who
    assert result_of(survey) in words(authority.qa_officer, SURVEYS)
    nothing = reverse("surveys:said", args=[survey.framework_version.framework_id, "nothing", "2026-Q3"])
    assert browser(authority.qa_officer).get(nothing).status_code == 404


def test_before_anybody_is_asked_the_page_says_so(where: Setting, authority: Authority) -> None:
    assert "Nobody has been asked yet" in words(authority.qa_officer, SURVEYS)


def test_a_new_version_of_the_rules_does_not_make_groups_smaller(
    final: CaseAudit, authority: Authority, time_machine: TimeMachineFixture
) -> None:
    """Three before it and two after it are five of one quarter."""
    invitations = several(final, authority, 5)
    content = shipped("lancashire")
    changed = {**content, "framework": {**content["framework"], "version": "2"}}
    later = loaded(changed, [authority.root])
    first = invitations[0].survey
    second = Survey.objects.create(
        framework_version=later,
        tool_version=first.tool_version,
        activity=first.activity,
        period=first.period,
        role=first.role,
        closes_on=first.closes_on,
    )
    for one in invitations[3:]:
        SurveyInvitation.objects.filter(pk=one.pk).update(survey=second)
    all_answer(invitations)
    assert sorted(Survey.objects.filter(role="worker").values_list("answered", flat=True)) == [2, 3]
    time_machine.move_to(AFTER_THE_QUARTER, tick=False)
    assert "5 were asked, 5 answered." in words(authority.qa_officer, result_of(first))


def test_sandwell_asks_too(authority: Authority) -> None:
    assert setting(authority, "sandwell").version.pack.survey_rule is not None


def test_the_inbox_leads_there_for_those_who_may_read_it_where_people_are_asked(
    where: Setting, final: CaseAudit
) -> None:
    authority, inbox = where.authority, reverse("audits:inbox")
    assert SURVEYS in words(authority.qa_officer, inbox)
    assert SURVEYS not in words(authority.head_of_service, inbox)
    Framework.objects.update(is_live=False)
    assert SURVEYS not in words(authority.qa_officer, inbox)
