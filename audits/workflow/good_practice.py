"""The library of good practice: told of, proposed, published, changed, withdrawn (BF-20, LAN-23)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from audits.models import CaseAudit, GoodPractice
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import directory, history
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.people.roles import ROLES, Capability, roles_with
from qaframework.rules.working_days import local_date

State = GoodPractice.State
# Those who are told of good work, or somebody above them where their post is vacant, lowest first.
MANAGERS = sorted(
    set(roles_with(Capability.SEE_TEAM_WORK)) - set(roles_with(Capability.RUN_QUALITY_ASSURANCE)),
    key=lambda role: ROLES[role].seniority,
)
# Small enough to be looked for, large enough that nobody is recognised by it.
PLACES = (Unit.Kind.SERVICE, Unit.Kind.FUNCTION, Unit.Kind.AUTHORITY)


@dataclass(frozen=True)
class Telling:
    """What an entry of the library says, de-identified."""

    title: str
    what_was_done: str
    why_it_helped: str
    topics: Sequence[str] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.title, self.what_was_done, self.why_it_helped, *self.topics)


@dataclass(frozen=True)
class Naming:
    """The practitioner was asked by ``asked_by`` and agreed on a local day to be named."""

    asked_by: User
    agreed_on: date


def tell_of_praise(audit: CaseAudit, *, now: datetime) -> int:
    """Tell whom the framework names that an audit is final with one of its best grades (LAN-23).

    They are the holders of the nearest such post, or of the next more senior one where it is vacant. Returns
    how many were told; nobody is told twice of the same audit.
    """
    assignment = audit.assignment
    rule = assignment.framework_version.pack.praise_rule
    if rule is None or audit.final_grade not in rule.grades:
        return 0
    pack = assignment.framework_version.pack
    scheme = pack.activity(assignment.activity).grade_scheme
    labels = {one.key: one.label for one in pack.scheme(scheme).grades} if scheme else {}
    grade = labels.get(audit.final_grade, audit.final_grade)
    above = [role for role in MANAGERS if ROLES[role].seniority > ROLES[rule.told].seniority]
    people = _nearest_holders(assignment.unit, (rule.told, *above), local_date(now))
    case = assignment.case
    return _tell(
        people,
        "praise",
        f"{audit.pk}",
        subject=f"{grade}: an audit in {assignment.unit}{f', case {case.child_ref}' if case else ''}",
        body="Read what was good about it. You can propose it for the library of good practice.",
        url=reverse("audits:good_practice_of", args=[audit.pk]),
        case_id=assignment.case_id,
        now=now,
    )


@transaction.atomic
def propose_good_practice(*, audit: CaseAudit, why: str, by: User, now: datetime) -> GoodPractice:
    """Propose a final audit for the library; the quality assurance team is told.

    Raises Refused when it is proposed or published already, is not final or is about a restricted case.
    """
    assignment = audit.assignment
    _refuse_unless_shareable(assignment)
    if not why.strip():
        raise Refused("Say what others can learn from it.")
    known = GoodPractice.objects.filter(assignment=assignment, question="").first()
    if known is not None and known.state in (State.PROPOSED, State.PUBLISHED):
        raise Refused(f"This audit is {known.get_state_display().lower()} already.")
    values = {"state": State.PROPOSED, "proposal": why, "proposed_by": by}
    entry = _write(assignment, "", known, values, "Proposed", by=by, now=now)
    case = assignment.case
    _tell(
        _nearest_holders(assignment.unit, ("qa_manager", "qa_officer"), local_date(now)),
        "good_practice_proposed",
        f"{entry.pk}:{entry.version}",
        subject=f"Good practice proposed{f': case {case.child_ref}' if case else ''}",
        body=f"{by} proposes it for the library of good practice. Read why, and publish it or set it aside.",
        url=reverse("audits:good_practice_of", args=[audit.pk]),
        case_id=assignment.case_id,
        now=now,
    )
    return entry


@transaction.atomic
def set_aside_good_practice(*, audit: CaseAudit, question: str, by: User, now: datetime) -> GoodPractice:
    """Leave a candidate out of the library; it can still be published later. Whoever proposed it is told.

    Raises Refused for one that is in the library: that is withdrawn.
    """
    assignment = audit.assignment
    known = GoodPractice.objects.filter(assignment=assignment, question=question).first()
    if known is not None and known.state not in (State.PROPOSED, State.SET_ASIDE):
        raise Refused("This is in the library or was. Withdraw it there.")
    proposer = known.proposed_by_id if known is not None and known.state == State.PROPOSED else None
    entry = _write(assignment, question, known, {"state": State.SET_ASIDE}, "Set aside", by=by, now=now)
    if proposer is not None:
        _tell(
            [proposer],
            "good_practice_set_aside",
            f"{entry.pk}:{entry.version}",
            subject="Good practice that you proposed was not published",
            body=f"{by} set it aside. Ask them if you would like to know why. It can come back later.",
            url=reverse("audits:good_practice_of", args=[audit.pk]),
            case_id=assignment.case_id,
            now=now,
        )
    return entry


@transaction.atomic
def publish_good_practice(
    *, audit: CaseAudit, question: str, telling: Telling, naming: Naming | None, by: User, now: datetime
) -> GoodPractice:
    """Put good practice of a final audit into the library; the practitioner is told.

    ``question`` is the key of the question that noted it, empty for the audit as a whole. Raises Refused when
    the case is restricted, or a text holds the child's reference or names a practitioner who was not asked,
    and SomebodyElseWasFirst when it is in the library already.
    """
    assignment = audit.assignment
    _refuse_unless_shareable(assignment)
    known = GoodPractice.objects.filter(assignment=assignment, question=question).first()
    if known is not None and known.state == State.PUBLISHED:
        raise SomebodyElseWasFirst("This is in the library already.")
    values = {
        **_values(assignment, telling, naming, now),
        "state": State.PUBLISHED,
        "published_by": by,
        "published_at": now,
        "end_reason": "",
    }
    entry = _write(assignment, question, known, values, "Published", by=by, now=now)
    if assignment.worker_id is not None:
        named = " It names you, as you agreed." if naming else " It does not name you."
        _tell(
            [assignment.worker_id],
            "good_practice_published",
            f"{entry.pk}:{entry.version}",
            subject="Your work is in the library of good practice",
            body=f"Others can learn from what you did.{named}",
            quote=entry.title,
            url=reverse("audits:good_practice", args=[entry.pk]),
            case_id=assignment.case_id,
            now=now,
        )
    return entry


@transaction.atomic
def change_good_practice(
    *, entry: GoodPractice, read: int, telling: Telling, naming: Naming | None, by: User, now: datetime
) -> GoodPractice:
    """Word a published entry better; ``read`` is the version that the writer had before them.

    Raises Refused as publishing does, SomebodyElseWasFirst when it changed or was withdrawn meanwhile.
    """
    _refuse_unless_shareable(entry.assignment)
    return history.change(
        entry,
        by=by,
        now=now,
        reason="Changed",
        only_if={"version": read, "state": State.PUBLISHED},
        version=read + 1,
        **_values(entry.assignment, telling, naming, now),
    )


@transaction.atomic
def withdraw_good_practice(*, entry: GoodPractice, reason: str, by: User, now: datetime) -> GoodPractice:
    """Take an entry out of the library, for instance because the practitioner does not want it there; the
    practitioner is told.

    Raises Refused without a reason, SomebodyElseWasFirst when it was withdrawn already.
    """
    if not reason.strip():
        raise Refused("Say why it is withdrawn.")
    withdrawn = history.change(
        entry,
        by=by,
        now=now,
        reason="Withdrawn",
        only_if={"version": entry.version, "state": State.PUBLISHED},
        version=entry.version + 1,
        state=State.WITHDRAWN,
        end_reason=reason,
    )
    assignment = entry.assignment
    if assignment.worker_id is not None:
        _tell(
            [assignment.worker_id],
            "good_practice_withdrawn",
            f"{entry.pk}:{withdrawn.version}",
            subject="Your work is no longer in the library of good practice",
            body=f"{by} withdrew it and wrote down why. Ask them if you would like to know.",
            quote=entry.title,
            url="",
            case_id=assignment.case_id,
            now=now,
        )
    return withdrawn


def _refuse_unless_shareable(assignment: Assignment) -> None:
    """Nobody restricts the case while its work is being shared."""
    if assignment.state != Assignment.State.FINAL:
        raise Refused("Its grade is not final yet.")
    if assignment.case_id is None:
        return
    if Case.objects.select_for_update().get(pk=assignment.case_id).is_restricted:
        raise Refused("The case is restricted. Nothing about it can be put into the library.")


def _values(assignment: Assignment, telling: Telling, naming: Naming | None, now: datetime) -> dict[str, Any]:
    _refuse_identifying(assignment, telling, naming)
    if naming is not None and assignment.worker_id is None:
        raise Refused("Nobody is recorded as the practitioner, so nobody can be named.")
    if naming is not None and naming.agreed_on > local_date(now):
        raise Refused("The day on which they agreed is in the future.")
    return {
        "title": telling.title,
        "what_was_done": telling.what_was_done,
        "why_it_helped": telling.why_it_helped,
        "topics": "".join(f"\n{topic}" for topic in telling.topics) + ("\n" if telling.topics else ""),
        "named": assignment.worker if naming else None,
        "asked_by": naming.asked_by if naming else None,
        "agreed_on": naming.agreed_on if naming else None,
    }


def _refuse_identifying(assignment: Assignment, telling: Telling, naming: Naming | None) -> None:
    case, worker = assignment.case, assignment.worker
    if case is not None and _is_in(case.child_ref, telling):
        raise Refused("The child’s reference stands in the text. Take it out.")
    if naming is None and worker is not None and _is_in(worker.full_name, telling):
        raise Refused(
            f"{worker} stands in the text. Take the name out, or record that they agreed to be named."
        )


def _is_in(words: str, telling: Telling) -> bool:
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
    return any(pattern.search(text) for text in telling.texts)


def _write(
    assignment: Assignment,
    question: str,
    known: GoodPractice | None,
    values: dict[str, Any],
    reason: str,
    *,
    by: User,
    now: datetime,
) -> GoodPractice:
    """The row of one question of one work, made when it is first spoken of."""
    if known is not None:
        return history.change(
            known,
            by=by,
            now=now,
            reason=reason,
            only_if={"version": known.version},
            version=known.version + 1,
            **values,
        )
    entry = GoodPractice(
        framework_id=assignment.programme.framework_id,
        assignment=assignment,
        unit=_place(assignment.unit),
        question=question,
        **values,
    )
    try:
        with transaction.atomic():
            return history.create(entry, by=by, now=now, reason=reason)
    except IntegrityError:
        raise SomebodyElseWasFirst("Somebody was first with this good practice.") from None


def _place(unit: Unit) -> Unit:
    """Where it is said to come from: the nearest unit that is larger than a team."""
    above = list(Unit.objects.above(unit))
    return next((one for one in above if one.kind in PLACES), above[-1])


def _nearest_holders(unit: Unit, roles: Iterable[str], on: date) -> list[int]:
    """Who holds the nearest posts of the first of the roles that somebody holds."""
    organisation = directory.Organisation.load(on)
    for role in roles:
        posts = organisation.nearest_posts(unit.pk, role)
        found = [holder.pk for post in posts if (holder := organisation.holder_of(post.pk))]
        if found:
            return found
    return []


def _tell(
    people: Iterable[int],
    kind: str,
    about: str,
    *,
    subject: str,
    body: str,
    url: str,
    case_id: int | None,
    now: datetime,
    quote: str = "",
) -> int:
    message = Message(kind, about, subject, body, url, case_ids=[case_id], quote=quote)
    return write_notices(message.to(people), now=now)
