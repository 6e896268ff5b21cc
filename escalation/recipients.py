"""Whom a step of a ladder reaches today, from the organisation tree as it is on that day."""

from dataclasses import dataclass, field

from qaframework.people.directory import Organisation
from qaframework.people.models import Post, User
from qaframework.people.roles import ROLES, Capability, roles_with

OWNER = "owner"
LINE_MANAGER = "line_manager"
NOTE_LENGTH = 160

# Escalation climbs the line of management, lowest first; quality assurance and the board are not on it.
MANAGEMENT_LINE = sorted(
    set(roles_with(Capability.VERIFY_ACTIONS)) - set(roles_with(Capability.RUN_QUALITY_ASSURANCE)),
    key=lambda role: ROLES[role].seniority,
)


@dataclass(frozen=True)
class Why:
    """Why a step reaches a person whose own post it does not name: on record, and in words to them."""

    note: str = ""
    to_them: str = ""


THEIR_OWN_POST = Why()
OWN_WORK = Why(
    "told as well: the work is the other person's own",
    "this step would reach nobody but the person whose work it is, so it comes to you as well",
)


@dataclass(frozen=True)
class Reached:
    """A person, the ladder's word that led to them, and why them where it is not their own post."""

    user: User
    asked_for: str
    why: Why = THEIR_OWN_POST


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

        An escalation never ends with the person it is about, and never goes down to those whom they
        manage: when nobody else is told, the next more senior manager is. Sources: LAN-29 to LAN-31, LAN-33.
        """
        answer = Answer()
        for word in words:
            if self._is_beneath(word, owner_post_id, unit_id):
                continue
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
                return [Reached(holder, word, THEIR_OWN_POST if above is first else _vacant(first))]
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
        why = _vacant(posts[0]) if posts else _instead_of(f"no {title_of(role)} here")
        return found or self._more_senior(role, word, owner_post_id, unit_id, why)

    def _is_beneath(self, word: str, owner_post_id: int, unit_id: int) -> bool:
        """Whether the word leads to nobody but those whom the owner of the work manages."""
        nearest = self.organisation.nearest_posts(unit_id, word)
        return bool(nearest) and all(self._reports_to(post, owner_post_id) for post in nearest)

    def _reports_to(self, post: Post, owner_post_id: int) -> bool:
        return self.organisation.is_in_line_of(post.pk, owner_post_id)

    def _posts(self, role: str, owner_post_id: int, unit_id: int) -> list[Post]:
        """The role's nearest posts; of several in one unit, only those that manage the owner, if any do.
        Those that the owner manages are none of them."""
        nearest = self.organisation.nearest_posts(unit_id, role)
        posts = [post for post in nearest if not self._reports_to(post, owner_post_id)]
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
        why: Why,
        without: frozenset[int] = frozenset(),
    ) -> list[Reached]:
        """Holders of the next more senior role of the line that has any, leaving out people ``without``."""
        for senior in _above(role):
            found = [
                Reached(holder, word, why)
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
        told = {person.user.pk for person in answer.reached}
        if owner is None or answer.warnings or told - {owner.pk}:
            return
        role = max([self.organisation.posts[owner_post_id].role, *words], key=_seniority)
        word = answer.reached[0].asked_for if answer.reached else words[0]
        found = self._more_senior(role, word, owner_post_id, unit_id, OWN_WORK, frozenset({owner.pk}))
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


def _vacant(post: Post) -> Why:
    return _instead_of(f"{post.title} is vacant")


def _instead_of(missing: str) -> Why:
    return Why(f"{missing}, told instead"[:NOTE_LENGTH], f"{missing}, so this comes to you")
