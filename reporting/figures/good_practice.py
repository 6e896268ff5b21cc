"""Good practice that was put into the library, by function (BF-20, LAN-23)."""

from collections import Counter
from dataclasses import dataclass

from audits.models import GoodPractice
from qaframework.people.models import Unit
from reporting.figures.scope import Scope

ELSEWHERE = "No function"


@dataclass(frozen=True)
class Shared:
    """How many entries a function gave to the library, and what they are called, the newest first."""

    function: str
    titles: tuple[str, ...]


def good_practice_figures(scope: Scope) -> tuple[Shared, ...]:
    """What was published in the period and is still there, the most first. One query, two if there is any."""
    entries = GoodPractice.objects.filter(
        scope.of_units("unit"),
        scope.countable(GoodPractice, "assignment__case"),
        framework=scope.framework_id,
        state=GoodPractice.State.PUBLISHED,
        published_at__range=(scope.first_moment, scope.last_moment),
    )
    rows = list(entries.order_by("-published_at", "-pk").values_list("unit__path", "title"))
    if not rows:
        return ()
    functions = dict(Unit.objects.filter(kind=Unit.Kind.FUNCTION).values_list("path", "name"))
    placed = [(_function(path, functions), title) for path, title in rows]
    counted = Counter(function for function, _ in placed)
    ordered = sorted(counted, key=lambda one: (-counted[one], one))
    return tuple(
        Shared(function, tuple(title for where, title in placed if where == function)) for function in ordered
    )


def _function(path: str, functions: dict[str, str]) -> str:
    return next((name for above, name in functions.items() if path.startswith(above)), ELSEWHERE)
