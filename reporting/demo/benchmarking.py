"""Two benchmarking exercises, one finished and one under way; where a framework has them."""

from datetime import datetime, timedelta
from random import Random

from audits import workflow as audits
from audits.benchmarking_access import KIND
from audits.models import BenchmarkingAudit, BenchmarkingExercise
from audits.workflow.benchmarking import Group
from qaframework.allocation.models import Programme
from qaframework.caseload.models import Case, CaseStatus
from qaframework.people.models import User
from qaframework.rules.working_days import at_local_time, local_date
from qaframework.tools.models import Answer
from reporting.demo import bulk
from reporting.demo.answers import answers, section_grades, tone_of, words
from reporting.demo.signing import signed_by
from reporting.demo.story import MORNING, Story

# Managers of the group and what each gives overall; the first meets the practitioner.
GROUP = {
    "tm-duty-north": "good",
    "tm-duty-east": "requires_improvement",
    "sm-duty": "good",
    "hos-duty": "good",
}
MODERATORS_GRADE = "requires_improvement"
AGREED = "good"
TEAM_OF_FINISHED, TEAM_OF_RUNNING = "family-west", "duty-west"
FINISHED_AGO, RUNNING_AGO = timedelta(days=75), timedelta(days=11)
TIME_TO_AUDIT, UNTIL_MEETING = timedelta(days=28), timedelta(days=7)
# Of the exercise under way these have handed in; one of those one can sign in as has not.
IN_ALREADY = ("tm-duty-north", "sm-duty")


def compare_auditors(story: Story) -> None:
    """Set both up, let the auditors hand in, and let the group of the first agree."""
    key = next((one.key for one in story.pack.activities.values() if one.kind == KIND), None)
    if key is None:
        return
    chance = Random(f"{story.seed}:benchmarking")
    finished = _set_up(story, key, TEAM_OF_FINISHED, FINISHED_AGO)
    if finished is not None:
        began = _morning(story, FINISHED_AGO)
        given = [
            _hand_in(story, chance, audit, began + timedelta(days=9 + 3 * number, hours=4))
            for number, audit in enumerate(_forms(finished))
        ]
        _agree(story, finished, given)
    running = _set_up(story, key, TEAM_OF_RUNNING, RUNNING_AGO)
    if running is not None:
        for number, audit in enumerate(_forms(running)):
            if audit.assignment.post.code in IN_ALREADY:
                at = _morning(story, RUNNING_AGO) + timedelta(days=4 + 2 * number, hours=6)
                _hand_in(story, chance, audit, at)


def _set_up(story: Story, activity: str, team: str, ago: timedelta) -> BenchmarkingExercise | None:
    at = _morning(story, ago)
    day, case = local_date(at), _case(story, team)
    programme = Programme.objects.filter(
        framework=story.version.framework, starts_on__lte=day, ends_on__gte=day
    ).first()
    people = {
        post.code: story.holder(post) for post in story.organisation.posts.values() if post.code in GROUP
    }
    managers = [person for code in GROUP if (person := people.get(code))]
    if programme is None or case is None or len(managers) < len(GROUP):
        return None
    moderator, officer = (_of_quality(story, case, role) for role in ("qa_manager", "qa_officer"))
    return audits.set_up_exercise(
        programme=programme,
        activity=activity,
        case=case,
        group=Group(managers, moderator, managers[0]),
        due_on=day + TIME_TO_AUDIT,
        meets_on=day + TIME_TO_AUDIT + UNTIL_MEETING,
        by=officer,
        now=at,
    )


def _case(story: Story, team: str) -> Case | None:
    """The first that nobody restricted, with somebody who works with it."""
    return next(
        (
            case
            for case in story.cases.values()
            if case.unit is not None
            and case.unit.code == team
            and case.status == CaseStatus.OPEN
            and case.worker_id
            and not case.is_restricted
        ),
        None,
    )


def _of_quality(story: Story, case: Case, role: str) -> User:
    assert case.unit_id is not None
    person = story.holder_of_role(case.unit_id, role)
    assert person is not None
    return person


def _forms(exercise: BenchmarkingExercise) -> list[BenchmarkingAudit]:
    related = ("assignment__post", "assignment__clock", "answer_set__tool_version", "action_plan")
    return list(exercise.audits.select_related(*related).order_by("pk"))


def _hand_in(story: Story, chance: Random, audit: BenchmarkingAudit, at: datetime) -> dict[str, str]:
    """Returns the grades of the sections."""
    definition = audit.answer_set.tool_version.definition
    author = story.holder(audit.assignment.post)
    assert author is not None
    assert definition.scheme is not None
    scheme = definition.scheme.scheme
    overall = GROUP.get(audit.assignment.post.code, MODERATORS_GRADE)
    values = answers(chance, definition, tone_of(scheme, overall), local_date(at), [])
    grades = section_grades(chance, definition, scheme, overall)
    values |= grades | signed_by(definition, author, at)
    given = [
        Answer(answer_set=audit.answer_set, question_key=key, value=value, saved_by=author, saved_at=at)
        for key, value in values.items()
    ]
    bulk.insert(given, at="saved_at", by="saved_by", reason="Answer saved")
    why = words()["benchmarking"]["why"][overall]
    audits.judge_overall(audit=audit, grade=overall, reason=why, by=author, now=at)
    audits.hand_in_benchmarking(audit=audit, by=author, now=at)
    return grades


def _agree(story: Story, exercise: BenchmarkingExercise, given: list[dict[str, str]]) -> None:
    """On the middle of what they gave, section by section."""
    moderator = _of_quality(story, exercise.case, "qa_manager")
    at = at_local_time(exercise.meets_on, MORNING) + timedelta(hours=5)
    said = words()["benchmarking"]
    definition = _forms(exercise)[0].answer_set.tool_version.definition
    assert definition.scheme is not None
    rank = definition.scheme.scheme.rank
    for number, section in enumerate(one for one in definition.sections if one.graded):
        grades = sorted((one[section.grade_key] for one in given), key=rank)
        audits.agree_section(
            exercise=exercise,
            section=section.key,
            grade=grades[len(grades) // 2],
            note=said["notes"][number % len(said["notes"])],
            read=0,
            by=moderator,
            now=at,
        )
    audits.finish_exercise(
        exercise=exercise,
        grade=AGREED,
        reason=said["agreed_why"],
        learning=said["learning"],
        by=moderator,
        now=at,
    )
    audits.share_learning(exercise=exercise, by=moderator, now=at + timedelta(days=1))


def _morning(story: Story, ago: timedelta) -> datetime:
    return story.morning(story.today - ago)
