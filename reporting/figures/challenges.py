"""Alerts and disputes: raised, answered in time, settled at which stage, by theme and function (SAN-27)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from qaframework.actions.models import Challenge, ChallengeAnswer
from qaframework.packs.definition import Pack
from qaframework.people.models import Unit
from qaframework.rules.statistics import Share, share
from reporting.figures.scope import Scope

State = Challenge.State


@dataclass(frozen=True)
class KindOfChallenge:
    """``raised``, ``settled`` and ``withdrawn`` happened in the period; ``running`` is as at today.
    ``settled_at`` has the label of each stage with how many ended there, the earliest first.
    """

    label: str
    raised: int
    settled: int
    withdrawn: int
    running: int
    settled_at: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ChallengeFigures:
    """``in_time`` is of the answers given in the period. One challenge can have several themes.
    ``in_supervision`` is of those raised in the period that supervision follows up; None without such kinds.
    """

    kinds: tuple[KindOfChallenge, ...]
    in_time: Share
    by_theme: tuple[tuple[str, int], ...]
    by_function: tuple[tuple[str, int], ...]
    in_supervision: Share | None

    @property
    def raised(self) -> int:
        return sum(kind.raised for kind in self.kinds)


def challenge_figures(scope: Scope) -> ChallengeFigures | None:
    """In four queries; None where the framework has no alerts and disputes."""
    rules = scope.pack.challenges
    if not rules.kinds:
        return None
    found = Challenge.objects.filter(
        scope.of_units("unit"),
        scope.countable(Challenge, "case"),
        framework_version__framework=scope.framework_id,
    )
    period = (scope.first_moment, scope.last_moment)
    raised = found.filter(raised_at__range=period).exclude(state=State.WITHDRAWN)
    rows = list(raised.values_list("kind", "themes", "unit__path", "supervision_on"))
    answers = ChallengeAnswer.objects.filter(
        challenge__in=found.order_by().values("pk"), answered_at__range=period
    ).aggregate(all=Count("pk"), in_time=Count("pk", filter=Q(answered_at__lte=F("due_at"))))
    followed = [on is not None for kind, _, _, on in rows if _in_supervision(scope.pack, kind)]
    return ChallengeFigures(
        kinds=_kinds(scope, found, Counter(kind for kind, *_ in rows)),
        in_time=share(answers["in_time"], answers["all"]),
        by_theme=_by_theme(scope.pack, (theme for _, themes, *_ in rows for theme in themes)),
        by_function=_by_function([path for _, _, path, _ in rows]),
        in_supervision=share(sum(followed), len(followed)) if followed else None,
    )


def _kinds(scope: Scope, found: QuerySet[Challenge], raised: Counter[str]) -> tuple[KindOfChallenge, ...]:
    """Kinds in the framework's order, by what each challenge has become."""
    closed = Q(closed_at__range=(scope.first_moment, scope.last_moment))
    counted = found.filter(closed | Q(state__in=Challenge.RUNNING_STATES))
    numbers = counted.order_by().values_list("kind", "state", "stage").annotate(number=Count("pk"))
    rows = list(numbers)
    settled: Counter[tuple[str, int]] = Counter()
    states: Counter[tuple[str, str]] = Counter()
    for kind, state, stage, number in rows:
        states[kind, state] += number
        if state == State.SETTLED:
            settled[kind, stage] += number
    return tuple(
        KindOfChallenge(
            label=rules.label,
            raised=raised[key],
            settled=states[key, State.SETTLED],
            withdrawn=states[key, State.WITHDRAWN],
            running=sum(states[key, state] for state in Challenge.RUNNING_STATES),
            settled_at=tuple(
                (stage.label, settled[key, number]) for number, stage in enumerate(rules.stages, 1)
            ),
        )
        for key, rules in scope.pack.challenges.kinds.items()
    )


def _by_theme(pack: Pack, themes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The themes that came up, the most frequent first, else in the framework's order. One that only an older
    version had goes by its key."""
    labels, counted = pack.challenges.themes, Counter(themes)
    in_order = [key for key in labels if key in counted] + sorted(counted.keys() - labels.keys())
    found = sorted(in_order, key=lambda key: -counted[key])
    return tuple((labels.get(key, key), counted[key]) for key in found)


def _by_function(paths: list[str]) -> tuple[tuple[str, int], ...]:
    """Each function of the authority with some, by name; and those of units outside of all."""
    functions = Unit.objects.filter(kind=Unit.Kind.FUNCTION).order_by("name").values_list("name", "path")
    counted = [(name, sum(one.startswith(path) for one in paths)) for name, path in functions]
    elsewhere = len(paths) - sum(number for _, number in counted)
    return tuple((name, number) for name, number in [*counted, ("Other units", elsewhere)] if number)


def _in_supervision(pack: Pack, kind: str) -> bool:
    rules = pack.challenges.kinds.get(kind)
    return rules is not None and rules.in_supervision
