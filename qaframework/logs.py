"""Log lines: as JSON, one object a line, for councils that collect logs centrally; and without secrets."""

import json
import logging
import re
from datetime import UTC, datetime

CALENDAR_SECRET = re.compile(r"(/calendar/)[^/\s]+(\.ics)")


class WithoutSecrets(logging.Filter):
    """Whoever reads a log could read the dates of a person whose calendar address stands in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if CALENDAR_SECRET.search(message):
            record.msg, record.args = CALENDAR_SECRET.sub(r"\1…\2", message), ()
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
