"""A sign-off of the person whom the work is about: what of it cannot be is said with what would be right."""

from copy import deepcopy
from typing import Any

import pytest

from qaframework.packs.checking import mistakes_in
from tests.factories.packs import shipped

Content = dict[str, Any]

SIGNATURE = {"key": "seen_by", "text": "Signature", "type": "sign_off", "by": "worker"}


def said_of(*questions: Content, tool: str = "practice_observation") -> list[str]:
    content = deepcopy(shipped("lancashire"))
    written = content["tools"][tool]
    written["sections"][0]["questions"] += questions
    for section in written["sections"]:
        section["questions"] = [one for one in section["questions"] if one["key"] != "worker_signature"]
    return [f"{one.path}: {one.problem} {one.allowed}" for one in mistakes_in(content)]


def test_the_person_it_is_about_may_sign_an_observation():
    assert said_of(SIGNATURE) == []
    assert said_of({**SIGNATURE, "by": "owner", "required": True}) == []


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ([{**SIGNATURE, "type": "yes_no"}], "Only a sign_off is signed."),
        ([{**SIGNATURE, "by": "manager"}], "owner, worker"),
        ([{**SIGNATURE, "required": True}], "the form cannot wait for it"),
        ([SIGNATURE, {**SIGNATURE, "key": "again"}], "The person signs this form already."),
        (
            [
                SIGNATURE,
                {
                    "key": "why",
                    "text": "Why?",
                    "type": "long_text",
                    "shown_if": [{"question": "seen_by", "answered": False}],
                },
            ],
            "waits for a signature that comes after",
        ),
    ],
)
def test_what_cannot_be_is_named(questions, said):
    found = said_of(*questions)
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("dip_sample", "A form with rows is about no one person."),
        ("practice_week_note", "this work is about no one person"),
    ],
)
def test_work_about_nobody_is_signed_by_nobody(tool, said):
    assert any(said in one for one in said_of(SIGNATURE, tool=tool))
