"""A year ahead on paper: what the quotas would ask of a staff that may not exist yet; nothing is written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from qaframework.allocation.workflow.proposing import rulebook
from qaframework.packs.definition import Pack
from qaframework.people.refusal import Refused
from qaframework.people.roles import ROLES
from qaframework.people.tabular import TableUnreadable, cell_text, read_table, tidy
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.programme import Gap, Owner, Premises, changes
from qaframework.rules.sampling import share_to_choose

COLUMNS = ("post", "role", "unit")


@dataclass(frozen=True)
class Assumptions:
    """What a year on paper takes for granted; the first and the last are percentages."""

    inadequate: int = 5
    actions_per_audit: int = 2
    late: int = 10

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be."""
        if not (0 <= self.inadequate <= 100 and 0 <= self.late <= 100):
            raise ValueError("Inadequate audits and late work are percentages, from 0 to 100.")
        if self.actions_per_audit < 0:
            raise ValueError("An audit cannot lead to less than no actions.")


@dataclass(frozen=True)
class Simulated:
    """``work`` counts pieces of work by role and month, ``activities`` the same by activity and month.

    ``moderations`` are audits that would be moderated, ``escalations`` the first steps after a deadline; with
    the actions they stand in the month of the work that leads to them.
    """

    year: ProgrammeYear
    work: Counter[tuple[str, Month]]
    activities: Counter[tuple[str, Month]]
    moderations: Counter[Month]
    actions: Counter[Month]
    escalations: Counter[Month]

    @property
    def roles(self) -> list[str]:
        """Those that owe anything, the most senior first."""
        found = {role for role, _ in self.work}
        return sorted(found, key=lambda role: (-ROLES[role].seniority, role))

    def by_month(self, role: str) -> list[int]:
        return [self.work[role, month] for month in self.year.months]

    def activity_by_month(self, activity: str) -> list[int]:
        return [self.activities[activity, month] for month in self.year.months]

    def expected_by_month(self) -> dict[str, list[int]]:
        """What probably follows from the work, each by month."""
        expected = {
            "Moderations": self.moderations,
            "Actions": self.actions,
            "Escalations": self.escalations,
        }
        return {name: [counts[month] for month in self.year.months] for name, counts in expected.items()}


def simulate(
    pack: Pack, year: int, staff: Sequence[Owner[str]], assumptions: Assumptions = Assumptions()
) -> Simulated:
    """What a year of the framework asks of these posts, and what would probably follow from it.

    Every post counts as held for the whole year. Deterministic: the same staff gives the same year.
    """
    span = ProgrammeYear(year, pack.year_starts_in)
    premises = Premises(tuple(staff), dict.fromkeys(span.months, rulebook(pack)))
    pieces = changes(span, premises, [], span.months[0]).missing
    role_of = {owner.key: owner.role for owner in staff}
    audits = [piece for piece in pieces if pack.activity(piece.activity).kind == "case_audit"]
    actions = Counter({month: n * assumptions.actions_per_audit for month, n in _by_month(audits).items()})
    return Simulated(
        year=span,
        work=Counter((role_of[piece.owner], piece.month) for piece in pieces),
        activities=Counter((piece.activity, piece.month) for piece in pieces),
        moderations=_moderations(pack, audits, span, assumptions),
        actions=actions,
        escalations=_spread(_by_month(pieces), span, assumptions.late),
    )


def _by_month(pieces: Iterable[Gap[str]]) -> Counter[Month]:
    return Counter(piece.month for piece in pieces)


def _moderations(
    pack: Pack, audits: Iterable[Gap[str]], span: ProgrammeYear, assumptions: Assumptions
) -> Counter[Month]:
    """Each month's share, rounded up as the draw is, and on top those whose grade alone asks for it."""
    total: Counter[Month] = Counter()
    by_activity: dict[str, Counter[Month]] = {}
    for audit in audits:
        by_activity.setdefault(audit.activity, Counter())[audit.month] += 1
    for key, work in by_activity.items():
        rule = pack.activity(key).moderation
        if rule is None:
            continue
        by_grade = _spread(work, span, assumptions.inadequate) if rule.all_of else Counter()
        for month, number in work.items():
            total[month] += by_grade[month] + share_to_choose(number - by_grade[month], rule.share)
    return total


def _spread(work: Counter[Month], span: ProgrammeYear, percent: int) -> Counter[Month]:
    """How many of the work that share of it is, rounded up once for the year and not anew in each month."""
    found: Counter[Month] = Counter()
    done = given = 0
    for month in span.months:
        done += work[month]
        so_far = share_to_choose(done, percent)
        found[month] = so_far - given
        given = so_far
    return found


def read_staff(file: IO[bytes], name: str) -> list[Owner[str]]:
    """Posts from a CSV or XLSX file with the columns post, role and unit.

    A unit is its code, with those above it before it: early-help/youth-service. Raises Refused with every row
    that is wrong.
    """
    try:
        sheet = read_table(file, name).sheets[0]
        columns = [tidy(title).lower() for title in sheet.header]
        if missing := [column for column in COLUMNS if column not in columns]:
            raise Refused(f"{name}: the column {missing[0]} is missing. It needs {', '.join(COLUMNS)}.")
        rows = [(row.number, [cell_text(cell) for cell in row.cells]) for row in sheet.rows]
    except TableUnreadable as unreadable:
        raise Refused(unreadable.message) from unreadable
    places = [columns.index(column) for column in COLUMNS]
    staff: dict[str, Owner[str]] = {}
    wrong = []
    for number, cells in rows:
        post, role, unit = (cells[place] if place < len(cells) else "" for place in places)
        if role not in ROLES:
            wrong.append(f"row {number}: “{role}” is not a role. Known: {', '.join(ROLES)}.")
        elif not post or post in staff:
            wrong.append(f"row {number}: “{post}” must be there, and only once.")
        staff[post] = Owner(post, role, tuple(unit.strip("/").split("/")[::-1]))
    if wrong:
        raise Refused(f"{name}, " + " ".join(wrong))
    return list(staff.values())
