"""Alerts and disputes in plain words, for the page of a framework."""

from qaframework.packs.definition import ChallengeKind, Pack
from qaframework.packs.wording import Fact, recipients


def challenge_facts(pack: Pack, kind: ChallengeKind) -> list[Fact]:
    """Who raises one, who answers at each stage and how soon, and what follows; as rows of a summary list."""
    urgent = kind.stage(kind.urgent_stage).label if kind.urgent_stage > 1 else ""
    becomes = pack.challenges.kinds.get(kind.becomes)
    rows = [
        ("Raised by", recipients(pack, kind.raised_by)),
        *((f"Stage {number}", _stage(pack, kind, number)) for number in range(1, len(kind.stages) + 1)),
        (
            "When a child may not be safe",
            f"It may begin with stage {kind.urgent_stage}: {urgent}" if urgent else "",
        ),
        ("When it is serious", f"It becomes: {becomes.label}" if becomes else ""),
        ("After an answer", f"Whoever raised it says within {kind.settle_within} whether that settles it"),
        (
            "In supervision",
            "It is followed up in the practitioner’s supervision" if kind.in_supervision else "",
        ),
        ("Note", kind.note),
        ("Clauses", ", ".join(kind.clauses)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _stage(pack: Pack, kind: ChallengeKind, number: int) -> str:
    stage = kind.stage(number)
    return f"{stage.label}. Answered by: {pack.role_label(stage.answered_by)}, within {stage.within}"
