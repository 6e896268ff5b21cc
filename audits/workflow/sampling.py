"""Opening a dip sample, and drawing what it looks at where the framework says so."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from audits.frames import freeze
from audits.models import DipSample, DipSampleDraw, SampledRecord
from audits.samples import Population, Scope, population, rule_of
from qaframework.activities.workflow import choose_worker, open_activity
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.packs.definition import SampleRule
from qaframework.people.calendar import working_calendar
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import due_date
from qaframework.rules.sampling import Method, Pick, draw
from qaframework.rules.working_days import local_date
from qaframework.tools.workflow import give_rows


@transaction.atomic
def open_dip_sample(*, assignment: Assignment, by: User, now: datetime, seed: str | None = None) -> DipSample:
    """The dip sample of an assignment; when it is first opened, what it looks at is drawn for its owner.

    Where the cases of one worker are looked at, that waits until it is settled whose (SAN-30). Without a seed
    there is a random one, chosen after the frame is fixed.
    """
    sample = open_activity(DipSample, assignment=assignment, by=by, now=now)
    rule = rule_of(sample)
    if rule is None or sample.answer_set.given_rows is not None:
        return sample
    give_rows(answer_set=sample.answer_set, references=[], by=by, now=now)
    if not rule.is_of_one_worker:
        _draw(sample, seed, by=by, now=now)
    return sample


@transaction.atomic
def draw_cases_of(
    *, sample: DipSample, worker: User, by: User, now: datetime, seed: str | None = None
) -> DipSample:
    """Say whose cases are looked at, and draw them (SAN-30).

    Raises Refused once they were drawn, and for somebody whom the framework's rule leaves out.
    """
    if DipSampleDraw.objects.filter(sample=sample).exists():
        raise Refused("The cases have been drawn, so the person can no longer be changed.")
    if worker != sample.assignment.worker:
        choose_worker(sample, worker=worker, by=by, now=now)
    _draw(sample, seed, by=by, now=now)
    return sample


def _draw(sample: DipSample, seed: str | None, *, by: User, now: datetime) -> None:
    rule = rule_of(sample)
    assert rule is not None
    scope = Scope.of(sample, rule, by, local_date(now))
    found = population(scope)
    frame_hash, chosen_seed = found.frame.hash, seed or secrets.token_hex(16)
    drawing = draw(found.frame.entries, rule.count, chosen_seed, method_of(rule))
    record = DipSampleDraw.objects.create(
        sample=sample,
        pool=scope.pool,
        since=scope.since,
        closes_on=due_date(scope.on, rule.open_for, working_calendar()) if rule.open_for else None,
        seed=chosen_seed,
        size=rule.count,
        frame=freeze(found.frame),
        frame_size=len(found.frame.entries),
        frame_hash=frame_hash,
        exclusions=found.frame.exclusion_counts,
        shortfall=drawing.shortfall,
        drawn_at=now,
        drawn_by=by,
    )
    rows = SampledRecord.objects.bulk_create(_rows(record, drawing.chosen, found))
    give_rows(answer_set=sample.answer_set, references=[row.label for row in rows], by=by, now=now)


def method_of(rule: SampleRule) -> Method:
    """Nothing is kept in reserve, since finished work does not go away; only cases are of a family."""
    return Method(reserve_share=0, one_per_family=rule.one_per_family)


def _rows(record: DipSampleDraw, picks: Sequence[Pick], found: Population) -> list[SampledRecord]:
    """Those whom the answers are shown to may not know of a restricted case: its row does not name it."""
    drawn = [found.records[pick.reference] for pick in picks]
    cases = Case.objects.filter(pk__in=[one.key for one in drawn if one.link == "case"])
    restricted = set(cases.filter(is_restricted=True).values_list("child_ref", flat=True))
    return [
        SampledRecord(
            draw=record,
            position=pick.position,
            reference=pick.reference,
            label=f"Restricted case, row {pick.position}" if pick.reference in restricted else pick.reference,
            ticket=pick.ticket,
            **{"case_id": one.case_id, f"{one.link}_id": one.key},
        )
        for pick, one in zip(picks, drawn, strict=True)
    ]
