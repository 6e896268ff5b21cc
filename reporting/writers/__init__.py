"""A report as a file: each writer draws the same document."""

from collections.abc import Callable

from reporting.document import Document
from reporting.writers.pdf import as_pdf
from reporting.writers.word import as_word
from reporting.writers.workbook import as_workbook

WRITERS: dict[str, tuple[str, Callable[[Document], bytes]]] = {
    "pdf": ("application/pdf", as_pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_word),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_workbook),
}
