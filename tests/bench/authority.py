"""An authority of four functions with ten teams each, and the register of its cases as a file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from qaframework.people.models import Post, Unit, User
from tests.factories.people import PostFactory, PostHoldingFactory, UnitFactory

FUNCTIONS, TEAMS_EACH, WORKERS_EACH = 4, 10, 6
PLANS = ("Child in need", "Child protection", "Child in care", "Assessment", "Care leaver", "Early help")
COLUMNS = (
    *("child_ref", "initials", "plan_type", "age", "sex", "ethnicity", "disability", "family_ref", "team"),
    *("worker", "opened_on", "plan_started_on", "closed_on", "closure_reason", "last_visit_on"),
    *("last_review_on", "last_supervision_on", "restricted"),
)
OPEN_SHARE, RESTRICTED_SHARE = 0.8, 0.002


@dataclass
class Authority:
    """The units and some people: one of each kind whose pages are measured."""

    root: Unit
    qa_manager: User = field(init=False)
    director: User = field(init=False)
    teams: list[tuple[str, list[str]]] = field(default_factory=list)


def build() -> Authority:
    root = UnitFactory(code="northmoor", name="Northmoor", kind=Unit.Kind.AUTHORITY)
    authority = Authority(root)
    executive, _ = _appoint("executive_director", root, None)
    director, authority.director = _appoint("director", root, executive)
    _, authority.qa_manager = _appoint("qa_manager", root, director)
    for number in range(1, FUNCTIONS + 1):
        function = UnitFactory(
            code=f"function-{number}", name=f"Function {number}", kind=Unit.Kind.FUNCTION, parent=root
        )
        head, _ = _appoint("head_of_service", function, director)
        senior, _ = _appoint("senior_manager", function, head)
        for place in range(1, TEAMS_EACH + 1):
            team = UnitFactory(code=f"team-{number}-{place}", name=f"Team {number}-{place}", parent=function)
            manager, _ = _appoint("team_manager", team, senior)
            workers = [_appoint("practitioner", team, manager)[1] for _ in range(WORKERS_EACH)]
            authority.teams.append((team.name, [worker.full_name for worker in workers]))
    return authority


def _appoint(role: str, unit: Unit, reports_to: Post | None) -> tuple[Post, User]:
    post = PostFactory(role=role, unit=unit, reports_to=reports_to)
    return post, PostHoldingFactory(post=post).user


def register(authority: Authority, count: int, today: date) -> bytes:
    """The extract of a case system as CSV: most cases open, some families with two children."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(authority, count, today))
    return text.getvalue().encode()


def _rows(authority: Authority, count: int, today: date) -> Iterator[list[str]]:
    chance = Random(20261122)
    for number in range(count):
        team, workers = chance.choice(authority.teams)
        opened = today - timedelta(days=chance.randint(60, 1500))
        is_closed = chance.random() > OPEN_SHARE
        yield [
            str(1_000_000 + number),
            "AB",
            chance.choice(PLANS),
            str(chance.randint(0, 17)),
            chance.choice("FM"),
            "WBRI",
            "No",
            f"F{number // 2}",
            team,
            chance.choice(workers),
            f"{opened:%d/%m/%Y}",
            f"{opened + timedelta(days=20):%d/%m/%Y}",
            f"{today - timedelta(days=chance.randint(1, 30)):%d/%m/%Y}" if is_closed else "",
            "Needs met" if is_closed else "",
            f"{today - timedelta(days=chance.randint(1, 40)):%d/%m/%Y}",
            f"{today - timedelta(days=chance.randint(1, 90)):%d/%m/%Y}",
            f"{today - timedelta(days=chance.randint(1, 40)):%d/%m/%Y}",
            "Yes" if chance.random() < RESTRICTED_SHARE else "",
        ]
