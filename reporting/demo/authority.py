"""The demonstration as a whole: refused on a database with anything in it, made in one transaction."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from escalation.workflow import sweep
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import Content, demonstration_packs, read_pack
from qaframework.packs.workflow import load_pack
from qaframework.people.bulk import count_anew
from qaframework.people.directory import Organisation
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import at_local_time, local_date
from qaframework.tools.workflow import install_tools
from reporting.demo.benchmarking import compare_auditors
from reporting.demo.challenges import raise_challenges
from reporting.demo.dip_themes import look_ahead_and_back
from reporting.demo.good_practice import share_good_practice
from reporting.demo.organisation import make_organisation
from reporting.demo.present import fill_desks, write_reports
from reporting.demo.register import make_register
from reporting.demo.story import MORNING, Story, first_month
from reporting.demo.surveys import answer_past_surveys
from reporting.demo.year import live_through, settle_steps

PASSWORD = "Northmoor-2-look-round"
MARK = ", demonstration"
READ_AFTER = timedelta(days=3)

# The chosen framework has a year behind it. The second joined it lately: enough to look round in, and the
# demonstration is there sooner.
MONTHS_OF_FIRST, MONTHS_OF_SECOND = 12, 3

# One of each kind of person, by the post they hold.
KINDS = {
    "Administrator": "systems",
    "QA officer": "qa-officer-1",
    "QA manager": "qa-manager",
    "Team Manager": "tm-duty-east",
    "Senior Manager": "sm-duty",
    "Head of Service": "hos-duty",
    "Director": "director",
    "Executive Director": "executive-director",
    "Practitioner": "sw-duty-east-1",
}


@dataclass(frozen=True)
class LogIn:
    kind: str
    name: str
    email: str


@transaction.atomic
def make_demo(*, framework: str, seed: str, now: datetime) -> list[LogIn]:
    """Northmoor with a year behind it; one log-in for each kind of person.

    Raises Refused on a database that is in use, PackInvalid for a framework that there is not.
    """
    refuse_unless_empty()
    content = read_pack(framework)
    make_organisation(seed=seed, password=PASSWORD, now=now)
    organisation = Organisation.load(local_date(now))
    make_register(seed=seed, organisation=organisation, now=now)
    stories = [
        Story(seed, now, version, Month.of(version.effective_from), organisation)
        for version in _frameworks(content, now)
    ]
    live_through(stories)
    count_anew()
    fill_desks(stories[0])
    for story in stories:
        look_ahead_and_back(story)
        raise_challenges(story)
        share_good_practice(story)
        compare_auditors(story)
        answer_past_surveys(story)
        write_reports(story)
    sweep(now=now)
    settle_steps()
    _settle_notices(now)
    return log_ins(organisation)


def refuse_unless_empty() -> None:
    """Raises Refused when the database holds anything: real data, or a demonstration."""
    if FrameworkVersion.objects.filter(label__endswith=MARK).exists():
        raise Refused(
            "The demonstration is loaded already. To start over, stop the program and delete the database "
            "(var/database.sqlite3, or make an empty one), then start it again."
        )
    if User.objects.exists() or Unit.objects.exists() or Framework.objects.exists() or Case.objects.exists():
        raise Refused(
            "This database is in use. The demonstration is only loaded into an empty one, so that invented "
            "people and cases never mix with real ones."
        )


def log_ins(organisation: Organisation) -> list[LogIn]:
    posts = {post.code: post for post in organisation.posts.values()}
    found = []
    for kind, code in KINDS.items():
        holder = organisation.holder_of(posts[code].pk)
        assert holder is not None
        found.append(LogIn(kind, holder.full_name, holder.email))
    return found


def _frameworks(content: Content, now: datetime) -> list[FrameworkVersion]:
    """The chosen framework for children's social care, and a second one for youth justice."""
    social_care, youth_justice = (Unit.objects.get(code=code) for code in ("social-care", "youth-justice"))
    second = read_pack(demonstration_packs()["youth_justice"])
    if content["framework"]["key"] == second["framework"]["key"]:
        return [_load(content, [social_care, youth_justice], MONTHS_OF_FIRST, now)]
    return [
        _load(content, [social_care], MONTHS_OF_FIRST, now),
        _load(second, [youth_justice], MONTHS_OF_SECOND, now),
    ]


def _load(content: Content, units: list[Unit], months_ago: int, now: datetime) -> FrameworkVersion:
    """In force from the quarter so many months ago; each function draws from its own cases."""
    content = copy.deepcopy(content)
    pack = content["framework"]
    first = first_month(local_date(now), pack["year_starts_in"], months_ago).start
    pack["effective_from"] = first.isoformat()
    pack["version"] += MARK
    for activity in pack["activities"]:
        if "draw" in activity:
            activity["draw"]["pool"] = "function"
    at = at_local_time(first, MORNING)
    version = load_pack(content=content, units=units, by=None, now=at)
    install_tools(framework_version=version, by=None, now=at)
    return version


def _settle_notices(now: datetime) -> None:
    """Nothing of the invented past is sent; what is older than some days has been read."""
    Notice.objects.update(delivery=Notice.Delivery.SENT, sent_at=now)
    Notice.objects.filter(created_at__lt=now - READ_AFTER).update(read_at=now - READ_AFTER)
