"""A clock that several processes share: it runs faster than ours, and can be set and stopped."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class StageClock:
    """``speed`` is how many of its seconds pass in one of ours; 0 is a clock that stands."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock.json"

    def set(self, moment: datetime, speed: float = 0.0) -> None:
        """From now on it shows ``moment`` (aware) and goes on from there."""
        setting = {"moment": moment.isoformat(), "real": time.time(), "speed": speed}
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(setting))
        new.rename(self.file)

    def now(self) -> datetime:
        """The moment it shows, as UTC."""
        setting = json.loads(self.file.read_text())
        passed = (time.time() - setting["real"]) * setting["speed"]
        return datetime.fromisoformat(setting["moment"]).astimezone(UTC) + timedelta(seconds=passed)
