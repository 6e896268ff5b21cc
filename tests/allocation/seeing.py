"""What tests of pages say often: who gets which answer, and what a column of a table shows."""

from collections.abc import Callable
from typing import Any

from tests.factories.authority import Authority

EVERYBODY = (
    "team_manager",
    "senior_manager",
    "head_of_service",
    "qa_officer",
    "practitioner",
    "outsider",
    "admin",
)

Page = Callable[..., Any]


def statuses(northmoor: Authority, page: Page, name: str, *args: Any) -> dict[str, int]:
    return {who: page(getattr(northmoor, who), name, *args).status_code for who in EVERYBODY}


def texts(rows: list[list[Any]], column: int) -> list[Any]:
    cells = [row[column] for row in rows]
    return [cell["text"] if isinstance(cell, dict) else cell for cell in cells]
