"""The children Northmoor works with: made up, with a reference and initials and nothing else of a person."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from qaframework.caseload.models import AgeBand, Case, CaseClearance, CaseFlag, CaseStatus, PlanType
from qaframework.people.directory import Organisation
from qaframework.people.models import Unit, User
from qaframework.rules.working_days import local_date
from reporting.demo import bulk

CASES = 1400
FIRST_REFERENCE = 310_004
SECOND_OF_FAMILY = 0.3
CLOSED, RESTRICTED, NEW, ON_HOLD = 0.05, 0.012, 0.08, 0.01
# Contacts come and go: a practitioner at the front door holds more children than others do.
SHARE = {"mash": 3}
LETTERS = "ABCDEFGHJKLMNOPRSTW"
ETHNICITIES = ("WBRI",) * 6 + ("WOTH", "MWBC", "MWAS", "AIND", "APKN", "ABAN", "BAFR", "BCRB", "REFU")

Plan = PlanType
Flag = CaseFlag
# What children are on, by the unit or function of their team; the first more often than the others.
PLANS = {
    "mash": (Plan.FRONT_DOOR,),
    "duty": (Plan.ASSESSMENT, Plan.CHILD_IN_NEED, Plan.ASSESSMENT, Plan.CHILD_PROTECTION),
    "family-safeguarding": (Plan.CHILD_IN_NEED, Plan.CHILD_PROTECTION),
    "children-in-care": (Plan.CHILD_IN_CARE,),
    "leaving-care": (Plan.CARE_LEAVER,),
    "disabilities": (Plan.CHILD_IN_NEED, Plan.CHILD_IN_NEED, Plan.CHILD_IN_CARE),
    "youth-justice": (Plan.CHILD_IN_NEED, Plan.EARLY_HELP),
}
FLAGS = {Flag.SEND: 0.14, Flag.EHC_PLAN: 0.05, Flag.MISSING: 0.04, Flag.EXPLOITATION: 0.05}
# Plans that last some weeks, in a case that may have been open long before.
SHORT = (Plan.FRONT_DOOR, Plan.ASSESSMENT)
AGES = (
    AgeBand.UNDER_1,
    AgeBand.FROM_1_TO_4,
    AgeBand.FROM_5_TO_9,
    AgeBand.FROM_10_TO_15,
    AgeBand.FROM_16_TO_17,
)


def make_register(*, seed: str, organisation: Organisation, now: datetime) -> None:
    """Cases for every practitioner, some of them brothers and sisters, restricted, on hold, new or closed."""
    chance = Random(f"{seed}:cases")
    cases = list(_cases(chance, organisation, local_date(now)))
    bulk.insert(cases, at="", moment=now - timedelta(days=1), reason="Register of the demonstration")
    _clear_people(cases, organisation, now)


def _flags(chance: Random) -> str:
    return ",".join(sorted(flag for flag, share in FLAGS.items() if chance.random() < share))


def _places(organisation: Organisation) -> list[tuple[Unit, User]]:
    return [
        (organisation.units[post.unit_id], holder)
        for post in sorted(organisation.posts.values(), key=lambda post: post.code)
        if post.role == "practitioner"
        and (holder := organisation.holder_of(post.pk))
        and not organisation.is_covered(post.pk)
    ]


def _cases(chance: Random, organisation: Organisation, today: date) -> Iterator[Case]:
    places = _places(organisation)
    load: Counter[int] = Counter()
    family, unit, worker = 0, *places[0]
    for number in range(CASES):
        if number == 0 or chance.random() > SECOND_OF_FAMILY:
            family += 1
            # Of three, the one with the lightest load, so that nobody has far more children than others.
            unit, worker = min(
                chance.sample(places, 3), key=lambda place: load[place[1].pk] / SHARE.get(place[0].code, 1)
            )
        load[worker.pk] += 1
        yield _case(chance, number, family, unit, worker, organisation, today)


def _case(
    chance: Random,
    number: int,
    family: int,
    unit: Unit,
    worker: User,
    organisation: Organisation,
    today: date,
) -> Case:
    function = organisation.function_of(unit.pk)
    assert function is not None
    plan = chance.choice(PLANS[function.code])
    is_new = chance.random() < NEW
    opened = today - timedelta(days=chance.randint(3, 40) if is_new else chance.randint(60, 1300))
    planned = today - timedelta(days=chance.randint(1, 40)) if plan in SHORT else opened + timedelta(days=30)
    is_closed = not is_new and chance.random() < CLOSED
    is_restricted = chance.random() < RESTRICTED
    return Case(
        child_ref=str(FIRST_REFERENCE + 7 * number),
        initials=chance.choice(LETTERS) + chance.choice(LETTERS),
        status=CaseStatus.CLOSED if is_closed else CaseStatus.OPEN,
        plan_type=plan,
        age_band=AgeBand.ADULT if plan == Plan.CARE_LEAVER else chance.choice(AGES),
        sex=chance.choice("FM"),
        ethnicity=chance.choice(ETHNICITIES),
        disability=function.code == "disabilities" or chance.random() < 0.08,
        flags=_flags(Random(f"flags of {number}")),
        family_ref=f"N{7000 + family}",
        unit=unit,
        worker=worker,
        worker_name=worker.full_name,
        team_name=unit.name,
        opened_on=opened,
        plan_started_on=min(max(planned, opened), today),
        closed_on=today - timedelta(days=chance.randint(1, 50)) if is_closed else None,
        closure_reason="No longer in need" if is_closed else "",
        last_visit_on=_some_days_ago(chance, 35, opened, today),
        last_review_on=_some_days_ago(chance, 160, opened, today),
        last_supervision_on=_some_days_ago(chance, 45, opened, today),
        is_restricted=is_restricted,
        restriction_reason="A relative works for the authority" if is_restricted else "",
        on_hold_reason="A complaint is being looked into" if chance.random() < ON_HOLD else "",
    )


def _some_days_ago(chance: Random, most: int, opened: date, today: date) -> date | None:
    day = today - timedelta(days=chance.randint(1, most))
    return day if day >= opened else None


def _clear_people(cases: list[Case], organisation: Organisation, now: datetime) -> None:
    """The worker, and the line of managers above, may see a restricted case; the QA manager grants it."""
    granted_by = organisation.holder_of(
        next(post.pk for post in organisation.posts.values() if post.role == "qa_manager")
    )
    assert granted_by is not None
    rows = []
    for case in cases:
        post = organisation.post_of(case.worker_id or 0) if case.is_restricted else None
        manager = organisation.line_manager(post.pk) if post else None
        holder = organisation.holder_of(manager.pk) if manager else None
        for user in filter(None, [case.worker, holder] if case.is_restricted else []):
            rows.append(
                CaseClearance(
                    case=case,
                    user=user,
                    reason="Works with the child" if user == case.worker else "Manages the work",
                    granted_by=granted_by,
                    granted_at=now - timedelta(days=20),
                    review_on=local_date(now) + timedelta(days=70),
                )
            )
    bulk.insert(rows, at="granted_at", by="granted_by", reason="Granted")
