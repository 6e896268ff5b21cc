"""The second judgement: chosen at random and by grade, discussed, completed; then the grade is final."""

import hashlib
import json
import secrets
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from audits.models import AuditResult, CaseAudit, Moderation, ModerationDraw
from audits.workflow.good_practice import tell_of_praise
from qaframework.actions import workflow as actions
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.wording import subject_line
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.notices.workflow import Message, write_notices
from qaframework.packs.definition import ModerationRule
from qaframework.people import directory, history
from qaframework.people.calendar import working_calendar
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import due_date
from qaframework.rules.periods import Month
from qaframework.rules.sampling import Replay, share_to_choose, ticket
from qaframework.rules.working_days import end_of_day, local_date
from qaframework.tools import workflow as tools
from qaframework.tools.models import Survey
from qaframework.tools.surveys.workflow import invite

State = Moderation.State
Result = Moderation.Result


@transaction.atomic
def open_moderation_by_grade(*, audit: CaseAudit, by: User | None, now: datetime) -> Moderation | None:
    """Open the moderation that the grade asks for: at once, for every inadequate (LAN-34)."""
    rule = _rule_of(audit)
    if rule is None:
        _make_final(audit, audit.overall_grade, audit.final_grade_reached_by, by=by, now=now)
        return None
    earlier = audit.moderations.order_by("-opened_at", "-pk").first()
    if earlier is not None:
        # It was sent back for evidence: a better grade on the second try does not end its moderation.
        return _open(audit, earlier.because, earlier.draw, by=by, now=now)
    if rule.share >= 100:
        return _open(audit, Moderation.Because.ALL, None, by=by, now=now)
    if audit.overall_grade in rule.all_of:
        return _open(audit, Moderation.Because.INADEQUATE, None, by=by, now=now)
    return None


@transaction.atomic
def draw_moderations(
    *,
    programme: Programme,
    activity: str,
    month: Month,
    seed: str | None,
    by: User | None,
    now: datetime,
) -> ModerationDraw | None:
    """Choose the share of a month's submitted audits, rounding up, and make the others final (LAN-34).

    The frame and its hash are fixed before the seed is chosen. Where audits of the month follow different
    versions of the rules, the largest of their shares counts, so that no version gets less than it asks for.
    Returns the draw that exists when it was made before, and None when nothing was submitted in the month or
    the activity is not moderated. Raises Refused while the month is still running.
    """
    if month.end >= local_date(now):
        raise Refused(f"{month.label} has not ended. The draw can be made when all its audits are in.")
    # Two that draw at once wait for each other here; the second finds the first one's draw.
    Programme.objects.select_for_update().get(pk=programme.pk)
    made = ModerationDraw.objects.filter(programme=programme, activity=activity, period=month.key).first()
    if made:
        return made
    audits = _audits_to_draw_from(programme, activity, month)
    waiting = [audit for audit in audits if audit.assignment.state == Assignment.State.SUBMITTED]
    shares = [rule.share for audit in waiting or audits if (rule := _rule_of(audit)) is not None]
    if not shares:
        return None
    frame = [audit.pk for audit in waiting]
    frame_hash = moderation_frame_hash(frame)
    seed = seed or secrets.token_hex(16)
    chosen = moderation_choice(frame, seed, len(audits), max(shares))
    drawn = ModerationDraw.objects.create(
        programme=programme,
        activity=activity,
        period=month.key,
        seed=seed,
        percent=max(shares),
        population=len(audits),
        frame=frame,
        frame_hash=frame_hash,
        chosen=chosen,
        drawn_at=now,
        drawn_by=by,
    )
    for audit in waiting:
        if audit.pk in chosen:
            _open(audit, Moderation.Because.RANDOM, drawn, by=by, now=now)
        else:
            _make_final(audit, audit.overall_grade, audit.final_grade_reached_by, by=by, now=now)
    return drawn


def moderation_choice(frame: list[int], seed: str, population: int, percent: int) -> list[int]:
    """The audits with the lowest tickets: ``percent`` of the population, rounded up, as far as there are any.

    Anyone can work it out again from the record of the draw.
    """
    size = min(share_to_choose(population, percent), len(frame))
    return sorted(sorted(frame, key=lambda pk: ticket(seed, str(pk)))[:size])


def moderation_frame_hash(frame: list[int]) -> str:
    """SHA-256 of the ids in their order, written as a JSON list."""
    return hashlib.sha256(json.dumps(frame).encode()).hexdigest()


def verify_moderation_draw(drawn: ModerationDraw) -> Replay:
    """Make the choice again from the record alone, and say whether it gives the same audits."""
    found = moderation_frame_hash(drawn.frame)
    if found != drawn.frame_hash:
        return Replay(
            False, f"The frame is not the one recorded: its hash is {found}, not {drawn.frame_hash}."
        )
    again = moderation_choice(drawn.frame, drawn.seed, drawn.population, drawn.percent)
    if again != drawn.chosen:
        difference = min(set(again) ^ set(drawn.chosen), default=0)
        where = "when chosen again" if difference in again else "in the record"
        return Replay(False, f"Audit {difference} is chosen only {where}.")
    return Replay(True, "")


def _audits_to_draw_from(programme: Programme, activity: str, month: Month) -> list[CaseAudit]:
    """Audits handed in in the month, and those from before for which no draw came any more."""
    handed_in = Q(result__month=month.key)
    left_over = Q(result__month__lt=month.key, assignment__state=Assignment.State.SUBMITTED)
    return list(
        CaseAudit.objects.filter(
            handed_in | left_over, assignment__programme=programme, assignment__activity=activity
        )
        .select_related(
            "assignment__framework_version", "assignment__post__unit", "answer_set", "action_plan"
        )
        .order_by("pk")
    )


def draw_due_moderations(*, now: datetime) -> int:
    """Make the moderation draws of all months that have ended; returns how many were made."""
    this_month = Month.of(local_date(now)).key
    due = (
        AuditResult.objects.filter(month__lt=this_month, audit__assignment__state=Assignment.State.SUBMITTED)
        .values_list("audit__assignment__programme", "activity", "month")
        .distinct()
    )
    made = 0
    for programme_id, activity, month in sorted(due):
        programme = Programme.objects.get(pk=programme_id)
        before = ModerationDraw.objects.filter(programme=programme, activity=activity, period=month).exists()
        draw_moderations(
            programme=programme, activity=activity, month=Month.parse(month), seed=None, by=None, now=now
        )
        made += not before
    return made


@transaction.atomic
def begin_moderation(*, moderation: Moderation, by: User, now: datetime) -> Moderation:
    """Take a waiting moderation. Nobody moderates their own audit, or one of a case they hold (LAN-34)."""
    refuse_if_involved(moderation, by, local_date(now))
    return history.change(
        moderation,
        by=by,
        now=now,
        reason="Taken",
        only_if={"state": State.WAITING},
        state=State.IN_PROGRESS,
        moderator=by,
    )


@transaction.atomic
def release_moderation(*, moderation: Moderation, by: User, now: datetime) -> Moderation:
    """Put a moderation that somebody took back among those that wait, for instance when they are away."""
    return history.change(
        moderation,
        by=by,
        now=now,
        reason="Put back",
        only_if={"state": State.IN_PROGRESS},
        state=State.WAITING,
        moderator=None,
    )


@transaction.atomic
def record_discussion(
    *,
    moderation: Moderation,
    discussed_on: date,
    auditor_viewpoint: str,
    outcome: str,
    by: User,
    now: datetime,
) -> Moderation:
    """The talk with the original manager: when, what they think, what came of it (LAN-35)."""
    if discussed_on > local_date(now):
        raise Refused("The discussion is in the future. Record it once it has taken place.")
    if not (auditor_viewpoint.strip() and outcome.strip()):
        raise Refused("Record both the manager's view and what you agreed.")
    return history.change(
        moderation,
        by=by,
        now=now,
        reason="Discussion recorded",
        only_if={"state": State.IN_PROGRESS, "moderator": by},
        discussed_on=discussed_on,
        auditor_viewpoint=auditor_viewpoint,
        discussion_outcome=outcome,
    )


@transaction.atomic
def complete_moderation(
    *,
    moderation: Moderation,
    grade: str,
    grade_reason: str,
    quality: dict[str, str],
    feedback: str,
    by: User,
    now: datetime,
) -> Moderation:
    """Settle the final grade. A change of grade needs the discussion with the manager first (LAN-35)."""
    audit = moderation.audit
    definition = audit.answer_set.tool_version.definition
    assert definition.scheme is not None
    scheme = definition.scheme.scheme
    if grade not in {one.key for one in scheme.grades}:
        raise Refused("Choose the grade that you would give.")
    change = scheme.rank(moderation.original_grade) - scheme.rank(grade)
    rule = _rule_of(audit)
    needs_talk = rule is None or rule.discussion_required
    if change and needs_talk and moderation.discussed_on is None:
        raise Refused(
            "You are changing the grade. Talk with the manager who did the audit first, and record the talk."
        )
    if change and not grade_reason.strip():
        raise Refused("Give the reason for the changed grade.")
    if not _are_criteria(quality):
        raise Refused("For each question on the quality of the audit, choose met, partly or not met.")
    if not feedback.strip():
        raise Refused("Write the feedback for the manager: what was strong, and one thing to develop.")
    result = Result.RAISED if change > 0 else Result.LOWERED if change < 0 else Result.UPHELD
    history.change(
        moderation,
        by=by,
        now=now,
        reason=f"Completed: {result.label}",
        only_if={"state": State.IN_PROGRESS, "moderator": by},
        state=State.COMPLETED,
        moderated_grade=grade,
        grade_reason=grade_reason,
        quality=quality,
        feedback=feedback,
        result=result,
        completed_at=now,
    )
    _stop_clock(moderation, by=by, now=now)
    reached_by = f"Moderated on {local_date(now):%-d %B %Y}: {result.label.lower()}"
    _make_final(audit, grade, reached_by, by=by, now=now)
    _tell_auditor(moderation, "Moderation completed", now=now)
    return moderation


@transaction.atomic
def send_back_for_evidence(
    *, moderation: Moderation, reason: str, due_on: date, by: User, now: datetime
) -> Moderation:
    """The audit does not yet show how the grade was reached: back to the auditor, who submits again."""
    if not reason.strip():
        raise Refused("Say what evidence is missing.")
    history.change(
        moderation,
        by=by,
        now=now,
        reason="Sent back",
        only_if={"state": State.IN_PROGRESS, "moderator": by},
        state=State.COMPLETED,
        result=Result.SENT_BACK,
        feedback=reason,
        completed_at=now,
    )
    _stop_clock(moderation, by=by, now=now)
    audit = moderation.audit
    tools.reopen_answers(answer_set=audit.answer_set, reason=reason, by=by, now=now)
    allocation.send_back(assignment=audit.assignment, due_on=due_on, reason=reason, by=by, now=now)
    return moderation


def _rule_of(audit: CaseAudit) -> ModerationRule | None:
    return allocation.activity_of(audit.assignment).moderation


def _are_criteria(quality: dict[str, str]) -> bool:
    return set(quality) <= set(Moderation.Criterion.values) and set(quality.values()) <= set(
        Moderation.Quality.values
    )


def refuse_if_involved(moderation: Moderation, user: User, on: date) -> None:
    """Raises Refused when the person did the audit, holds the case, or owes the audit's post."""
    audit = moderation.audit
    involved = {audit.auditor_id, audit.assignment.worker_id}
    holder = directory.holder_of(audit.assignment.post, on)
    if user.pk in involved or holder == user:
        raise Refused("You were part of this audit, so somebody else has to moderate it.")


def _open(
    audit: CaseAudit,
    because: str,
    drawn: ModerationDraw | None,
    *,
    by: User | None,
    now: datetime,
) -> Moderation:
    assignment, rule = audit.assignment, _rule_of(audit)
    assert rule is not None
    due_on = due_date(local_date(now), rule.within, working_calendar())
    allocation.start_moderation(assignment=assignment, by=by, now=now)
    moderation = history.create(
        Moderation(
            audit=audit,
            because=because,
            draw=drawn,
            original_grade=audit.overall_grade,
            opened_at=now,
            due_on=due_on,
        ),
        by=by,
        now=now,
        reason="Opened",
    )
    owners = directory.nearest_posts(assignment.unit, "qa_manager", local_date(now))
    if owners:
        clock = clocks.start_clock(
            kind="moderation",
            label=f"Moderation, case {assignment.case.child_ref if assignment.case else ''}",
            url=reverse("audits:moderation", args=[moderation.pk]),
            framework_version=assignment.framework_version,
            ladder=rule.ladder,
            owner_post=owners[0],
            unit=owners[0].unit,
            case=assignment.case,
            due_at=end_of_day(due_on),
            by=by,
            now=now,
        )
        history.change(moderation, by=by, now=now, reason="Clock started", clock=clock)
    return moderation


def _make_final(audit: CaseAudit, grade: str, reached_by: str, *, by: User | None, now: datetime) -> None:
    """The grade is settled: finish the work, keep it for the figures, open the loop if it asks for one."""
    assignment = audit.assignment
    allocation.finish(assignment=assignment, by=by, now=now)
    history.change(
        audit, by=by, now=now, reason="Grade final", final_grade=grade, final_grade_reached_by=reached_by
    )
    AuditResult.objects.filter(audit=audit).update(final_grade=grade)
    tell_of_praise(audit, now=now)
    invite(
        answer_set=audit.answer_set,
        framework_version=assignment.framework_version,
        activity=assignment.activity,
        people={Survey.Role.WORKER: assignment.worker, Survey.Role.AUDITOR: audit.auditor},
        label=subject_line(assignment),
        case=assignment.case,
        now=now,
    )
    rule = assignment.framework_version.pack.loop_rule
    if rule is None or not allocation.activity_of(assignment).opens_loop or audit.action_plan.case is None:
        return
    if grade in rule.grades:
        actions.open_loop(plan=audit.action_plan, grade=grade, by=by, now=now)


def _stop_clock(moderation: Moderation, *, by: User, now: datetime) -> None:
    if moderation.clock:
        clocks.stop_clock(clock=moderation.clock, reason=Clock.StopReason.COMPLETED, by=by, now=now)


def _tell_auditor(moderation: Moderation, subject: str, *, now: datetime) -> None:
    audit = moderation.audit
    case = audit.assignment.case
    message = Message(
        "moderated",
        moderation.pk,
        subject=f"{subject}: case {case.child_ref if case else ''}",
        body="Open the audit to read the result and the feedback.",
        url=reverse("audits:audit", args=[audit.pk]),
        case_ids=[audit.assignment.case_id],
    )
    write_notices(message.to([audit.auditor_id]), now=now)
