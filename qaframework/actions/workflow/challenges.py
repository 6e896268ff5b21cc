"""Alerts and disputes about a case: raised, answered, taken further, settled (RBWM-17, RBWM-20)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from qaframework.actions.models import Challenge, ChallengeAnswer
from qaframework.caseload.models import Case
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.notices.workflow import Message, write_notices
from qaframework.packs.definition import ChallengeKind
from qaframework.packs.models import Framework, FrameworkQuerySet, FrameworkVersion
from qaframework.people import directory, history
from qaframework.people.access import has_capability, posts_of
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.people.roles import ROLES, Capability
from qaframework.rules.deadlines import last_moment
from qaframework.rules.working_days import local_date

State = Challenge.State
STAGE, DECISION = "challenge", "challenge_answered"

MANAGERS = sorted(
    (
        role
        for role in ROLES.values()
        if Capability.SEE_TEAM_WORK in role.capabilities and not role.serves_everyone
    ),
    key=lambda role: role.seniority,
)


def challenge_rules(unit: Unit, on: date) -> FrameworkVersion | None:
    """The version in force on a local date whose alerts and disputes hold for cases of the unit, if any."""
    return next(_rules_in_force(Framework.objects.live().holding_for(unit), on), None)


def roles_that_raise(on: date) -> set[str]:
    """The roles that raise something in a framework that is live on a local date; none without such rules."""
    in_force = _rules_in_force(Framework.objects.live(), on)
    kinds = (kind for version in in_force for kind in version.pack.challenges.kinds.values())
    return {role for kind in kinds for role in kind.raised_by}


def _rules_in_force(frameworks: FrameworkQuerySet, on: date) -> Iterator[FrameworkVersion]:
    """Of each framework the version in force, where it has alerts and disputes. One query."""
    begun = FrameworkVersion.objects.filter(framework__in=frameworks.values("pk"), effective_from__lte=on)
    seen: set[int] = set()
    for version in begun.defer("content").order_by("framework", "-effective_from", "-number"):
        if version.framework_id not in seen and version.pack.challenges.kinds:
            yield version
        seen.add(version.framework_id)


def kinds_to_raise(user: User, version: FrameworkVersion, on: date) -> list[ChallengeKind]:
    """What the person may raise from a post that they hold on that local date."""
    return version.pack.challenges.raised_by({post.role for post in posts_of(user, on)})


@transaction.atomic
def raise_challenge(
    *,
    case: Case,
    framework_version: FrameworkVersion,
    kind: str,
    themes: Sequence[str],
    what: str,
    wanted: str,
    is_urgent: bool,
    by: User,
    now: datetime,
) -> Challenge:
    """Tell the worker, their manager and whoever answers now, and start the clock of the first stage.

    ``is_urgent`` begins with the stage that the framework has for a child who may not be safe. The same words
    from the same person, while they are not answered, are the same challenge: it is given back as it is.
    """
    rules = _kind_to_raise(framework_version, kind, by, local_date(now))
    unit = _unit_of(case)
    _refuse_unless_said(framework_version, themes, what, wanted)
    if is_urgent and rules.urgent_stage == 1:
        raise Refused(f"{rules.label}: there is no later stage to begin with. Choose another kind.")
    Case.objects.select_for_update().get(pk=case.pk)
    same = {"case": case, "kind": kind, "raised_by": by, "what": what, "state": State.OPEN}
    if (there := Challenge.objects.filter(**same).first()) is not None:
        return there
    first = rules.urgent_stage if is_urgent else 1
    challenge = Challenge(
        framework_version=framework_version,
        unit=unit,
        worker=case.worker,
        themes=list(themes),
        wanted=wanted,
        is_urgent=is_urgent,
        raised_from=_raising_post(rules, by, local_date(now)),
        raised_at=now,
        first_stage=first,
        stage=first,
        **same,
    )
    challenge.asked_post = _answering_post(challenge, rules.stage(first).answered_by, local_date(now))
    reason = "Raised: the child may not be safe" if is_urgent else "Raised"
    history.create(challenge, by=by, now=now, reason=reason)
    clock = _start_stage(challenge, rules, first, challenge.asked_post, by=by, now=now)
    history.change(challenge, by=by, now=now, reason="Clock started", clock=clock)
    _tell_of_stage(challenge, clock, by=by, now=now)
    return challenge


@transaction.atomic
def answer_challenge(
    *, challenge: Challenge, found: str, done: str, agreed: str, by: User, now: datetime
) -> Challenge:
    """Say what was found and what is done; the clock stops, and whoever raised it decides (RBWM-17)."""
    if not may_answer(by, challenge, local_date(now)):
        raise Refused(f"The answer is for {challenge.asked_post.title}, or a manager above them.")
    if not found.strip() or not done.strip():
        raise Refused("Say what you found, and what you have done or will do.")
    stage_clock, rules = _clock(challenge), challenge.rules
    clocks.stop_clock(clock=stage_clock, reason=Clock.StopReason.COMPLETED, by=by, now=now)
    decision = clocks.start_clock(
        kind=DECISION,
        label=f"{rules.label} about case {challenge.case.child_ref}: does the answer settle it?",
        ladder=rules.settle_ladder,
        owner_post=challenge.raised_from,
        unit=challenge.raised_from.unit,
        due_at=last_moment(now, rules.settle_within, working_calendar()),
        by=by,
        now=now,
        **_about(challenge),
    )
    _move_on(challenge, {State.OPEN}, reason="Answered", by=by, now=now, state=State.ANSWERED, clock=decision)
    answer = ChallengeAnswer(
        challenge=challenge,
        kind=challenge.kind,
        stage=challenge.stage,
        by=by,
        answered_at=now,
        due_at=stage_clock.due_at,
        found=found,
        done=done,
        agreed=ChallengeAnswer.Agreed(agreed),
    )
    history.create(answer, by=by, now=now, reason="Answered")
    speaker = directory.holder_of(challenge.raised_from, local_date(now)) or challenge.raised_by
    body = f"{by} has answered. Read the answer, and say whether it settles this or goes to the next stage."
    _tell(challenge, [speaker], "challenge_answered", "Answered", body, by=by, now=now)
    return challenge


@transaction.atomic
def settle_challenge(
    *, challenge: Challenge, outcome: str, difference_made: str, by: User, now: datetime
) -> Challenge:
    """Whoever raised it is satisfied: what came out of it, and what changed for the child."""
    _refuse_others(by, challenge, now)
    if not outcome.strip() or not difference_made.strip():
        raise Refused("Say what came out of it, and what changed for the child or that nothing has yet.")
    _stop(challenge, by=by, now=now)
    return _close(
        challenge, {State.ANSWERED}, State.SETTLED, "Settled", outcome, difference_made, by=by, now=now
    )


@transaction.atomic
def withdraw_challenge(*, challenge: Challenge, reason: str, by: User, now: datetime) -> Challenge:
    """Whoever raised it does not pursue it, and says why."""
    _refuse_others(by, challenge, now)
    if not reason.strip():
        raise Refused("Say why it is withdrawn. The reason stays on the record.")
    _stop(challenge, by=by, now=now)
    _close(challenge, _RUNNING, State.WITHDRAWN, f"Withdrawn: {reason}", reason, "", by=by, now=now)
    owed_to = [challenge.worker, _line_manager(challenge, local_date(now))]
    body = "Nothing more is asked of you about it."
    _tell(challenge, owed_to, "challenge_withdrawn", "Withdrawn", body, by=by, now=now)
    return challenge


@transaction.atomic
def take_further(
    *, challenge: Challenge, seen_clock: int | None, reason: str, by: User, now: datetime
) -> Challenge:
    """Take it to the next stage: the answer does not settle it, or it cannot wait for one (RBWM-20).

    ``seen_clock`` is what ran when the person decided. Raises SomebodyElseWasFirst when it has gone on since.
    """
    _refuse_others(by, challenge, now)
    _refuse_moved(challenge, seen_clock)
    rules, following = challenge.rules, challenge.stage + 1
    if following > len(rules.stages):
        raise Refused("This is the last stage of the framework.")
    return _begin(challenge, rules, challenge.first_stage, following, reason, by=by, now=now)


@transaction.atomic
def make_serious(
    *, challenge: Challenge, seen_clock: int | None, reason: str, by: User, now: datetime
) -> Challenge:
    """Turn an alert into a management alert, which begins with that kind's first stage (RBWM-17).

    ``seen_clock`` and what is raised are as in ``take_further``.
    """
    _refuse_others(by, challenge, now)
    _refuse_moved(challenge, seen_clock)
    becomes = challenge.framework_version.pack.challenges.kinds.get(challenge.rules.becomes)
    if becomes is None:
        raise Refused("The framework has no more serious kind for this.")
    return _begin(challenge, becomes, 1, 1, reason, by=by, now=now)


@transaction.atomic
def follow_up_in_supervision(
    *, challenge: Challenge, followed_up_on: date, by: User, now: datetime
) -> Challenge:
    """Record when the worker and their manager talked about it in supervision (RBWM-20)."""
    if not may_follow_up(by, challenge, local_date(now)):
        raise Refused("The practitioner or their manager records this.")
    if followed_up_on > local_date(now):
        raise Refused("This day is in the future. Record the talk once you have had it.")
    if followed_up_on < local_date(challenge.raised_at):
        raise Refused("This day is before it was raised.")
    return history.change(
        challenge,
        by=by,
        now=now,
        reason="Followed up in supervision",
        only_if={"supervision_on": None},
        supervision_on=followed_up_on,
    )


def speaks_for(user: User, challenge: Challenge, on: date) -> bool:
    """Whether the person holds the post from which it was raised; who raised it, wherever they are now."""
    held = {post.pk for post in posts_of(user, on)}
    return challenge.raised_by_id == user.pk or challenge.raised_from_id in held


def may_answer(user: User, challenge: Challenge, on: date) -> bool:
    """Whether it is asked of a post of theirs, or of one below a post of theirs that manages the unit.

    Never whoever raised it.
    """
    asked = challenge.asked_post
    return not speaks_for(user, challenge, on) and any(
        post.pk == asked.pk
        or (
            ROLES[post.role] in MANAGERS
            and ROLES[post.role].seniority > ROLES[asked.role].seniority
            and challenge.unit.path.startswith(post.unit.path)
        )
        for post in posts_of(user, on)
    )


def may_follow_up(user: User, challenge: Challenge, on: date) -> bool:
    """Whether the person is the practitioner or manages the unit."""
    manages = has_capability(user, Capability.VERIFY_ACTIONS, on, unit=challenge.unit)
    return user.pk in (challenge.worker_id, challenge.case.worker_id) or manages


_RUNNING = set(Challenge.RUNNING_STATES)


def _kind_to_raise(version: FrameworkVersion, key: str, by: User, on: date) -> ChallengeKind:
    rules = {kind.key: kind for kind in kinds_to_raise(by, version, on)}.get(key)
    if rules is None:
        raise Refused("The framework does not let your post raise this.")
    return rules


def _unit_of(case: Case) -> Unit:
    if case.status != Case.Status.OPEN:
        raise Refused("This case is closed. Speak with the team manager, or open the case again first.")
    if case.unit is None:
        raise Refused("This case has no team yet, so that nobody can answer. Ask the quality assurance team.")
    return case.unit


def _refuse_unless_said(version: FrameworkVersion, themes: Sequence[str], what: str, wanted: str) -> None:
    if not what.strip() or not wanted.strip():
        raise Refused("Say what is wrong, and what should happen.")
    if not themes or not set(themes) <= version.pack.challenges.themes.keys():
        raise Refused("Choose what it is about: one theme or several.")


def _raising_post(rules: ChallengeKind, by: User, on: date) -> Post:
    return next(post for post in posts_of(by, on) if post.role in rules.raised_by)


def _refuse_others(by: User, challenge: Challenge, now: datetime) -> None:
    if not speaks_for(by, challenge, local_date(now)):
        raise Refused("Whoever raised it decides about this.")


def _refuse_moved(challenge: Challenge, seen_clock: int | None) -> None:
    if challenge.clock_id != seen_clock:
        raise SomebodyElseWasFirst(f"Challenge {challenge.pk} has gone on in the meantime.")


def _begin(
    challenge: Challenge,
    rules: ChallengeKind,
    first: int,
    stage: int,
    reason: str,
    *,
    by: User,
    now: datetime,
) -> Challenge:
    """Go on to a stage of this or another kind, with those who work with the child now."""
    if not reason.strip():
        raise Refused("Say why it goes further, so that whoever answers next knows.")
    _stop(challenge, by=by, now=now)
    challenge.unit, challenge.worker = challenge.case.unit or challenge.unit, challenge.case.worker
    asked = _answering_post(challenge, rules.stage(stage).answered_by, local_date(now))
    clock = _start_stage(challenge, rules, stage, asked, by=by, now=now)
    _move_on(
        challenge,
        _RUNNING,
        reason=f"{rules.label}. {rules.stage(stage).label}: {reason}",
        by=by,
        now=now,
        kind=rules.key,
        first_stage=first,
        stage=stage,
        unit=challenge.unit,
        worker=challenge.worker,
        asked_post=asked,
        state=State.OPEN,
        clock=clock,
    )
    _tell_of_stage(challenge, clock, by=by, now=now)
    return challenge


def _move_on(
    challenge: Challenge, states: Iterable[str], *, reason: str, by: User, now: datetime, **changes: Any
) -> None:
    """Claim the challenge as it was read. Raises SomebodyElseWasFirst."""
    as_read = {"kind": challenge.kind, "stage": challenge.stage, "clock": challenge.clock_id}
    only_if = {"state__in": list(states), **as_read}
    history.change(challenge, by=by, now=now, reason=reason, only_if=only_if, **changes)


def _close(
    challenge: Challenge,
    states: Iterable[str],
    state: str,
    reason: str,
    note: str,
    difference_made: str,
    *,
    by: User,
    now: datetime,
) -> Challenge:
    closing = {"closed_by": by, "closed_at": now, "closing_note": note, "difference_made": difference_made}
    _move_on(challenge, states, reason=reason, by=by, now=now, state=state, **closing)
    return challenge


def _start_stage(
    challenge: Challenge, rules: ChallengeKind, number: int, asked: Post, *, by: User, now: datetime
) -> Clock:
    stage = rules.stage(number)
    return clocks.start_clock(
        kind=STAGE,
        label=f"{rules.label} about case {challenge.case.child_ref}",
        ladder=stage.ladder,
        owner_post=asked,
        unit=challenge.unit,
        due_at=last_moment(now, stage.within, working_calendar()),
        by=by,
        now=now,
        **_about(challenge),
    )


def _about(challenge: Challenge) -> dict[str, Any]:
    return {
        "url": reverse("actions:challenge", args=[challenge.pk]),
        "framework_version": challenge.framework_version,
        "case": challenge.case,
    }


def _stop(challenge: Challenge, *, by: User, now: datetime) -> None:
    answered = challenge.state == State.ANSWERED
    reason = Clock.StopReason.COMPLETED if answered else Clock.StopReason.WITHDRAWN
    clocks.stop_clock(clock=_clock(challenge), reason=reason, by=by, now=now)


def _clock(challenge: Challenge) -> Clock:
    assert challenge.clock is not None
    return challenge.clock


def _answering_post(challenge: Challenge, role: str, on: date) -> Post:
    """The nearest post of the role from the unit up, the worker's own line first; while it is vacant or held
    by whoever raised it or has answered already, one of a more senior role; of vacant posts only the nearest.
    """
    organisation = Organisation.load(on)
    answered = ChallengeAnswer.objects.filter(challenge=challenge.pk)
    passed = {challenge.raised_by_id, *answered.values_list("by", flat=True)}
    seniority = ROLES[role].seniority
    roles = [role, *(senior.key for senior in MANAGERS if senior.seniority > seniority)]
    by_role = [organisation.nearest_posts(challenge.unit_id, key) for key in roles]
    worker_post = organisation.post_of(challenge.worker_id) if challenge.worker_id else None
    for posts in by_role:
        held = [post for post in posts if (who := organisation.holder_of(post.pk)) and who.pk not in passed]
        in_line = [
            post for post in held if worker_post and organisation.is_in_line_of(worker_post.pk, post.pk)
        ]
        if found := in_line or held:
            return found[0]
    vacant = [post for posts in by_role for post in posts if organisation.holder_of(post.pk) is None]
    if vacant:
        return vacant[0]
    raise Refused(
        f"Nobody is known who answers for {challenge.unit}. Ring the Head of Service now, and ask an "
        "administrator to complete the organisation."
    )


def _line_manager(challenge: Challenge, on: date) -> User | None:
    """The worker's manager; where there is no worker, who manages the unit."""
    post = directory.post_of(challenge.worker, on) if challenge.worker else None
    above = directory.line_manager_post(post) if post else None
    manager = directory.holder_of(above, on) if above else None
    return manager or directory.leader_of(challenge.unit, on, besides=challenge.raised_by)


def _tell_of_stage(challenge: Challenge, clock: Clock, *, by: User, now: datetime) -> None:
    """Whoever answers has to act; the worker and their manager know of it at the same time."""
    today = local_date(now)
    owner = directory.holder_of(challenge.asked_post, today)
    due = f"{local_date(clock.due_at):%-d %B %Y}"
    stage = challenge.rules.stage(challenge.stage).label
    asked = f"{by} asks for your answer by {due}: say what you found and what is done. Stage: {stage}."
    _tell(challenge, [owner], "challenge", "Please answer", asked, by=by, now=now)
    known = f"{by} has raised this, and {challenge.asked_post.title} answers by {due}. Stage: {stage}."
    others = [one for one in (challenge.worker, _line_manager(challenge, today)) if one != owner]
    _tell(challenge, others, "challenge", "For you to know", known, by=by, now=now)


def _tell(
    challenge: Challenge,
    people: Iterable[User | None],
    kind: str,
    what: str,
    body: str,
    *,
    by: User,
    now: datetime,
) -> None:
    message = Message(
        kind,
        f"{challenge.pk}:{now.isoformat()}",
        subject=f"{what}: {challenge}",
        body=body,
        url=reverse("actions:challenge", args=[challenge.pk]),
        case_ids=[challenge.case_id],
        is_urgent=challenge.is_urgent,
    )
    write_notices(message.to(person for person in people if person != by), now=now)
