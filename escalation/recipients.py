"""Whom a step of a ladder reaches today, from the organisation tree as it is on that day."""

from dataclasses import dataclass, field

from qaframework.people.directory import Organisation
from qaframework.people.models import Post, User
from qaframework.people.roles import ROLES, Capability, roles_with

OWNER = "owner"
LINE_MANAGER = "line_manager"

# Escalation climbs the line of management, lowest first; quality assurance and the board are not on it.
MANAGEMENT_LINE = sorted(
    set(roles_with(Capability.VERIFY_ACTIONS)) - set(roles_with(Capability.RUN_QUALITY_ASSURANCE)),
    key=lambda role: ROLES[role].seniority,
)

OWN_WORK = "told as well: the work is the other person's own"


@dataclass(frozen=True)
class Reached:
    """A person, the ladder's word that led to them, and why them where it is not their own post."""

    user: User
    asked_for: str
    note: str = ""


@dataclass
class Answer:
    """Everybody a step reaches, each once, and what could not be found."""

    reached: list[Reached] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, found: list[Reached]) -> None:
        known = {person.user.pk for person in self.reached}
        for person in found:
            if person.user.pk not in known:
                known.add(person.user.pk)
                self.reached.append(person)


@dataclass(frozen=True)
class Directory:
    """Answers ladders' words for one day."""

    organisation: Organisation

    def answer(
        self, words: tuple[str, ...], owner_post_id: int, unit_id: int, *, is_reminder: bool
    ) -> Answer:
        """Who is to be told about work that ``owner_post_id`` owes and that is sought from ``unit_id`` up.

        An escalation never ends with the person it is about: when nobody else is told, the next more
        senior manager is. Sources: LAN-29 to LAN-31, LAN-33.
        """
        answer = Answer()
        for word in words:
            found = self._word(word, owner_post_id, unit_id)
            answer.add(found)
            if not found:
                answer.warnings.append(f"Nobody holds {title_of(word)} or a post above it for this work.")
        if not is_reminder:
            self._not_only_the_owner(answer, words, owner_post_id, unit_id)
        return answer

    def _word(self, word: str, owner_post_id: int, unit_id: int) -> list[Reached]:
        if word == OWNER:
            return self._up_the_line(word, self.organisation.posts[owner_post_id], unit_id)
        if word == LINE_MANAGER:
            manager = self.organisation.line_manager(owner_post_id)
            return self._up_the_line(word, manager, unit_id) if manager else []
        return self._role(word, word, owner_post_id, unit_id)

    def _up_the_line(self, word: str, post: Post, unit_id: int) -> list[Reached]:
        """The post's holder; of a vacant post, the first holder in its line of managers, else by role."""
        first, seen, above = post, set[int](), post
        while above.pk not in seen:
            seen.add(above.pk)
            holder = self.organisation.holder_of(above.pk)
            if holder is not None:
                return [Reached(holder, word, "" if above is first else _vacant(first))]
            above = self.organisation.line_manager(above.pk) or above
        return self._more_senior(first.role, word, first.pk, unit_id, _vacant(first))

    def _role(self, role: str, word: str, owner_post_id: int, unit_id: int) -> list[Reached]:
        """Holders of the role's nearest posts; where there are none, of the next more senior role's."""
        posts = self._posts(role, owner_post_id, unit_id)
        found = [
            Reached(holder, word)
            for post in posts
            if (holder := self.organisation.holder_of(post.pk)) is not None
        ]
        note = _vacant(posts[0]) if posts else f"no {title_of(role)} here, told instead"
        return found or self._more_senior(role, word, owner_post_id, unit_id, note)

    def _posts(self, role: str, owner_post_id: int, unit_id: int) -> list[Post]:
        """The role's nearest posts; of several in one unit, only those that manage the owner, if any do."""
        posts = self.organisation.nearest_posts(unit_id, role)
        if len(posts) < 2:
            return posts
        line = self._line(owner_post_id)
        return [post for post in posts if post.pk in line] or posts

    def _line(self, post_id: int) -> set[int]:
        """The post itself and everybody above it in the line of management."""
        line: set[int] = set()
        above: int | None = post_id
        while above is not None and above not in line:
            line.add(above)
            manager = self.organisation.line_manager(above)
            above = manager.pk if manager else None
        return line

    def _more_senior(
        self,
        role: str,
        word: str,
        owner_post_id: int,
        unit_id: int,
        note: str,
        without: frozenset[int] = frozenset(),
    ) -> list[Reached]:
        """Holders of the next more senior role of the line that has any, leaving out people ``without``."""
        for senior in _above(role):
            found = [
                Reached(holder, word, note)
                for post in self._posts(senior, owner_post_id, unit_id)
                if (holder := self.organisation.holder_of(post.pk)) is not None and holder.pk not in without
            ]
            if found:
                return found
        return []

    def _not_only_the_owner(
        self, answer: Answer, words: tuple[str, ...], owner_post_id: int, unit_id: int
    ) -> None:
        owner = self.organisation.holder_of(owner_post_id)
        if owner is None or [person.user.pk for person in answer.reached] != [owner.pk]:
            return
        role = max([self.organisation.posts[owner_post_id].role, *words], key=_seniority)
        found = self._more_senior(
            role, answer.reached[0].asked_for, owner_post_id, unit_id, OWN_WORK, frozenset({owner.pk})
        )
        answer.add(found)
        if not found:
            answer.warnings.append("Nobody above the person who owes this work could be told.")


def _above(role: str) -> list[str]:
    seniority = _seniority(role)
    return [senior for senior in MANAGEMENT_LINE if ROLES[senior].seniority > seniority]


def _seniority(word: str) -> int:
    return ROLES[word].seniority if word in ROLES else 0


def title_of(word: str) -> str:
    """A ladder's word as people read it."""
    return ROLES[word].title if word in ROLES else word.replace("_", " ")


def _vacant(post: Post) -> str:
    return f"{post.title} is vacant, told instead"[:160]
