"""What a practitioner gets ready: slips in a pack, and how it is told."""

from copy import deepcopy

import pytest

from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts
from tests.factories.packs import shipped


@pytest.fixture
def content():
    return deepcopy(shipped("bracknell"))


def live_audit(content):
    return content["framework"]["activities"][0]


@pytest.mark.clause("BF-03")
def test_the_framework_says_what_is_got_ready_and_by_which_clause(content):
    pack = parse(hash_of(content), content)
    facts = {row["label"]: row["value"] for row in activity_facts(pack, pack.activity("live_audit"))}
    first, *others = facts["Before they meet"].splitlines()
    assert first.startswith("The child's record is up to date")
    assert first.endswith("(BF-03)")
    assert others[-1] == "The chronology and the plan are to hand"


def test_two_things_of_one_key_are_told_apart(content):
    live_audit(content)["preparation"][1]["key"] = "record"
    (mistake,) = mistakes_in(content)
    assert mistake.path == "activities › live_audit › preparation"
    assert mistake.problem == "“record” is there 2 times."


def test_only_an_audit_of_a_case_is_prepared_by_its_practitioner(content):
    work = live_audit(content)
    work["kind"] = "visit"
    told = [one.problem for one in mistakes_in(content)]
    assert "Only for a case audit the practitioner prepares." in told
