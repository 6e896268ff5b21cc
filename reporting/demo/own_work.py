"""Dip samples, observations and practice weeks of the past: opened each month, handed in, final at once."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.urls import reverse

from audits import workflow as audits
from audits.models import DipSample, SampledRecord
from observations.models import Observation
from qaframework.actions.models import ActionPlan
from qaframework.activities.models import Activity
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.wording import notice_url, subject_line
from qaframework.allocation.workflow import activity_of, deadline_for
from qaframework.caseload.models import Case
from qaframework.clocks.models import Clock
from qaframework.clocks.workflow import ClockDraft
from qaframework.people.models import User
from qaframework.rules.periods import Month
from qaframework.rules.working_days import at_local_time, end_of_day, local_date
from qaframework.tools.definition import ROW_REFERENCE, split_row_key
from qaframework.tools.models import Answer, AnswerSet, Submission, ToolVersion
from reporting.demo import bulk
from reporting.demo.answers import STRONG, WEAK, answers
from reporting.demo.signing import ask_and_sign, signed_by
from reporting.demo.story import Story, start_clocks_of, stop_clocks
from supervision.models import SupervisionAudit

MODELS: dict[str, type[Activity]] = {
    "dip_sample": DipSample,
    "observation": Observation,
    "practice_week": Observation,
    "visit": Observation,
    "peer_review": Observation,
    "appraisal": Observation,
    "supervision_audit": SupervisionAudit,
}
# In whose practice, supervision or team each kind of work looks.
LOOKED_AT = {
    "observation": ("practitioner",),
    "supervision_audit": ("team_manager", "senior_manager"),
    "visit": ("practitioner",),
    "peer_review": ("practitioner",),
    "appraisal": ("practitioner",),
}
SIX = time(6, 0)
State = Assignment.State


def open_month(story: Story, programme: Programme, month: Month) -> list[Assignment]:
    """Give the month's planned work that needs no draw its deadline and clock, all at once."""
    planned = (
        programme.assignments.filter(state=State.PLANNED, period=month.key)
        .select_related("post__unit", "framework_version")
        .order_by("pk")
    )
    rows = [row for row in planned if activity_of(row).draw is None]
    rows.sort(key=lambda row: bool(activity_of(row).same_person_as))
    for row in rows:
        row.allocated_on, row.due_on = _dates(row, month)
        row.original_due_on = row.due_on
        row.state = State.ALLOCATED
        if subject := story.rotation.give(row, row.allocated_on):
            row.worker, row.unit, row.worker_reason = subject.worker, subject.unit, subject.reason
    began = at_local_time(month.start, SIX)
    start_clocks_of(rows, [clock_draft(row) for row in rows], began)
    dates = ["allocated_on", "due_on", "original_due_on"]
    bulk.change(rows, [*dates, "state", "clock", "worker", "unit", "worker_reason"])
    bulk.write_entries([bulk.remember(row, at=began, by=None, reason="Allocated") for row in rows])
    return rows


def _dates(row: Assignment, month: Month) -> tuple[date, date]:
    """A practice week is the week that begins with the second Monday of its month."""
    if not activity_of(row).is_dated_later:
        return month.start, deadline_for(row, month.start)
    monday = month.start + timedelta(days=7 + (7 - month.start.weekday()) % 7)
    return monday, monday + timedelta(days=4)


def clock_draft(row: Assignment) -> ClockDraft:
    assert row.due_on is not None
    return ClockDraft(
        kind="assignment",
        label=subject_line(row),
        url=notice_url(row),
        framework_version=row.framework_version,
        ladder=activity_of(row).ladder,
        owner_post=row.post,
        unit=row.post.unit,
        due_at=end_of_day(row.due_on),
        case=row.case,
    )


def hand_in(story: Story, due: Iterable[tuple[Assignment, datetime]]) -> None:
    """Hand these in, each at its moment, with answers; nobody moderates them, so they are final."""
    pairs = [(row, at) for row, at in due if row.kind in MODELS]
    tools = {
        version.tool.key: version
        for version in ToolVersion.objects.filter(tool__framework=story.version.framework_id)
        .select_related("tool")
        .order_by("number")
    }
    _choose_subjects(story, pairs)
    drawn = [(row, at) for row, at in pairs if activity_of(row).sample]
    others = [(row, at) for row, at in pairs if not activity_of(row).sample]
    sets = [AnswerSet(tool_version=tools[activity_of(row).tool], created_at=at) for row, at in others]
    bulk.insert(sets, at="created_at", reason="Started")
    plans = [_plan(story, row, at) for row, at in others]
    bulk.insert(plans, at="created_at", reason="Opened")
    _write_activities(story, others, sets, plans)
    samples = [_draw_sample(story, row, at) for row, at in drawn]
    _write_answers(
        story,
        [*others, *drawn],
        [*sets, *(sample.answer_set for sample in samples)],
        {sample.answer_set_id: _references_of(sample) for sample in samples},
    )
    entries = []
    for row, at in pairs:
        row.state, row.submitted_at, row.finished_at = State.FINAL, at, at
        entries.append(bulk.remember(row, at=at, by=story.holder(row.post), reason="Submitted and final"))
    bulk.change([row for row, _ in pairs], ["state", "submitted_at", "finished_at", "worker", "unit"])
    bulk.write_entries(entries)
    clocks = stop_clocks(
        [(row.clock, at) for row, at in pairs if row.clock is not None], Clock.StopReason.COMPLETED
    )
    bulk.change(clocks, ["stopped_at", "stop_reason"])
    bulk.write_entries(
        [bulk.remember(c, at=c.stopped_at or story.now, by=None, reason="Completed") for c in clocks]
    )


def _choose_subjects(story: Story, pairs: list[tuple[Assignment, datetime]]) -> None:
    """Whose practice or supervision is looked at, and which team is visited, where nobody's turn decides:
    of the owner's own unit or below it."""
    held = [
        (post, story.organisation.units[post.unit_id], holder)
        for post in sorted(story.organisation.posts.values(), key=lambda post: post.code)
        if (holder := story.holder(post))
    ]
    for row, _ in pairs:
        roles = LOOKED_AT.get(row.kind, ())
        inside = [
            (unit, holder)
            for post, unit, holder in held
            if post.role in roles and unit.path.startswith(row.post.unit.path) and post.pk != row.post_id
        ]
        if inside and row.worker is None:
            row.unit, person = story.chance.choice(inside)
            row.worker = None if row.kind == "visit" else person


def _plan(story: Story, row: Assignment, at: datetime) -> ActionPlan:
    heading = story.pack.action_rules.file_heading.format(month=Month.parse(row.period).label)
    return ActionPlan(
        title=heading,
        framework_version=row.framework_version,
        unit=row.unit,
        worker=row.worker,
        source_url=reverse("open_work", args=[row.pk]),
        issued_at=at,
        notified_at=at,
        created_at=at,
    )


def _write_activities(
    story: Story,
    pairs: list[tuple[Assignment, datetime]],
    sets: list[AnswerSet],
    plans: list[ActionPlan],
) -> None:
    made: dict[type[Activity], list[Activity]] = {}
    for (row, at), answer_set, plan in zip(pairs, sets, plans, strict=True):
        model = MODELS[row.kind]
        dates = {}
        if model is Observation:
            dates = {"observed_on": local_date(at), "shared_with_worker_on": local_date(at)}
        made.setdefault(model, []).append(
            model(assignment=row, answer_set=answer_set, action_plan=plan, created_at=at, **dates)
        )
    for rows in made.values():
        bulk.insert(rows, at="created_at", reason="Opened")


def _draw_sample(story: Story, row: Assignment, at: datetime) -> DipSample:
    """Open a dip sample that the program draws, as its owner does."""
    by, seed = story.holder(row.post), f"demo {story.seed}:{row.pk}"
    assert by is not None
    sample = audits.open_dip_sample(assignment=row, by=by, now=at, seed=seed)
    if row.worker is not None:
        audits.draw_cases_of(sample=sample, worker=row.worker, by=by, now=at, seed=seed)
    return sample


def _references_of(sample: DipSample) -> list[str]:
    """What its rows are about, in their order."""
    records = SampledRecord.objects.filter(draw__sample=sample).order_by("position")
    return list(records.values_list("label", flat=True))


def _write_answers(
    story: Story,
    pairs: list[tuple[Assignment, datetime]],
    sets: list[AnswerSet],
    drawn: dict[int, list[str]],
) -> None:
    """Rows that were drawn have been named already."""
    given, submissions = [], []
    children = _children(story)
    for (row, at), answer_set in zip(pairs, sets, strict=True):
        author: User | None = story.holder(row.post)
        assert author is not None
        definition = answer_set.tool_version.definition
        least = definition.rows.minimum if definition.rows else 0
        nearby = children.get(row.post.unit.path.split("/")[-2]) or children[""]
        own_rows = drawn.get(answer_set.pk)
        references = sorted(story.chance.sample(nearby, least)) if own_rows is None else own_rows
        tone = STRONG if story.chance.random() < 0.6 else WEAK
        values = answers(story.chance, definition, tone, local_date(at), references)
        values |= signed_by(definition, author, at)
        given += [
            Answer(answer_set=answer_set, question_key=key, value=value, saved_by=author, saved_at=at)
            for key, value in values.items()
            if own_rows is None or split_row_key(key)[0] != ROW_REFERENCE
        ]
        submissions.append(
            Submission(
                answer_set=answer_set, revision=1, answers=values, submitted_by=author, submitted_at=at
            )
        )
        answer_set.is_locked = True
    bulk.insert(given, at="saved_at", by="saved_by", reason="Answer saved")
    Submission.objects.bulk_create(submissions)
    ask_and_sign(story, zip((row for row, _ in pairs), submissions, strict=True))
    bulk.change(sets, ["is_locked"])
    bulk.write_entries(
        [
            bulk.remember(one, at=at, by=story.holder(row.post), reason="Handed in")
            for one, (row, at) in zip(sets, pairs, strict=True)
        ]
    )


def _children(story: Story) -> dict[str, list[str]]:
    """References of open cases that are not restricted, by the code of their unit; all of them under ''."""
    found: dict[str, list[str]] = {"": []}
    cases = Case.objects.filter(status="open", is_restricted=False, unit__isnull=False).order_by("child_ref")
    for reference, unit in cases.values_list("child_ref", "unit__code"):
        found[""].append(reference)
        found.setdefault(unit, []).append(reference)
    return {unit: references for unit, references in found.items() if len(references) >= 10}
