"""What a people file would change: compared with what is known, before anything is written."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from qaframework.people.models import Post, PostHolding, Unit, User
from qaframework.people.people_file import Mistake, PeopleFile, PeopleRow

LONGEST_PATH = 500
ONE_DAY = timedelta(days=1)

UNIT_FIELDS = {"name": "unit_name", "kind": "unit_kind", "parent": "parent_code"}
POST_FIELDS = {"title": "post_title", "role": "role", "unit": "unit_code", "reports_to": "reports_to"}
PERSON_FIELDS = {name: name for name in ("full_name", "staff_reference", "newly_qualified_until")}


@dataclass
class Facts:
    """What the rows together say about one unit, post or person; its first row for messages."""

    key: str
    row: PeopleRow
    said: dict[str, Any] = field(default_factory=dict)


@dataclass
class HoldingFacts:
    post_code: str
    email: str
    starts_on: date
    ends_on: date | None
    is_acting: bool
    row: PeopleRow


@dataclass(frozen=True)
class Change:
    """One line of the preview."""

    what: str
    name: str
    detail: str


@dataclass
class Changes:
    """Everything to write, and what stands in the way. References are codes until it is written."""

    new_units: list[Facts] = field(default_factory=list)
    changed_units: list[tuple[Unit, dict[str, Any]]] = field(default_factory=list)
    new_posts: list[Facts] = field(default_factory=list)
    changed_posts: list[tuple[Post, dict[str, Any]]] = field(default_factory=list)
    new_people: list[Facts] = field(default_factory=list)
    changed_people: list[tuple[User, dict[str, Any]]] = field(default_factory=list)
    new_holdings: list[HoldingFacts] = field(default_factory=list)
    changed_holdings: list[tuple[PostHolding, dict[str, Any]]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.lines())

    def lines(self) -> list[Change]:
        new = [
            *(Change("New unit", facts.said["name"], facts.key) for facts in self.new_units),
            *(Change("New post", facts.said["title"], facts.said["unit"]) for facts in self.new_posts),
            *(Change("New person", facts.said["full_name"], facts.key) for facts in self.new_people),
            *(
                Change("Acting in a post" if item.is_acting else "Takes up a post", item.email, _held(item))
                for item in self.new_holdings
            ),
        ]
        changed = [
            *(Change("Changed unit", unit.name, _said(to)) for unit, to in self.changed_units),
            *(Change("Changed post", post.title, _said(to)) for post, to in self.changed_posts),
            *(Change("Changed person", user.full_name, _said(to)) for user, to in self.changed_people),
            *(Change("Changed dates", str(holding), _said(to)) for holding, to in self.changed_holdings),
        ]
        return new + changed


def compare(file: PeopleFile, *, on: date) -> Changes:
    """The changes that the file asks for on that local date; with mistakes in it nothing may be written."""
    return _Comparison(file, on).changes


class _Comparison:
    def __init__(self, file: PeopleFile, on: date) -> None:
        self.file = file
        self.on = on
        self.changes = Changes(mistakes=list(file.mistakes), warnings=list(file.warnings))
        self.units = {unit.code: unit for unit in Unit.objects.select_related("parent")}
        self.posts = {post.code: post for post in Post.objects.select_related("unit", "reports_to")}
        self.people = {user.email.lower(): user for user in User.objects.all()}
        self._compare_units()
        self._compare_posts()
        self._compare_people()
        self._compare_holdings()

    def refuse(self, row: PeopleRow, column: str, problem: str, value: str | None = None) -> None:
        """Refuse a value, unless it has been refused already for what it is by itself."""
        if any(mistake.row == row.number and mistake.column == column for mistake in self.file.mistakes):
            return
        shown = str(getattr(row, column, "") or "") if value is None else value
        self.changes.mistakes.append(Mistake(self.file.name, row.number, column, shown, problem))

    def _gather(self, key_column: str, columns: dict[str, str], owner: str) -> dict[str, Facts]:
        """What all rows say about each key; two rows that disagree are a mistake of the later one."""
        gathered: dict[str, Facts] = {}
        for row in self.file.rows:
            key = getattr(row, key_column)
            if not key:
                continue
            facts = gathered.setdefault(key, Facts(key, row))
            for name, column in columns.items():
                value = getattr(row, column)
                if value and facts.said.setdefault(name, value) != value:
                    self.refuse(
                        row, column, f"differs from '{facts.said[name]}' in an earlier row of this {owner}."
                    )
        return gathered

    # Units

    def _compare_units(self) -> None:
        facts = self._gather("unit_code", UNIT_FIELDS, "unit")
        parents = {code: unit.parent.code if unit.parent else "" for code, unit in self.units.items()}
        for code, unit in facts.items():
            known = self.units.get(code)
            parent = unit.said.get("parent", "")
            if parent and parent not in facts and parent not in self.units:
                self.refuse(
                    unit.row, "parent_code", "is not the code of a unit, here or already known.", parent
                )
                continue
            parents[code] = parent or parents.get(code, "")
            if known is None:
                self._check_new_unit(unit)
                self.changes.new_units.append(unit)
            elif differing := _differences(unit.said, _known_unit(known)):
                self.changes.changed_units.append((known, differing))
        self._check_tree(facts, parents)

    def _check_new_unit(self, unit: Facts) -> None:
        for name, column in (("name", "unit_name"), ("kind", "unit_kind")):
            if not unit.said.get(name):
                self.refuse(unit.row, column, f"is empty, but {unit.key} is a new unit. Say what it is.", "")
                unit.said[name] = ""

    def _check_tree(self, facts: dict[str, Facts], parents: dict[str, str]) -> None:
        tops = [code for code, parent in parents.items() if not parent]
        for code, unit in facts.items():
            if code not in parents:
                continue  # its parent has been refused already
            kind = unit.said.get("kind") or (self.units[code].kind if code in self.units else "")
            if kind == Unit.Kind.AUTHORITY and parents.get(code):
                self.refuse(unit.row, "parent_code", "must be empty for the authority, which is at the top.")
            elif kind and kind != Unit.Kind.AUTHORITY and not parents.get(code):
                self.refuse(unit.row, "parent_code", "is empty. Only the authority has no parent.")
            elif len(tops) > 1 and code in tops and code != tops[0]:
                self.refuse(unit.row, "unit_code", f"would be a second authority beside {tops[0]}.")
            elif _is_ring(code, parents):
                self.refuse(unit.row, "parent_code", "makes a ring: a unit cannot lie beneath itself.")
            elif len("/".join(_line(code, parents))) > LONGEST_PATH - 2:
                self.refuse(unit.row, "parent_code", "lies too deep. Use fewer levels or shorter codes.")

    # Posts

    def _compare_posts(self) -> None:
        facts = self._gather("post_code", POST_FIELDS, "post")
        above = {code: post.reports_to.code if post.reports_to else "" for code, post in self.posts.items()}
        for code, post in facts.items():
            known = self.posts.get(code)
            reports_to = post.said.get("reports_to", "")
            if reports_to and reports_to not in facts and reports_to not in self.posts:
                self.refuse(
                    post.row, "reports_to", "is not the code of a post, here or already known.", reports_to
                )
                continue
            above[code] = reports_to or above.get(code, "")
            if known is None:
                self._check_new_post(post)
                self.changes.new_posts.append(post)
            elif differing := _differences(post.said, _known_post(known)):
                self.changes.changed_posts.append((known, differing))
        for code, post in facts.items():
            if _is_ring(code, above):
                self.refuse(post.row, "reports_to", "makes a ring: nobody reports to themselves in the end.")

    def _check_new_post(self, post: Facts) -> None:
        for name, column in (("title", "post_title"), ("role", "role")):
            if not post.said.get(name):
                self.refuse(post.row, column, f"is empty, but {post.key} is a new post. Say what it is.", "")
                post.said[name] = ""
        post.said.setdefault("unit", "")

    # People

    def _compare_people(self) -> None:
        facts = self._gather("email", PERSON_FIELDS, "person")
        references = {
            user.staff_reference: email for email, user in self.people.items() if user.staff_reference
        }
        for email, person in facts.items():
            known = self.people.get(email)
            reference = person.said.get("staff_reference", "")
            if reference and references.setdefault(reference, email) != email:
                self.refuse(
                    person.row, "staff_reference", f"belongs to {references[reference]}. It must be unique."
                )
            elif known is None:
                if not person.said.get("full_name"):
                    self.refuse(person.row, "full_name", f"is empty, but {email} is a new person.")
                    person.said["full_name"] = ""
                self.changes.new_people.append(person)
            elif differing := _differences(person.said, _known_person(known)):
                self.changes.changed_people.append((known, differing))

    # Holdings

    def _compare_holdings(self) -> None:
        self.held: dict[str, list[PostHolding]] = {}
        for holding in PostHolding.objects.select_related("post", "user").order_by("starts_on", "pk"):
            self.held.setdefault(holding.post.code, []).append(holding)
        self.asked: dict[str, list[HoldingFacts]] = {}
        for row in self.file.rows:
            if row.post_code and row.email:
                self._compare_holding(row)

    def _compare_holding(self, row: PeopleRow) -> None:
        wanted = HoldingFacts(
            row.post_code, row.email, row.starts_on or self.on, row.ends_on, bool(row.is_acting), row
        )
        if wanted.ends_on and wanted.ends_on < wanted.starts_on and not row.starts_on:
            wanted.starts_on = wanted.ends_on
        known = self._known_holding(wanted)
        self._check_against_others(wanted, known)
        self.asked.setdefault(row.post_code, []).append(wanted)
        if known is None:
            self._check_employed(wanted)
            self.changes.new_holdings.append(wanted)
            return
        said: dict[str, Any] = {} if row.is_acting is None else {"is_acting": row.is_acting}
        said |= {"starts_on": row.starts_on} if row.starts_on else {}
        said |= {"ends_on": row.ends_on} if row.ends_on else {}
        differing = {name: value for name, value in said.items() if getattr(known, name) != value}
        if differing:
            self.changes.changed_holdings.append((known, differing))

    def _known_holding(self, wanted: HoldingFacts) -> PostHolding | None:
        """The holding that the row speaks of: that person's in that post at an overlapping time."""
        for holding in self.held.get(wanted.post_code, []):
            if holding.user.email.lower() == wanted.email and _overlap(holding, wanted):
                return holding
        return None

    def _check_against_others(self, wanted: HoldingFacts, known: PostHolding | None) -> None:
        for other in self.asked.get(wanted.post_code, []):
            if other.email == wanted.email and _overlap(other, wanted):
                self.refuse(wanted.row, "post_code", f"row {other.row.number} says this already.")
            elif not other.is_acting and not wanted.is_acting and _overlap(other, wanted):
                self.refuse(
                    wanted.row,
                    "email",
                    f"and {other.email} in row {other.row.number} both hold {wanted.post_code} at one time. "
                    "Give last days, a post for each, or 'yes' under acting for one of them.",
                )
        if known is None and not wanted.is_acting:
            for holding in self.held.get(wanted.post_code, []):
                if not holding.is_acting and holding.user.email.lower() != wanted.email:
                    self._make_room(holding, wanted)

    def _make_room(self, holding: PostHolding, wanted: HoldingFacts) -> None:
        """The present holder goes the day before the new one comes."""
        if not _overlap(holding, wanted) or self._is_in_file(holding):
            return
        if holding.starts_on < wanted.starts_on:
            self.changes.changed_holdings.append((holding, {"ends_on": wanted.starts_on - ONE_DAY}))
        else:
            self.refuse(
                wanted.row,
                "starts_on",
                f"{holding.user} holds {wanted.post_code} from {holding.starts_on:%d/%m/%Y}. "
                "Give a later first day, or end that first.",
            )

    def _is_in_file(self, holding: PostHolding) -> bool:
        email, code = holding.user.email.lower(), holding.post.code
        return any(row.email == email and row.post_code == code for row in self.file.rows)

    def _check_employed(self, wanted: HoldingFacts) -> None:
        user = self.people.get(wanted.email)
        if user is None or user.left_on is None:
            return
        if user.left_on < wanted.starts_on and wanted.row.starts_on:
            self.changes.changed_people.append((user, {"left_on": None}))  # has come back
        elif not (wanted.ends_on and wanted.ends_on <= user.left_on):
            self.refuse(
                wanted.row,
                "email",
                f"left on {user.left_on:%d/%m/%Y}. Leave the row out, or give a first day after that.",
            )


def _known_unit(unit: Unit) -> dict[str, str]:
    return {"name": unit.name, "kind": unit.kind, "parent": unit.parent.code if unit.parent else ""}


def _known_post(post: Post) -> dict[str, str]:
    return {
        "title": post.title,
        "role": post.role,
        "unit": post.unit.code,
        "reports_to": post.reports_to.code if post.reports_to else "",
    }


def _known_person(user: User) -> dict[str, Any]:
    return {
        "full_name": user.full_name,
        "staff_reference": user.staff_reference or "",
        "newly_qualified_until": user.newly_qualified_until,
    }


def _differences(said: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value and known[name] != value}


def _overlap(one: PostHolding | HoldingFacts, other: PostHolding | HoldingFacts) -> bool:
    starts_in_time = other.ends_on is None or one.starts_on <= other.ends_on
    return starts_in_time and (one.ends_on is None or other.starts_on <= one.ends_on)


def _line(code: str, above: dict[str, str]) -> list[str]:
    """The code and those above it, upwards; stops where it would repeat."""
    line: list[str] = []
    while code and code not in line:
        line.append(code)
        code = above.get(code, "")
    return line


def _is_ring(code: str, above: dict[str, str]) -> bool:
    return bool(above.get(_line(code, above)[-1]))


def _said(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {_shown(value)}" for name, value in changes.items())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value or "none")


def _held(item: HoldingFacts) -> str:
    until = f" until {item.ends_on:%d/%m/%Y}" if item.ends_on else ""
    return f"{item.post_code} from {item.starts_on:%d/%m/%Y}{until}"
