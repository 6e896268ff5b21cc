"""Who is who to a record, and a row that says who gets which answer on a route."""

from collections.abc import Iterable
from dataclasses import dataclass

from qaframework.people.roles import ROLES

Group = frozenset[str]


def group(*names: str) -> Group:
    return frozenset(names)


def elsewhere(people: Iterable[str]) -> Group:
    """The same roles in the other function."""
    return frozenset(f"{name} elsewhere" for name in people if name in ROLES)


# Who is who to the records: see World.personas.
WORKER = group("practitioner")
AUDITOR = group("auditor")
MANAGER = group("team_manager")
HEAD = group("head_of_service")
LINE = group("team_manager", "senior_manager", "head_of_service", "director", "executive_director")
ABOVE = LINE - MANAGER
DECIDERS = group("head_of_service", "director")
CLEARED = group("cleared")
# The quality assurance team serves the whole authority, wherever its posts are.
QA_ROLES = group("qa_officer", "qa_manager")
QA = QA_ROLES | elsewhere(QA_ROLES) | group("cleared", "once cleared")
ADMIN = group("config_admin")
BOARD = group("board_member")
OWN = frozenset(ROLES)
OUTSIDE = group("without a post", "superuser")

EVERYWHERE = OWN | elsewhere(OWN) | AUDITOR | QA | group("colleague")
EVERYBODY = EVERYWHERE | OUTSIDE
ADMINS = ADMIN | elsewhere(ADMIN)
LINE_ANYWHERE = LINE | AUDITOR | elsewhere(LINE)
SEES_FIGURES = LINE_ANYWHERE | QA | BOARD | elsewhere(BOARD)
STAFF = EVERYWHERE - ADMINS - BOARD - elsewhere(BOARD)
LEADS_FUNCTION = group("senior_manager", "head_of_service")
OVERSEES_FUNCTION = LEADS_FUNCTION | group("director", "executive_director") | QA
WORKS_IN_FUNCTION = (OWN & STAFF) | AUDITOR | QA | group("colleague")


@dataclass(frozen=True)
class Row:
    """``answer`` is for those whom the route opens for; ``signed_out`` for those who are not signed in."""

    route: str
    of: str
    opens_for: Group
    gate: Group
    answer: int
    is_post: bool
    signed_out: int

    def __str__(self) -> str:
        method = "POST " if self.is_post else ""
        return f"{method}{self.route}{f', {self.of}' if self.of else ''}"

    @property
    def leads_to_sign_in(self) -> bool:
        return self.route not in ("account_logout", "account_email")

    def expected(self, persona: str) -> int:
        if persona == "anonymous":
            return self.signed_out
        if persona in self.opens_for:
            return self.answer
        return 404 if persona in self.gate else 403


def get(
    route: str,
    of: str = "",
    *,
    for_: Group,
    gate: Group = EVERYBODY,
    answer: int = 200,
    signed_out: int = 302,
) -> Row:
    return Row(route, of, for_, gate, answer, False, signed_out)


def post(
    route: str,
    of: str = "",
    *,
    for_: Group,
    gate: Group = EVERYBODY,
    answer: int = 302,
    signed_out: int = 401,
) -> Row:
    return Row(route, of, for_, gate, answer, True, signed_out)


SEES_CASE = WORKER | LINE | QA
SEES_ACTION = WORKER | LINE | QA
SEES_OPEN_AUDIT = AUDITOR | WORKER | QA
SEES_HANDED_IN = AUDITOR | WORKER | LINE | QA
SEES_LATE_WORK = AUDITOR | ABOVE | QA
