"""Alerts and disputes for tests, raised by the verbs under the framework of Windsor."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from qaframework.actions import workflow
from qaframework.actions.models import Challenge
from qaframework.caseload.models import Case
from qaframework.packs.library import ready_made
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import Content
from qaframework.people.models import User
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import loaded, shipped


def with_challenges(content: Content) -> Content:
    """The rules of a framework, with Windsor's alerts and disputes, which reviewing officers raise."""
    changed, rules = deepcopy(content), deepcopy(shipped("windsor")["framework"])
    for kind in rules["challenges"]["kinds"]:
        kind["raised_by"] = ["iro"]
    changed["framework"]["challenges"] = rules["challenges"]
    changed["framework"]["ladders"] += [ready_made("ladders")[key] for key in ("alert", "dispute")]
    return changed


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
    """The reviewing officer's alert about the practitioner's case in duty team 1, unless said otherwise."""
    case = case or CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    challenge = {
        "kind": "alert",
        "themes": ["drift"],
        "what": "The plan of the last review has not begun.",
        "wanted": "A date for each step of the plan.",
        "is_urgent": False,
        "by": reviewing_officer(authority),
        **values,
    }
    version = challenge.pop("framework_version", None) or windsor(authority)
    return workflow.raise_challenge(case=case, framework_version=version, now=now, **challenge)


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
