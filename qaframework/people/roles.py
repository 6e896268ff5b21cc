"""The roles that posts carry and what each role may do.

Roles are few and the same everywhere; what an authority calls them is a label in its pack.
A capability holds for the post's unit and everything below it; for roles that serve the whole authority,
such as the quality assurance team's, it holds everywhere, wherever their own unit stands in the tree.
"""

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """One thing a post lets its holder do within the post's unit and below."""

    OWN_ACTIONS = "own_actions"
    AUDIT = "audit"
    VERIFY_ACTIONS = "verify_actions"
    SEE_TEAM_WORK = "see_team_work"
    SEE_FIGURES = "see_figures"
    DECIDE_EXTENSIONS = "decide_extensions"
    AUTHORISE_LOOPS = "authorise_loops"
    RUN_QUALITY_ASSURANCE = "run_quality_assurance"
    CONFIGURE = "configure"


@dataclass(frozen=True)
class Role:
    """A role as the engine knows it.

    ``seniority`` orders roles for escalation: when nobody holds a post of the role asked for,
    the next more senior role that has a holder is told instead. ``serves_everyone`` roles have their
    capabilities in the whole authority.
    """

    key: str
    title: str
    description: str
    seniority: int
    capabilities: frozenset[Capability]
    serves_everyone: bool = False


_C = Capability
_MANAGES = {_C.OWN_ACTIONS, _C.AUDIT, _C.VERIFY_ACTIONS, _C.SEE_TEAM_WORK, _C.SEE_FIGURES}


def _role(
    key: str,
    title: str,
    description: str,
    seniority: int,
    capabilities: set[Capability],
    serves_everyone: bool = False,
) -> tuple[str, Role]:
    return key, Role(key, title, description, seniority, frozenset(capabilities), serves_everyone)


ROLES: dict[str, Role] = dict(
    [
        _role("practitioner", "Practitioner", "Works with children and families.", 1, {_C.OWN_ACTIONS}),
        _role(
            "advanced_practitioner",
            "Advanced Practitioner",
            "Senior practitioner who also audits.",
            2,
            {_C.OWN_ACTIONS, _C.AUDIT},
        ),
        _role(
            "practice_development_manager",
            "Practice Development Manager",
            "Develops practice; audits.",
            3,
            {_C.OWN_ACTIONS, _C.AUDIT},
        ),
        _role(
            "iro",
            "Independent Reviewing Officer",
            "Reviews the plans of children in care; audits.",
            3,
            {_C.OWN_ACTIONS, _C.AUDIT},
        ),
        _role(
            "cp_chair",
            "Child protection conference chair",
            "Chairs conferences; audits.",
            3,
            {_C.OWN_ACTIONS, _C.AUDIT},
        ),
        _role("team_manager", "Team Manager", "Manages a team of practitioners.", 4, _MANAGES),
        _role("senior_manager", "Senior Manager", "Manages several teams.", 5, _MANAGES),
        _role(
            "head_of_service",
            "Head of Service",
            "Leads a service; decides extensions and authorises closed loops.",
            6,
            _MANAGES | {_C.DECIDE_EXTENSIONS, _C.AUTHORISE_LOOPS},
        ),
        _role(
            "director",
            "Director of Children's Social Care",
            "Leads children's social care.",
            7,
            _MANAGES | {_C.DECIDE_EXTENSIONS, _C.AUTHORISE_LOOPS},
        ),
        _role(
            "executive_director",
            "Executive Director",
            "Leads all children's services; the last step of escalation.",
            8,
            _MANAGES,
        ),
        _role("board_member", "Board member", "Reads the figures and reports.", 0, {_C.SEE_FIGURES}),
        _role(
            "qa_officer",
            "Quality assurance officer",
            "Draws samples, moderates, keeps the programme.",
            3,
            {_C.OWN_ACTIONS, _C.AUDIT, _C.SEE_TEAM_WORK, _C.SEE_FIGURES, _C.RUN_QUALITY_ASSURANCE},
            True,
        ),
        _role(
            "qa_manager",
            "Quality assurance manager",
            "Leads the quality assurance team.",
            5,
            {
                _C.OWN_ACTIONS,
                _C.AUDIT,
                _C.VERIFY_ACTIONS,
                _C.SEE_TEAM_WORK,
                _C.SEE_FIGURES,
                _C.RUN_QUALITY_ASSURANCE,
            },
            True,
        ),
        _role(
            "config_admin",
            "Administrator",
            "Keeps frameworks, people and the case register up to date; reads no case records.",
            0,
            {_C.CONFIGURE},
        ),
    ]
)

ROLE_CHOICES = [(role.key, role.title) for role in ROLES.values()]

# Those whose work begins with the figures of a whole service or more.
LEADERS = frozenset(
    role.key for role in ROLES.values() if role.seniority >= ROLES["head_of_service"].seniority
)


def roles_with(*capabilities: Capability) -> list[str]:
    """Keys of the roles that carry one of the capabilities."""
    return [role.key for role in ROLES.values() if not role.capabilities.isdisjoint(capabilities)]
