"""What the views hand to the component that shows a table."""

from typing import Any


def columns(*labels: str, numeric: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The columns of a table; those with numbers are set to the right."""
    return [{"label": label, "numeric": label in numeric} for label in labels]
