"""What was typed or picked, turned into the value of an answer."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qaframework.people.models import User
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import Question, QuestionType
from qaframework.tools.values import NUMBERS, SIGNED, AnswerInvalid, Value, check_value

DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d %B %Y")


def parse_value(question: Question, raw: Any) -> Value:
    """What was typed or picked, as the JSON value of the question's type; "" when it is blank.

    ``raw`` is a text, for several picks a list, and for an answer with parts a mapping of part to text. A
    person is given by id. One query for a person, else none.
    Raises AnswerInvalid, which says what would be right.
    """
    value = _typed(question, raw)
    check_value(question, value)
    return value


def _typed(question: Question, raw: Any) -> Value:
    if question.type is QuestionType.PICK_SEVERAL:
        return [key for key in raw or [] if key]
    if question.type is QuestionType.SIGN_OFF:
        return SIGNED if SIGNED in (raw or ()) else ""
    if question.type is QuestionType.THREE_BOXES:
        boxes = {box: _text((raw or {}).get(box)) for box, _ in question.parts()}
        return "" if is_blank(boxes) else boxes
    if question.type is QuestionType.ROWS:
        return _rows(question, raw or {})
    text = _text(raw)
    if text and question.type is QuestionType.PERSON:
        return _person(text)
    if text and question.type in NUMBERS:
        return _number(text)
    if text and question.type is QuestionType.DATE:
        return _iso_date(text)
    return text


def _text(raw: Any) -> str:
    """Without the carriage returns that browsers send, so that the same text is always the same value."""
    return str(raw or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def _rows(question: Question, raw: Mapping[str, Any]) -> Value:
    """Only the parts in which something is answered."""
    most = int(question.maximum or 0)
    typed = {part: parse_value(column, raw.get(part)) for part, column in question.parts(most)}
    return {part: str(value) for part, value in typed.items() if value} or ""


def _person(text: str) -> Value:
    person = User.objects.filter(pk=text, is_active=True).first() if text.isdecimal() else None
    if person is None:
        raise AnswerInvalid("Choose a person from the list.")
    return {"id": str(person.pk), "name": person.full_name}


def _number(text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if math.isfinite(number) and number == int(number) else number


def _iso_date(text: str) -> str:
    for date_format in DATE_FORMATS:
        try:
            return datetime.strptime(text, date_format).date().isoformat()
        except ValueError:
            continue
    return text
