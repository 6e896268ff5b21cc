"""Alerts and disputes for tests, raised by the verbs under the framework of Windsor."""

from datetime import datetime
from typing import Any

from qaframework.actions import workflow
from qaframework.actions.models import Challenge
from qaframework.caseload.models import Case
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import User
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import loaded, shipped


def windsor(authority: Authority) -> FrameworkVersion:
    """Windsor's framework for the whole authority, loaded once."""
    found = Framework.objects.filter(key="windsor").first()
    return found.versions.get() if found else loaded(shipped("windsor"), [authority.root])


def reviewing_officer(authority: Authority, name: str = "iro") -> User:
    """An independent reviewing officer of the authority, appointed once."""
    there: User | None = getattr(authority, name, None)
    return there or authority.appoint(name, "iro", authority.root, authority.qa_manager)


def raised_challenge(
    authority: Authority, *, now: datetime, case: Case | None = None, **values: Any
) -> Challenge:
    """An alert of the reviewing officer about the practitioner's case in duty team 1, unless said otherwise."""
    case = case or CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    challenge = {
        "framework_version": windsor(authority),
        "kind": "alert",
        "themes": ["drift"],
        "what": "The plan of the last review has not begun.",
        "wanted": "A date for each step of the plan.",
        "is_urgent": False,
        "by": reviewing_officer(authority),
        **values,
    }
    return workflow.raise_challenge(case=case, now=now, **challenge)


def answered_challenge(
    authority: Authority, *, at: datetime, by: User | None = None, **values: Any
) -> Challenge:
    """The team manager, unless said otherwise, has looked into it."""
    challenge = raised_challenge(authority, now=at, **values)
    return answer(challenge, by=by or authority.team_manager, at=at)


def answer(challenge: Challenge, *, by: User, at: datetime, agreed: str = "yes") -> Challenge:
    return workflow.answer_challenge(
        challenge=challenge,
        found="Two of four steps have begun.",
        done="The others begin on Monday.",
        agreed=agreed,
        by=by,
        now=at,
    )
