"""The log of who read whose record."""

from datetime import datetime

from qaframework.people.models import RecordRead, User

LABEL_LENGTH = 120
PURPOSE_LENGTH = 200


def log_read(
    *, reader: User, kind: str, record_id: int, label: str, now: datetime, purpose: str = ""
) -> None:
    """Note that ``reader`` opened a record at ``now`` (aware).

    ``kind`` is one of RecordRead.Kind; ``label`` is the record's reference, never a child's name.
    Every reading is one line: the log never decides which readings matter.
    """
    RecordRead.objects.create(
        reader=reader,
        kind=kind,
        record_id=record_id,
        label=label[:LABEL_LENGTH],
        at=now,
        purpose=purpose[:PURPOSE_LENGTH],
    )
