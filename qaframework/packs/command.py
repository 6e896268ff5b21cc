"""Which frameworks an operator's command is about."""

from django.core.management.base import CommandError

from qaframework.packs.models import Framework


def live_frameworks(key: str | None) -> list[Framework]:
    """The live framework with this key, or all live ones without a key; refused where there is none."""
    live = Framework.objects.live()
    found = list(live.filter(key=key) if key else live)
    if not found:
        missing = f"There is no live framework with the key “{key}”" if key else "No framework is live"
        raise CommandError(f"{missing}. {known_frameworks()}")
    return found


def known_frameworks() -> str:
    keys = ", ".join(Framework.objects.live().values_list("key", flat=True))
    return f"Live frameworks: {keys or 'none; load a pack first'}."
