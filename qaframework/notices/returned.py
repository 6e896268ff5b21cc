"""E-mails that came back: reading a mail server's report (RFC 3464) for the notice that it is about."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

from qaframework.notices.email import MESSAGE_ID

PERMANENT = "5"


@dataclass(frozen=True)
class Returned:
    """``reason`` is the mail server's own, such as that there is no such mailbox."""

    notice_id: int
    reason: str


def read_report(content: bytes) -> Returned | None:
    """The notice that a report says could not be delivered; None for a report that it is delayed, and for any
    other message."""
    report = message_from_bytes(content, policy=policy.default)
    if report.get_content_type() != "multipart/report":
        return None
    status = reason = ""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in _blocks(part):
                status = str(block.get("Status", status))
                reason = str(block.get("Diagnostic-Code", reason))
    found = MESSAGE_ID.search(_returned_headers(report))
    if found is None or not status.startswith(PERMANENT):
        return None
    return Returned(int(found[1]), re.sub(r"^smtp;\s*", "", " ".join(reason.split())) or status)


def _blocks(part: Message) -> Iterable[Message]:
    """The messages within a part."""
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _returned_headers(report: Message) -> str:
    """The headers of the e-mail that came back, which the report carries alone or with the whole e-mail."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            return str(part.get_payload())
        if part.get_content_type() == "message/rfc822":
            return "".join(str(original["Message-ID"]) for original in _blocks(part))
    return ""
