"""The same authority, moment and browser as the tests of all activities."""

from tests.activities.conftest import _standing_still, authority, observation, owner, page, send

__all__ = ["_standing_still", "authority", "observation", "owner", "page", "send"]
