"""The lines of a planning in words: what happens to which work of which posts, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Self

from qaframework.allocation.models import Programme
from qaframework.allocation.plan_lines import Change, Line
from qaframework.allocation.reading import holder_names
from qaframework.packs.definition import Pack
from qaframework.packs.wording import EVERY
from qaframework.people.models import Post
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.periods import Month
from qaframework.rules.replanning import Cause, Why

COLUMNS = ("Post", "What happens", "Work", "Months", "Why")

HAPPENS = {
    Change.ADDED: "Added",
    Change.WITHDRAWN: "Withdrawn",
    Change.MOVED: "Moved",
    Change.STAYS: "Stays",
}
CAUSES = {
    Cause.NEW_PROGRAMME: "The programme is new",
    Cause.NEW_POST: "The post is new",
    Cause.POST_CLOSED: "The post is closed, or no longer in the framework’s units",
    Cause.POST_CHANGED: "The post has another role or unit than before",
    Cause.NOT_THIS_YEAR: "Its quota is now for some years only, and this year is not one of them",
    Cause.SHARED_ANEW: "It is shared by other posts than before",
}


@dataclass(frozen=True)
class PlanWords:
    """Names of what lines of one programme refer to by keys: work, and posts with who holds them."""

    pack: Pack
    post_names: dict[int, str]
    post_codes: dict[int, str]

    @classmethod
    def load(cls, lines: Iterable[Line], pack: Pack, today: date) -> Self:
        """Two queries, however many lines."""
        keys = {key for line in lines for key in line.posts}
        posts = Post.objects.in_bulk(keys)
        holders = holder_names(keys, today)
        names = {key: f"{post.title} ({holders.get(key, 'vacant')})" for key, post in posts.items()}
        return cls(pack, names, {key: post.code for key, post in posts.items()})

    def row(self, line: Line) -> list[str]:
        """A line as a row of a table with ``COLUMNS``."""
        return [
            self._posts(line),
            HAPPENS[line.change],
            self._work(line),
            months_in_words(line.months),
            why_in_words(line),
        ]

    def sentence(self, line: Line) -> str:
        posts, happens, work, months, why = self.row(line)
        return f"{happens}: {posts}: {work}, {months}. {why}."

    def data(self, line: Line) -> dict[str, object]:
        """A line for a machine to read."""
        codes = [self.post_codes[key] if key is not None else None for key in (line.from_post, line.to_post)]
        return {
            "change": line.change.value,
            "activity": line.activity,
            "months": list(line.months),
            "from": codes[0],
            "to": codes[1],
            "cause": line.why.cause.value,
            "why": why_in_words(line),
        }

    def _posts(self, line: Line) -> str:
        names = [self.post_names[key] for key in (line.from_post, line.to_post) if key is not None]
        return f"From {names[0]} to {names[1]}" if line.change is Change.MOVED else names[0]

    def _work(self, line: Line) -> str:
        known = self.pack.activities.get(line.activity)
        label = known.label if known else line.activity.replace("_", " ").capitalize()
        return f"{label}: {len(line.months)}"


def why_in_words(line: Line) -> str:
    if line.change is Change.STAYS:
        return f"It has begun or was moved by hand, so it stays. {_cause(line)}"
    return _cause(line)


def months_in_words(keys: Sequence[str]) -> str:
    """Months, one for each piece of work, for instance “Oct 2026 to Dec 2026 (2 each), Feb 2027”."""
    counted = [(Month.parse(key), len(list(same))) for key, same in groupby(sorted(keys))]
    first = counted[0][0]
    runs = groupby(enumerate(counted), lambda one: (_months_between(first, one[1][0]) - one[0], one[1][1]))
    return ", ".join(_run([month for _, (month, _) in run], number) for (_, number), run in runs)


def _run(months: list[Month], number: int) -> str:
    ends = dict.fromkeys([months[0], months[-1]])
    words = " to ".join(f"{month.label[:3]} {month.year}" for month in ends)
    if number == 1:
        return words
    return f"{words} ({number} each)" if len(months) > 1 else f"{words} ({number})"


def _months_between(first: Month, other: Month) -> int:
    return (other.year - first.year) * 12 + other.month - first.month


def _cause(line: Line) -> str:
    return CAUSES.get(line.why.cause) or _about_amounts(line.change, line.why)


def _about_amounts(change: Change, why: Why) -> str:
    if why.before and why.after:
        (before, per_before), (after, per_after) = why.before, why.after
        was = f"{before}" if per_before is per_after else f"{before} {EVERY[per_before]}"
        return f"The quota changed from {was} to {after} {EVERY[per_after]}"
    if why.after:
        return f"There is a new quota: {why.after[0]} {EVERY[why.after[1]]}"
    if why.before:
        return f"The quota of {why.before[0]} {EVERY[why.before[1]]} has ended"
    return "It was missing" if change is Change.ADDED else "It is more than the quota asks for"


def approval_line(programme: Programme, pack: Pack) -> str:
    """Whether the programme as it stands was approved, in a sentence; nothing where nobody has to (RBWM-08).

    One query, where somebody has to.
    """
    if not pack.programme_owner:
        return ""
    newest = programme.plannings.select_related("approval__approved_by").first()
    approval = getattr(newest, "approval", None)
    if newest is None:
        return ""
    if approval is None:
        owner = pack.role_label(pack.programme_owner)
        return f"Planned on {uk_date(newest.made_at)}. Waits for the approval of the {owner}."
    return f"Approved by {approval.approved_by} on {uk_date(approval.approved_at)}."
