"""What an answer may be, by the type of its question, and how it reads.

Most answers are a text, a number or a list of keys. Three boxes and rows are mappings of part to text; a
person is {id, name}, and a sign-off {id, name, at} with the moment in UTC; read with what was handed in, the
sign-off of the person whom the work is about may have a comment too.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import THREE_BOXES, Question, QuestionType

# JSON as it is stored: a text, number, list of texts or mapping of texts. "" is an answer that was emptied.
Value = str | float | list[str] | dict[str, str]

SIGNED = "signed"  # what is sent to sign; who and when is added where it is saved
LONGEST_SHORT_TEXT = 300
LONGEST_TEXT = 20_000
LARGEST_NUMBER = 999_999_999
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100

CHOICES = frozenset(
    {
        QuestionType.YES_NO,
        QuestionType.YES_NO_NA,
        QuestionType.YES_PARTLY_NO_NA,
        QuestionType.GRADE,
        QuestionType.PICK_ONE,
    }
)
NUMBERS = frozenset({QuestionType.SCALE, QuestionType.NUMBER})


class AnswerInvalid(Refused):
    """The value is no answer to the question. ``message`` says what would be right."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check_value(question: Question, value: Any) -> None:
    """Raise AnswerInvalid unless ``value`` is of the question's type and within its bounds, or blank."""
    if value == "":
        return
    if question.type is QuestionType.THREE_BOXES:
        _check_boxes(value)
    elif question.type is QuestionType.ROWS:
        _check_rows(question, value)
    elif question.type is QuestionType.PERSON:
        _check_mapping(value, {"id", "name"}, "Choose a person from the list.")
    elif question.is_signed_by_worker:
        raise AnswerInvalid("The person it is about signs it themselves, once it has been handed in.")
    elif question.type is QuestionType.SIGN_OFF:
        _check_signature(value)
    elif question.type is QuestionType.ACTIONS:
        raise AnswerInvalid("Actions are added on their own page.")
    elif question.type is QuestionType.PICK_SEVERAL:
        _check_several(question, value)
    elif question.type in CHOICES:
        _check_choice(question, value)
    elif question.type in NUMBERS:
        _check_number(question, value)
    elif question.type is QuestionType.DATE:
        _check_date(value)
    else:
        _check_text(value, LONGEST_SHORT_TEXT if question.type is QuestionType.SHORT_TEXT else LONGEST_TEXT)


def text_of(question: Question, value: Any) -> str:
    """An answer in words for people; three boxes have a paragraph each."""
    if is_blank(value):
        return ""
    if question.type is QuestionType.THREE_BOXES:
        parts = [f"{box.label}\n{value[box.key]}" for box in THREE_BOXES if value[box.key]]
        return "\n\n".join(parts)
    if question.type is QuestionType.ROWS:
        return "\n".join(_row_text(row) for row in filled_rows(question, value))
    if question.type is QuestionType.PERSON:
        return str(value["name"])
    if question.type is QuestionType.SIGN_OFF:
        signed = f"Signed by {value['name']} on {_day(local_date(datetime.fromisoformat(value['at'])))}"
        return f"{signed}\n\n{value['comment']}" if value.get("comment") else signed
    if question.type is QuestionType.PICK_SEVERAL:
        return ", ".join(question.option_label(key) for key in value)
    if question.type in CHOICES:
        return question.option_label(value)
    if question.type is QuestionType.DATE:
        return _day(date.fromisoformat(value))
    if question.type in NUMBERS:
        return plain_number(value)
    return str(value)


def is_same(value: Any, stands: Any) -> bool:
    """Whether saving ``value`` would change nothing; signing what the same person has signed does not."""
    if isinstance(value, dict) and isinstance(stands, dict) and "at" in value and "at" in stands:
        return bool(value["id"] == stands["id"])
    return bool(value == stands)


def as_sent(question: Question, value: Any) -> Any:
    """An answer as its field sends it."""
    if is_blank(value):
        return ""
    if question.type is QuestionType.PERSON:
        return value["id"]
    if question.type is QuestionType.SIGN_OFF:
        return [SIGNED]
    return plain_number(value) if isinstance(value, int | float) else value


def filled_rows(question: Question, value: Mapping[str, str]) -> list[list[tuple[Question, str]]]:
    """Of an answer in rows, the rows in which anything is answered: each column that is, with its words."""
    rows: dict[int, list[tuple[Question, str]]] = {}
    for part, column in question.parts(_last_row(value)):
        if words := text_of(column, value.get(part, "")):
            rows.setdefault(int(part.partition(".")[0]), []).append((column, words))
    return list(rows.values())


def _last_row(value: Mapping[str, str]) -> int:
    return max((int(part.partition(".")[0]) for part in value), default=0)


def _row_text(row: list[tuple[Question, str]]) -> str:
    return "; ".join(f"{column.text} {words}" for column, words in row)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def plain_number(value: float) -> str:
    """A number as people write it: 3, not 3.0."""
    return str(int(value)) if value == int(value) else str(value)


def _check_boxes(value: Any) -> None:
    keys = {box.key for box in THREE_BOXES}
    if not isinstance(value, dict) or set(value) != keys:
        raise AnswerInvalid("Answer in the three boxes.")
    for text in value.values():
        _check_text(text, LONGEST_TEXT)


def _check_rows(question: Question, value: Any) -> None:
    if not isinstance(value, dict):
        raise AnswerInvalid("Answer in the rows.")
    columns = dict(question.parts(int(question.maximum or 0)))
    for part, text in value.items():
        if part not in columns:
            raise AnswerInvalid(f"There are {plain_number(question.maximum or 0)} rows at most.")
        check_value(columns[part], text)


def _check_mapping(value: Any, keys: set[str], message: str) -> None:
    is_right = isinstance(value, dict) and set(value) == keys
    if not is_right or not all(isinstance(part, str) for part in value.values()):
        raise AnswerInvalid(message)


def _check_signature(value: Any) -> None:
    if value != SIGNED:
        _check_mapping(value, {"id", "name", "at"}, "Tick the box to sign, or leave it empty.")


def _check_several(question: Question, value: Any) -> None:
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise AnswerInvalid("Select from the list, each answer once.")
    for key in value:
        _check_choice(question, key)


def _check_choice(question: Question, value: Any) -> None:
    if value not in question.option_keys:
        allowed = ", ".join(option.label for option in question.options)
        raise AnswerInvalid(f"Select one of: {allowed}.")


def _check_number(question: Question, value: Any) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or (question.type is QuestionType.SCALE and value != int(value)):
        raise AnswerInvalid("Enter a number in figures, such as 3.")
    low = -LARGEST_NUMBER if question.minimum is None else question.minimum
    high = LARGEST_NUMBER if question.maximum is None else question.maximum
    if value < low:
        raise AnswerInvalid(f"Enter a number that is {plain_number(low)} or more.")
    if value > high:
        raise AnswerInvalid(f"Enter a number that is {plain_number(high)} or less.")


def _check_date(value: Any) -> None:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise AnswerInvalid("Enter a real date, such as 10/11/2026.") from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR or day.isoformat() != value:
        raise AnswerInvalid(f"Enter a date between {EARLIEST_YEAR} and {LATEST_YEAR}, such as 10/11/2026.")


def _check_text(value: Any, longest: int) -> None:
    if not isinstance(value, str) or "\x00" in value:
        raise AnswerInvalid("Enter text.")
    if len(value) > longest:
        raise AnswerInvalid(f"Shorten the answer to {longest:,} characters or fewer. It has {len(value):,}.")
