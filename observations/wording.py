"""What each kind of work about one person is called where it is arranged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """``no_person`` and ``no_day`` say what has to be settled first; ``no_person`` covers both."""

    title: str
    person: str
    ask_person: str
    day: str
    ask_day: str
    no_person: str
    no_day: str


WORDS = {
    "observation": Words(
        title="Arrange the observation",
        person="Practitioner",
        ask_person="Whose practice do you observe?",
        day="Day",
        ask_day="On which day?",
        no_person="First say whose practice you observe and on which day.",
        no_day="First say on which day you observe.",
    ),
    "peer_review": Words(
        title="Say whose report you review",
        person="Author",
        ask_person="Who has written the report?",
        day="Planned day of issue",
        ask_day="On which day is the report to be issued?",
        no_person="First say whose report you review and on which day it is to be issued.",
        no_day="First say on which day the report is to be issued.",
    ),
    "appraisal": Words(
        title="Arrange the talk",
        person="Member of staff",
        ask_person="With whom do you talk?",
        day="Day",
        ask_day="On which day?",
        no_person="First say with whom you talk and on which day.",
        no_day="First say on which day you talk.",
    ),
}
