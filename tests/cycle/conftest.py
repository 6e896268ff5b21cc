"""After every verb of the cycle the figures that are kept say what reckoning them now says."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from types import ModuleType
from typing import Any

import pytest
from django.http import QueryDict
from pytest_django.fixtures import Settings

from audits import workflow as audits
from escalation import workflow as escalation
from qaframework.actions import workflow as actions
from qaframework.allocation import board
from qaframework.allocation import workflow as allocation
from qaframework.packs.models import Framework
from qaframework.people.models import User
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date
from reporting.figures.keeping import COUNTED_FROM, KeptFigures
from reporting.figures.scope import Scope
from tests.factories.kept import keeping

ROOMS: tuple[ModuleType, ...] = (actions, allocation, audits, escalation)


@pytest.fixture(autouse=True)
def kept_figures_agree(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping(settings)
    under_way: list[str] = []

    def checked(verb: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(verb)
        def run(*args: Any, **named: Any) -> Any:
            under_way.append(verb.__name__)
            try:
                result = verb(*args, **named)
            finally:
                under_way.pop()
            if not under_way and "now" in named:
                assert_agree(named["now"], monkeypatch)
            return result

        return run

    for room in ROOMS:
        for name, verb in vars(room).items():
            if callable(verb) and not isinstance(verb, type) and not name.startswith("_"):
                monkeypatch.setattr(room, name, checked(verb))


def assert_agree(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    on = local_date(now)
    reader = User.objects.filter(holdings__post__role="qa_manager").first()
    assert reader is not None
    for framework in Framework.objects.all():
        paths = tuple(unit.path for unit in framework.units.all())
        scope = Scope(framework.versions.latest("pk"), Month.of(on), paths, on, reader)
        figures = KeptFigures(scope)
        for reckon in COUNTED_FROM:
            assert figures.of(reckon) == reckon(scope), f"{reckon.__name__} on {on}"
    held = board.board_for(reader, QueryDict(), on).stats
    with monkeypatch.context() as patch:
        patch.setattr(board, "kept", lambda reckon, **_: reckon())
        assert held == board.board_for(reader, QueryDict(), on).stats, f"return board on {on}"
