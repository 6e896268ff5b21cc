"""A benchmarking exercise: set up, handed in by each alone, agreed by all, its learning shared (SAN-23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from audits.independence import Eligibility
from audits.models import BenchmarkedSection, BenchmarkingAudit, BenchmarkingExercise
from qaframework.activities.workflow import hand_in_and_finish, open_activities, refuse_if_handed_in
from qaframework.allocation import workflow as allocation
from qaframework.allocation.access import posts_that_audit
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import directory, history
from qaframework.people.directory import Organisation
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, User
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability, roles_with
from qaframework.rules.working_days import local_date

FEWEST, MOST = 3, 12
RUNNING = {"finished_at__isnull": True, "called_off_at__isnull": True}
FEWEST_FORMS = 2


@dataclass(frozen=True)
class Group:
    """Who audits the case: the managers, the moderator who audits it too, and who of all these meets the
    practitioner."""

    managers: Sequence[User]
    moderator: User
    meets_worker: User

    @property
    def people(self) -> list[User]:
        """Everybody once, the moderator first."""
        return list(dict.fromkeys([self.moderator, *self.managers]))


@transaction.atomic
def set_up_exercise(
    *,
    programme: Programme,
    activity: str,
    case: Case,
    group: Group,
    due_on: date,
    meets_on: date,
    by: User,
    now: datetime,
) -> BenchmarkingExercise:
    """Give each of the group the case to audit alone by ``due_on``, before they meet on ``meets_on``.

    Raises Refused for a group that is too small or too large, for somebody who may not audit the case, for
    days that do not fit, and while another exercise on the case runs.
    """
    Programme.objects.select_for_update().get(pk=programme.pk)  # who sends it twice waits here
    today = local_date(now)
    _refuse_days(today, due_on, meets_on)
    if case.status != Case.Status.OPEN or case.unit is None:
        raise Refused("The case is closed or has no team. Choose another case.")
    if BenchmarkingExercise.objects.filter(case=case, activity=activity, **RUNNING).exists():
        raise Refused("There is an exercise on this case already. Finish it or call it off first.")
    version = programme.framework.version_on(today)
    rule = version.pack.activity(activity).independence
    posts = _posts_of_group(group, case, rule, today)
    exercise = history.create(
        BenchmarkingExercise(
            programme=programme,
            framework_version=version,
            activity=activity,
            case=case,
            unit=case.unit,
            meets_on=meets_on,
            set_up_by=by,
            set_up_at=now,
        ),
        by=by,
        now=now,
        reason="Set up",
    )
    work = [
        allocation.add_work(
            programme=programme,
            activity=activity,
            post=post,
            starts_on=today,
            by=by,
            now=now,
            version=version,
        )
        for post in posts.values()
    ]
    targeted = Assignment.Selection.TARGETED
    # About the case, not about one person's practice: nobody is asked to sign what one of many wrote.
    allotments = [allocation.Allotment(one, case, None, case.unit, targeted, due_on) for one in work]
    allocation.allocate_all(allotments, allocated_on=today, by=by, now=now)
    about = {
        one.pk: {
            "exercise": exercise,
            "leads": person == group.moderator,
            "meets_worker": person == group.meets_worker,
        }
        for one, person in zip(work, posts, strict=True)
    }
    open_activities(BenchmarkingAudit, assignments=work, by=by, now=now, about=about)
    _tell_worker(
        exercise,
        "benchmarking_begun",
        "Several people audit this case",
        f"Each audits it alone, to see how alike they judge. {group.meets_worker} will arrange to meet you.",
        now,
    )
    return exercise


@transaction.atomic
def judge_overall(
    *, audit: BenchmarkingAudit, grade: str, reason: str, by: User, now: datetime
) -> BenchmarkingAudit:
    """One auditor's own grade overall, and why. Raises Refused once the form is handed in."""
    refuse_if_handed_in(audit)
    allocation.begin(assignment=audit.assignment, by=by, now=now)
    return history.change(
        audit, by=by, now=now, reason="Grade overall", overall_grade=grade, grade_reason=reason
    )


@transaction.atomic
def hand_in_benchmarking(*, audit: BenchmarkingAudit, by: User, now: datetime) -> None:
    """Hand in one form; with the last one all are opened to the group, who are told.

    Raises Refused when something is not settled, tools.workflow.AnswersIncomplete with the answers that are
    missing, and SomebodyElseWasFirst when it is not owed any more.
    """
    # Of two who hand in the last two forms at once, the second sees the first one's.
    exercise = BenchmarkingExercise.objects.select_for_update().get(pk=audit.exercise_id)
    hand_in_and_finish(audit, by=by, now=now)
    history.change(audit, by=by, now=now, reason="Handed in", auditor=by)
    tell_if_opened(exercise, now=now)


def tell_of_opened_forms(*, now: datetime) -> int:
    """Tell each group whose last day has passed that the forms are open; returns how many were told."""
    running = BenchmarkingExercise.objects.filter(**RUNNING).order_by("pk")
    return sum(tell_if_opened(exercise, now=now) for exercise in running)


def tell_if_opened(exercise: BenchmarkingExercise, *, now: datetime) -> int:
    """Once nobody owes a form in time any more, tell those who have handed in, and whoever set it up."""
    on = local_date(now)
    done = list(exercise.audits.handed_in().select_related("assignment__post"))
    if not done or exercise.audits.owed_in_time(on).exists():
        return 0
    holders = directory.holders_of([one.assignment.post for one in done], on).values()
    people = {holder.pk for holder in holders if holder} | {exercise.set_up_by_id}
    body = f"You can now read what each of you wrote. You meet on {exercise.meets_on:%-d %B %Y}."
    return _tell(exercise, people, "benchmarking_opened", "The forms are open", body, now)


@transaction.atomic
def agree_section(
    *,
    exercise: BenchmarkingExercise,
    section: str,
    grade: str,
    note: str,
    read: int,
    by: User,
    now: datetime,
) -> BenchmarkedSection:
    """What the group agrees on one section; ``read`` is the version before the writer, 0 for none.

    Raises Refused once the exercise has ended, and SomebodyElseWasFirst when it was written meanwhile.
    """
    _hold(exercise)
    if read:
        known = exercise.sections.get(section=section)
        return history.change(
            known,
            by=by,
            now=now,
            reason="Agreed anew",
            only_if={"version": read},
            agreed_grade=grade,
            note=note,
            version=read + 1,
        )
    agreed = BenchmarkedSection(exercise=exercise, section=section, agreed_grade=grade, note=note)
    try:
        with transaction.atomic():
            return history.create(agreed, by=by, now=now, reason="Agreed")
    except IntegrityError:
        raise SomebodyElseWasFirst("Somebody wrote this down in the meantime.") from None


@transaction.atomic
def finish_exercise(
    *, exercise: BenchmarkingExercise, grade: str, reason: str, learning: str, by: User, now: datetime
) -> BenchmarkingExercise:
    """Write down the agreed grade overall and what all learn; forms that are still owed are called off.

    Raises Refused while a graded section is not agreed or fewer than two forms are in, and once it has ended.
    """
    _hold(exercise)
    if exercise.audits.handed_in().count() < FEWEST_FORMS:
        raise Refused("Fewer than two forms are in, so there is nothing to compare.")
    if missing := sections_to_agree(exercise):
        raise Refused(f"Agree first on: {', '.join(missing)}.")
    because = "The exercise went on without your form."
    _withdraw_owed(exercise, "The group has agreed without it.", by=by, now=now, because=because)
    history.change(
        exercise,
        by=by,
        now=now,
        reason="Finished",
        only_if=RUNNING,
        agreed_grade=grade,
        agreed_reason=reason,
        learning=learning,
        finished_by=by,
        finished_at=now,
    )
    holders = directory.holders_of(
        [one.assignment.post for one in exercise.audits.handed_in().select_related("assignment__post")],
        local_date(now),
    )
    people = {holder.pk for holder in holders.values() if holder} - {by.pk}
    _tell(exercise, people, "benchmarking_agreed", "Agreed", "Read what the group agreed on.", now)
    meets = exercise.audits.filter(meets_worker=True).select_related("auditor").first()
    who = meets.auditor if meets and meets.auditor else by
    _tell_worker(
        exercise,
        "benchmarking_agreed",
        "The audit of this case by several people has ended",
        f"{who} will tell you what they agreed on. Ask them if you have not heard from them.",
        now,
    )
    return exercise


@transaction.atomic
def share_learning(*, exercise: BenchmarkingExercise, by: User, now: datetime) -> int:
    """Tell everybody who audits under the framework what there is to learn; returns how many were told.

    Raises Refused before the exercise is finished, SomebodyElseWasFirst when it was shared already.
    """
    if exercise.finished_at is None:
        raise Refused("The group has not finished this exercise yet.")
    history.change(
        exercise, by=by, now=now, reason="Learning shared", only_if={"shared_at__isnull": True}, shared_at=now
    )
    on = local_date(now)
    holders = directory.holders_of(posts_that_audit(exercise.programme.framework, on), on).values()
    message = Message(
        "benchmarking_learning",
        exercise.pk,
        subject="What auditors can learn from a benchmarking exercise",
        body="Several people audited the same case, each alone, and compared their grades. Read what "
        "they learnt about judging alike.",
        url=reverse("audits:benchmarking_learning", args=[exercise.pk]),
    )
    return write_notices(message.to(holder for holder in holders if holder != by), now=now)


@transaction.atomic
def call_off_exercise(
    *, exercise: BenchmarkingExercise, reason: str, by: User, now: datetime
) -> BenchmarkingExercise:
    """End an exercise without a result; what is still owed is called off. What was handed in stays unread.

    Raises Refused once it has ended.
    """
    _hold(exercise)
    _withdraw_owed(exercise, reason, by=by, now=now)
    return history.change(
        exercise,
        by=by,
        now=now,
        reason=f"Called off: {reason}",
        only_if=RUNNING,
        called_off_at=now,
        call_off_reason=reason,
    )


def sections_to_agree(exercise: BenchmarkingExercise) -> list[str]:
    """Titles of the graded sections of the form on which nothing is agreed yet."""
    agreed = set(exercise.sections.values_list("section", flat=True))
    one = exercise.audits.select_related("answer_set__tool_version")[:1].get()
    sections = one.answer_set.tool_version.definition.sections
    return [section.title for section in sections if section.graded and section.key not in agreed]


def _refuse_days(today: date, due_on: date, meets_on: date) -> None:
    if due_on <= today:
        raise Refused("Give a day after today by which everybody hands in.")
    if meets_on <= due_on:
        raise Refused("The meeting has to be after the day by which everybody hands in.")


def _posts_of_group(group: Group, case: Case, rule: str, on: date) -> dict[User, Post]:
    """The post with which each of the group audits the case, which they may. Raises Refused."""
    managers = [person for person in group.people if person != group.moderator]
    if not FEWEST <= len(managers) <= MOST:
        raise Refused(
            f"Name {FEWEST} to {MOST} managers besides the moderator. You named {len(managers) or 'nobody'}."
        )
    if group.meets_worker not in group.people:
        raise Refused(
            f"{group.meets_worker} is not in the group. Somebody of the group meets the practitioner."
        )
    organisation = Organisation.load(on)
    eligibility = Eligibility.by_rule(organisation, rule)
    auditing = set(roles_with(Capability.AUDIT))
    found: dict[User, Post] = {}
    for person in group.people:
        held = [
            post
            for post in organisation.posts_by_person.get(person.pk, [])
            if post.role in auditing and organisation.holder_of(post.pk) == person
        ]
        if not held:
            raise Refused(f"{person} holds no post that audits. Name somebody else.")
        post = next((one for one in held if eligibility.may_audit(one, case)), None)
        if post is None:
            raise Refused(f"{person} cannot take part. {eligibility.why_not(held[0], case)}")
        found[person] = post
    return found


def _hold(exercise: BenchmarkingExercise) -> None:
    """Keep others from ending it meanwhile. Raises Refused once it has ended."""
    held = BenchmarkingExercise.objects.select_for_update().get(pk=exercise.pk)
    if not held.is_running:
        raise Refused("This exercise has ended. It stays as it is.")


def _withdraw_owed(
    exercise: BenchmarkingExercise, reason: str, *, by: User, now: datetime, because: str = ""
) -> None:
    owed = exercise.audits.owed().select_related(
        "assignment__post__unit", "assignment__case", "assignment__framework_version", "assignment__clock"
    )
    for audit in owed.order_by("pk"):
        allocation.withdraw(assignment=audit.assignment, reason=reason, by=by, now=now, because=because)


def title_of(exercise: BenchmarkingExercise) -> str:
    """For instance “Benchmarking exercise, case N10234”."""
    label = exercise.framework_version.pack.activity(exercise.activity).label
    return f"{label}, case {exercise.case.child_ref}"


def _tell(
    exercise: BenchmarkingExercise, people: set[int], kind: str, what: str, body: str, now: datetime
) -> int:
    message = Message(
        kind,
        exercise.pk,
        subject=f"{what}: {title_of(exercise)}",
        body=body,
        url=reverse("audits:benchmarking", args=[exercise.pk]),
        case_ids=[exercise.case_id],
    )
    return write_notices(message.to(people), now=now)


def _tell_worker(exercise: BenchmarkingExercise, kind: str, what: str, body: str, now: datetime) -> None:
    """The practitioner of the case, who does not see the exercise itself."""
    message = Message(
        kind,
        exercise.pk,
        subject=f"{what}: case {exercise.case.child_ref}",
        body=body,
        url=reverse("caseload:case", args=[exercise.case_id]),
        case_ids=[exercise.case_id],
    )
    write_notices(message.to([exercise.case.worker_id]), now=now)
