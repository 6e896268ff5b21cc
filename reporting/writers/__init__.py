"""A report as a file: each writer draws the same document."""

from collections.abc import Callable

from qaframework.people.exports import CONTENT_TYPES
from reporting.document import Document
from reporting.writers.pdf import as_pdf
from reporting.writers.word import as_word
from reporting.writers.workbook import as_workbook

WRITERS: dict[str, tuple[str, Callable[[Document], bytes]]] = {
    "pdf": (CONTENT_TYPES["pdf"], as_pdf),
    "docx": (CONTENT_TYPES["docx"], as_word),
    "xlsx": (CONTENT_TYPES["xlsx"], as_workbook),
}
