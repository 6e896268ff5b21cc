"""Frameworks for tests: an empty one, and the two that come with the product."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import factory
from factory.django import DjangoModelFactory

from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.reading import Content, read_pack
from qaframework.packs.workflow import load_pack
from qaframework.people.models import Unit
from qaframework.tools.workflow import install_tools

LOADED_AT = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)

# What a post of each role owes of each activity in the four quarters, as published.
LANCASHIRE_TIMETABLE = {
    "team_manager": {
        "learning_space": (1, 1, 1, 1),
        "dip_sample": (3, 3, 3, 3),
        "observation": (1, 1, 1, 1),
        "practice_week": (0, 1, 0, 0),
    },
    "senior_manager": {
        "learning_space": (1, 1, 1, 1),
        "dip_sample": (3, 3, 3, 3),
        "observation": (1, 1, 1, 1),
        "practice_week": (0, 1, 0, 0),
    },
    "head_of_service": {
        "learning_space": (1, 1, 1, 1),
        "dip_sample": (3, 3, 3, 3),
        "observation": (0, 1, 0, 1),
        "practice_week": (0, 1, 0, 0),
    },
    "director": {
        "learning_space": (1, 1, 1, 1),
        "dip_sample": (1, 1, 1, 1),
        "observation": (0, 1, 0, 1),
        "practice_week": (0, 0, 0, 0),
    },
}


class FrameworkFactory(DjangoModelFactory):
    """A framework without versions."""

    class Meta:
        model = Framework

    key = factory.Sequence(lambda n: f"empty-{n}")
    name = factory.Sequence(lambda n: f"Framework {n}")


def lancashire(units: Sequence[Unit], now: datetime = LOADED_AT) -> FrameworkVersion:
    """The shipped Lancashire framework, live for the units, with its tools."""
    return loaded(shipped("lancashire"), units, now)


def bracknell(units: Sequence[Unit], now: datetime = LOADED_AT) -> FrameworkVersion:
    """The shipped Bracknell Forest framework, live for the units, with its tools."""
    return loaded(shipped("bracknell"), units, now)


def loaded(content: Content, units: Sequence[Unit], now: datetime = LOADED_AT) -> FrameworkVersion:
    """A framework of one's own, or a changed one, live for the units, with its tools."""
    version = load_pack(content=content, units=units, by=None, now=now)
    install_tools(framework_version=version, by=None, now=now)
    return version


@cache
def shipped(name: str) -> Content:
    """The content of a shipped pack, read once; copy it before changing it."""
    return read_pack(name)


def form_file(key: str, name: str) -> bytes:
    """The file of a form with one question, for a case audit on four grades."""
    return f"""\
key: {key}
name: {name}
purpose: Whether the assessment says what the family needs, and with them.
minutes: 40
grade_scheme: ofsted4
overall: {{graded: true, rule: auditor_judges}}
sections:
  - key: assessment
    title: The assessment
    questions:
      - {{key: heard, text: Was the family heard?, type: yes_partly_no_na, required: true}}
""".encode()
