"""What somebody with a diary and a list of names would expect; shares no code with the program."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

# Days from the deadline, whether it is a reminder, and who is told.
LADDER = [
    (-7, True, ("owner",)),
    (-2, True, ("owner",)),
    (0, True, ("owner",)),
    (2, False, ("senior_manager", "head_of_service")),
    (7, False, ("director",)),
    (14, False, ("executive_director",)),
]
# Who that is, by who is late. Children in care has no senior manager: its head of service is told for both.
TOLD = {
    "team_manager": {"senior_manager": "senior_manager", "head_of_service": "head_of_service"},
    "team_manager_2": {"senior_manager": "senior_manager", "head_of_service": "head_of_service"},
    "outsider": {"senior_manager": "care_head_of_service", "head_of_service": "care_head_of_service"},
}
A_DAY = timedelta(days=1)

Step = tuple[int, int, int]  # clock, round, place on the ladder


@dataclass
class Diary:
    """Of one clock: its deadlines, one after the other, since when each holds, and when it ended."""

    key: int
    owner: str
    deadlines: list[tuple[date, datetime]]
    ended: datetime | None = None

    def steps(self, until: datetime) -> dict[Step, datetime]:
        """What each deadline leads to while it holds, up to a moment, and when each step falls due."""
        ends = [since for _, since in self.deadlines[1:]] + [self.ended or until]
        found = {}
        for number, ((due, since), end) in enumerate(zip(self.deadlines, ends, strict=True), 1):
            for place, (days, is_reminder, _) in enumerate(LADDER, 1):
                falls = datetime.combine(due + timedelta(days=days), time(8), LONDON)
                if falls <= min(end, until) and not (is_reminder and falls <= since):
                    found[self.key, number, place] = falls
        return found


@dataclass
class Reckoning:
    """All diaries, and the names."""

    people: Mapping[str, int]
    diaries: dict[int, Diary] = field(default_factory=dict)

    @classmethod
    def of(cls, filled: Any) -> "Reckoning":
        reckoning = cls(filled["people"])
        for one in filled["clocks"]:
            deadline = (date.fromisoformat(one["due"]), datetime.fromisoformat(one["since"]))
            reckoning.diaries[one["pk"]] = Diary(one["pk"], one["owner"], [deadline])
        return reckoning

    def ended(self, moments: Mapping[str, str]) -> None:
        for key, moment in moments.items():
            self.diaries[int(key)].ended = datetime.fromisoformat(moment)

    def moved(self, moments: Mapping[str, tuple[str, str]]) -> None:
        for key, (moment, due) in moments.items():
            deadline = (date.fromisoformat(due), datetime.fromisoformat(moment))
            self.diaries[int(key)].deadlines.append(deadline)

    def expected(self, until: datetime) -> dict[Step, datetime]:
        """The steps of all work up to a moment."""
        return {step: falls for diary in self.diaries.values() for step, falls in diary.steps(until).items()}

    def told(self, step: Step) -> set[int]:
        """The people whom a step is to reach."""
        owner, words = self.diaries[step[0]].owner, LADDER[step[2] - 1][2]
        return {self.people[owner if word == "owner" else TOLD[owner].get(word, word)] for word in words}
