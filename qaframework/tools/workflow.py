"""Publishing tools, saving answers, handing them in and sending them back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from qaframework.caseload.models import Case
from qaframework.packs.models import FrameworkVersion
from qaframework.packs.reading import hash_of
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools.asking import asked_values, is_asked
from qaframework.tools.definition import (
    ROW_REFERENCE,
    Question,
    QuestionType,
    Section,
    freeze,
    row_key,
    split_row_key,
)
from qaframework.tools.models import Answer, AnswerSet, Signature, Submission, Tool, ToolVersion
from qaframework.tools.reading import answers_of, given_values, missing_answers, repeated_rows
from qaframework.tools.values import SIGNED, AnswerInvalid, check_value, is_same

SAVED, NOT_ASKED = "Answer saved", "Emptied: an earlier answer made the question needless"


class AnswerConflict(Refused):
    """Somebody else saved another answer to the question after it was read. Nothing was written.

    ``mine`` was refused; ``theirs`` stands, saved by ``by`` (None for the system) as ``version``.
    """

    def __init__(self, *, mine: Any, theirs: Any, by: User | None, version: int) -> None:
        super().__init__("Somebody else changed this answer after you read it. Load the page again.")
        self.mine, self.theirs, self.by, self.version = mine, theirs, by, version


class AnswersLocked(Refused):
    """The answers were handed in; they change only after they have been sent back."""


class AnswersIncomplete(Refused):
    """Answers that must be given before handing in are missing: ``missing`` names section and question."""

    def __init__(self, missing: list[tuple[Section, Question]], answer_keys: list[str]) -> None:
        places = "; ".join(f"{section.title}: {question.text}" for section, question in missing)
        super().__init__(f"Answer what is still missing ({len(missing)}): {places}")
        self.missing = missing
        self.answer_keys = answer_keys


class ToolUnknown(Refused):
    """The framework version has no such tool, or its tools were not installed."""


@transaction.atomic
def install_tools(*, framework_version: FrameworkVersion, by: User | None, now: datetime) -> int:
    """Publish the tools of a framework version; return how many new tool versions that made.

    A tool whose questions and grades are the same as in an earlier version stays that version.
    Raises ValueError for a tool that cannot be built, such as one with two questions of one key.
    """
    made = 0
    for key, written in framework_version.content["tools"].items():
        content = freeze(written, framework_version.content["framework"])
        tool = _tool(framework_version, key, content["name"], by=by, now=now)
        made += _publish(tool, content, by=by, now=now)
    return made


@transaction.atomic
def start_answer_set(
    *, framework_version: FrameworkVersion, tool_key: str, by: User | None, now: datetime
) -> AnswerSet:
    """An empty answer set on the tool as it stands in the framework version. Raises ToolUnknown."""
    return start_answer_sets(1, framework_version=framework_version, tool_key=tool_key, by=by, now=now)[0]


@transaction.atomic
def start_answer_sets(
    count: int, *, framework_version: FrameworkVersion, tool_key: str, by: User | None, now: datetime
) -> list[AnswerSet]:
    """So many empty answer sets on the same tool, set-based. Raises ToolUnknown."""
    version = tool_version_of(framework_version, tool_key)
    answer_sets = [AnswerSet(tool_version=version, created_at=now) for _ in range(count)]
    return history.create_all(answer_sets, by=by, now=now, reason="Started")


@transaction.atomic
def give_rows(
    *, answer_set: AnswerSet, references: Sequence[str], by: User | None, now: datetime
) -> AnswerSet:
    """Say what each row is about, for work whose rows are not chosen by whoever fills them in.

    With none, it waits for its rows. Raises SomebodyElseWasFirst when somebody else gave its rows meanwhile.
    """
    reason = "Rows given"
    given = [
        Answer(
            answer_set=answer_set,
            question_key=row_key(ROW_REFERENCE, row),
            value=reference,
            saved_by=by,
            saved_at=now,
        )
        for row, reference in enumerate(references, 1)
    ]
    before = {"given_rows": answer_set.given_rows}
    history.change(answer_set, by=by, now=now, reason=reason, only_if=before, given_rows=len(given))
    history.create_all(given, by=by, now=now, reason=reason)
    return answer_set


@transaction.atomic
def change_tool(
    *,
    answer_set: AnswerSet,
    framework_version: FrameworkVersion,
    tool_key: str,
    by: User | None,
    now: datetime,
) -> AnswerSet:
    """Put the answers on another tool of the framework version, while nothing has been answered.

    Answers that were begun stay on the tool on which they were begun. Raises ToolUnknown.
    """
    version = tool_version_of(framework_version, tool_key)
    if version.pk == answer_set.tool_version_id or answer_set.answers.exists():
        return answer_set
    return history.change(
        answer_set,
        by=by,
        now=now,
        reason=f"On “{version.tool}”",
        only_if={"is_locked": False, "answers": None},
        tool_version=version,
    )


def save_answer(
    *,
    answer_set: AnswerSet,
    question_key: str,
    value: Any,
    version: int,
    by: User | None,
    now: datetime,
) -> Answer:
    """Save one answer as the next version and return it. Saving what already stands changes nothing.

    ``version`` is the version that was read, 0 when there was no answer; it is claimed in the write itself.
    Raises AnswerInvalid for an unknown question or a wrong value, AnswersLocked after handing in, and
    AnswerConflict when somebody saved another answer in between. Whether ``by`` may write is the caller's.
    """
    question = find_question(answer_set, question_key)
    check_value(question, value)
    if question.type is QuestionType.SIGN_OFF and value == SIGNED:
        value = _signature(by, now)
    try:
        with transaction.atomic():
            _hold_open(answer_set)
            if version == 0:
                return _insert(answer_set, question_key, value, by=by, now=now)
            return _update(answer_set, question_key, value, version, by=by, now=now)
    except IntegrityError:
        # Only one of two people who answer an empty question can insert its row.
        return _settled(answer_set, question_key, value)


@transaction.atomic
def submit_answers(*, answer_set: AnswerSet, by: User, now: datetime) -> Submission:
    """Hand the answers in: freeze them as they are and refuse changes from now on.

    Answers to questions that are not asked any more are emptied; their history keeps them.

    Raises AnswersIncomplete with all that is missing, Refused when two rows are about the same, or
    AnswersLocked when they were handed in before.
    """
    _hold_open(answer_set)
    definition = answer_set.tool_version.definition
    values = _only_asked(answer_set, by=by, now=now)
    missing = missing_answers(definition, values)
    if missing:
        raise AnswersIncomplete(
            [(section, question) for section, question, _ in missing], [key for _, _, key in missing]
        )
    if repeated := repeated_rows(definition, values):
        raise Refused(" ".join(said for said, _ in repeated))
    history.change(
        answer_set, by=by, now=now, reason="Handed in", only_if={"is_locked": False}, is_locked=True
    )
    return Submission.objects.create(
        answer_set=answer_set,
        revision=answer_set.revision,
        answers=values,
        submitted_by=by,
        submitted_at=now,
    )


@transaction.atomic
def ask_signature(
    *,
    submission: Submission,
    signer: User,
    label: str,
    url: str,
    case: Case | None,
    by: User,
    now: datetime,
) -> Signature | None:
    """Ask the person whom the work is about to sign what was handed in, where its tool asks for that.

    None where it does not, and where whoever handed it in would sign their own work. ``label`` and ``url``
    are how the work is named and where it is read.
    """
    asked = submission.answer_set.tool_version.definition.signed_by_worker
    if asked is None or signer.pk == by.pk or not is_asked(asked, submission.answers):
        return None
    signature = Signature(
        submission=submission,
        question_key=asked.key,
        signer=signer,
        label=label[:200],
        url=url,
        case=case,
        asked_at=now,
    )
    return history.create(signature, by=by, now=now, reason="Asked to sign")


@transaction.atomic
def sign(*, signature: Signature, comment: str, by: User, now: datetime) -> Signature:
    """The person whom the work is about has read it and signs it. Nothing waits for that.

    Raises Refused for anybody else, for what was signed before, and for what was opened again since.
    """
    if by.pk != signature.signer_id:
        raise Refused("Only the person this is about can sign it.")
    if signature.signed_at is not None:
        raise Refused("You have signed this already.")
    if not Signature.objects.waiting().filter(pk=signature.pk).exists():
        raise Refused("This has been opened again, so there is nothing to sign yet. You get a notice.")
    return history.change(
        signature,
        by=by,
        now=now,
        reason="Signed",
        only_if={
            "signed_at__isnull": True,
            "submission__answer_set__is_locked": True,
            "submission__answer_set__revision": signature.submission.revision,
        },
        signed_at=now,
        comment=comment.strip(),
    )


@transaction.atomic
def reopen_answers(*, answer_set: AnswerSet, reason: str, by: User | None, now: datetime) -> AnswerSet:
    """Open handed-in answers for the next revision; what was handed in stays as it is.

    Raises SomebodyElseWasFirst when they are open already.
    """
    return history.change(
        answer_set,
        by=by,
        now=now,
        reason=reason,
        only_if={"is_locked": True, "revision": answer_set.revision},
        is_locked=False,
        revision=answer_set.revision + 1,
    )


def find_question(answer_set: AnswerSet, question_key: str) -> Question:
    """The question that an answer belongs to. Raises AnswerInvalid for a key that the tool does not have, and
    for rows that were given and what they are about."""
    name, row = split_row_key(question_key)
    if answer_set.given_rows is not None and (name == ROW_REFERENCE or row > answer_set.given_rows):
        raise AnswerInvalid("The rows of this form were drawn, so none is added or changed.")
    try:
        return answer_set.tool_version.definition.question(question_key)
    except KeyError:
        raise AnswerInvalid(
            f"This form has no question “{question_key[:60]}”. Load the page again."
        ) from None


# Publishing


def tool_version_of(framework_version: FrameworkVersion, tool_key: str) -> ToolVersion:
    """The tool as it stands in the framework version. Raises ToolUnknown."""
    written = framework_version.content["tools"].get(tool_key)
    version = (
        ToolVersion.objects.filter(
            tool__framework=framework_version.framework_id,
            tool__key=tool_key,
            content_hash=hash_of(freeze(written, framework_version.content["framework"])),
        ).first()
        if written
        else None
    )
    if version is None:
        raise ToolUnknown(f"{framework_version} has no tool “{tool_key}” that is installed.")
    return version


def _tool(version: FrameworkVersion, key: str, name: str, *, by: User | None, now: datetime) -> Tool:
    tool = Tool.objects.filter(framework=version.framework_id, key=key).first()
    if tool is None:
        return history.create(
            Tool(framework_id=version.framework_id, key=key, name=name), by=by, now=now, reason="Installed"
        )
    if tool.name != name:
        history.change(tool, by=by, now=now, reason="Renamed by the framework", name=name)
    return tool


def _publish(tool: Tool, content: dict[str, Any], *, by: User | None, now: datetime) -> bool:
    hashed = hash_of(content)
    numbers = dict(tool.versions.values_list("content_hash", "number"))
    if hashed in numbers:
        return False
    version = ToolVersion(
        tool=tool,
        number=max(numbers.values(), default=0) + 1,
        content=content,
        content_hash=hashed,
        published_at=now,
    )
    version.definition  # noqa: B018 - refuses what cannot be built before it is written
    history.create(version, by=by, now=now, reason="Installed")
    return True


# Saving


def _signature(by: User | None, now: datetime) -> dict[str, str]:
    if by is None:
        raise AnswerInvalid("Only a person can sign.")
    return {"id": str(by.pk), "name": by.full_name, "at": now.isoformat()}


def _hold_open(answer_set: AnswerSet) -> None:
    """Let nobody hand in or send back while we write. Raises AnswersLocked."""
    held = AnswerSet.objects.select_for_update(no_key=True).filter(pk=answer_set.pk)
    if held.values_list("is_locked", flat=True).get():
        raise AnswersLocked("These answers were handed in, so they cannot be changed.")


def _only_asked(answer_set: AnswerSet, *, by: User, now: datetime) -> dict[str, Any]:
    """The values that count; answers to questions that are not asked any more are emptied."""
    answers = answers_of(answer_set)
    given = given_values(answer_set, answers)
    asked = asked_values(answer_set.tool_version.definition, given)
    for key in sorted(given.keys() - asked.keys()):
        _update(answer_set, key, "", answers[key].version, by=by, now=now, reason=NOT_ASKED)
    return asked


def _insert(
    answer_set: AnswerSet, question_key: str, value: Any, *, by: User | None, now: datetime
) -> Answer:
    answer = Answer(
        answer_set=answer_set, question_key=question_key, value=value, version=1, saved_by=by, saved_at=now
    )
    return history.create(answer, by=by, now=now, reason=SAVED)


def _update(
    answer_set: AnswerSet,
    question_key: str,
    value: Any,
    version: int,
    *,
    by: User | None,
    now: datetime,
    reason: str = SAVED,
) -> Answer:
    answer = Answer.objects.filter(answer_set=answer_set, question_key=question_key).first()
    if answer is None:
        raise AnswerInvalid("This answer is not there any more. Load the page again.")
    if is_same(value, answer.value) and answer.version >= version:
        return answer
    claimed = Answer.objects.filter(pk=answer.pk, version=version).update(
        value=value, version=version + 1, saved_by=by, saved_at=now
    )
    if not claimed:
        return _settled(answer_set, question_key, value)
    answer.value, answer.version, answer.saved_by, answer.saved_at = value, version + 1, by, now
    history.record(Answer, [answer], by=by, now=now, reason=reason, is_update=True)
    return answer


def _settled(answer_set: AnswerSet, question_key: str, value: Any) -> Answer:
    """Two people saved: if both wrote the same there is nothing to settle, else raise AnswerConflict."""
    answer = Answer.objects.select_related("saved_by").get(answer_set=answer_set, question_key=question_key)
    if not is_same(value, answer.value):
        raise AnswerConflict(mine=value, theirs=answer.value, by=answer.saved_by, version=answer.version)
    return answer
