"""The kinds of answers in words, and which can take each other's place."""

from collections.abc import Iterable

from qaframework.tools.definition import OWNER, WORKER, QuestionType

_WORDS = {
    QuestionType.YES_NO: "Yes or no",
    QuestionType.YES_NO_NA: "Yes, no, not applicable",
    QuestionType.YES_PARTLY_NO_NA: "Yes, partly, no, not applicable",
    QuestionType.GRADE: "A grade",
    QuestionType.SCALE: "A point on a scale, such as 0 to 10",
    QuestionType.SHORT_TEXT: "A few words",
    QuestionType.LONG_TEXT: "A longer text",
    QuestionType.THREE_BOXES: "Three boxes: working well, worried about, needs to happen",
    QuestionType.DATE: "A date",
    QuestionType.NUMBER: "A number",
    QuestionType.PICK_ONE: "One choice from a list",
    QuestionType.PICK_SEVERAL: "Any number of choices from a list",
    QuestionType.PERSON: "A member of staff",
    QuestionType.ROWS: "The same few things in several rows",
    QuestionType.SIGN_OFF: "A sign-off: who signed, and when",
    QuestionType.ACTIONS: "Actions, agreed on their own page",
}

# Who signs a sign-off.
SIGNERS = {OWNER: "Whoever fills in the form", WORKER: "The person it is about"}

# Answers of one kind mean the same in the others of its family.
_FAMILIES = (
    frozenset({QuestionType.YES_NO, QuestionType.YES_NO_NA, QuestionType.YES_PARTLY_NO_NA}),
    frozenset({QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT}),
)

CHOOSES = frozenset({QuestionType.PICK_ONE, QuestionType.PICK_SEVERAL})
# In whose answers people tell something in their own words.
FREE_TEXTS = frozenset({QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT, QuestionType.THREE_BOXES})
BOUNDED = frozenset({QuestionType.SCALE, QuestionType.NUMBER})

# What can be asked in each of several rows.
IN_COLUMNS = (
    QuestionType.SHORT_TEXT,
    QuestionType.YES_NO,
    QuestionType.YES_NO_NA,
    QuestionType.YES_PARTLY_NO_NA,
    QuestionType.DATE,
    QuestionType.PICK_ONE,
)

# What only some kinds of answers have.
BELONGS_TO = {
    "options": CHOOSES,
    "options_from": CHOOSES,
    "minimum": BOUNDED,
    "maximum": BOUNDED | {QuestionType.ROWS},
    "columns": frozenset({QuestionType.ROWS}),
    "anchors": frozenset({QuestionType.SCALE}),
    "by": frozenset({QuestionType.SIGN_OFF}),
}


# What a question of a kind begins with.
BEGINS_WITH = {QuestionType.SCALE.value: {"minimum": 0, "maximum": 10}}


def kind_in_words(kind: str) -> str:
    """The words for a kind of answer; one that is not known is shown as it is written."""
    return _WORDS.get(QuestionType(kind), kind) if kind in list(QuestionType) else kind


def kind_choices(kinds: Iterable[QuestionType] = QuestionType) -> list[tuple[str, str]]:
    return [(kind.value, kind_in_words(kind.value)) for kind in kinds]


def may_become(old: str, new: str) -> bool:
    """Whether answers that were given as one kind mean the same as those of another."""
    return old == new or any(old in family and new in family for family in _FAMILIES)
