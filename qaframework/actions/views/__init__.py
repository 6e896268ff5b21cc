"""The pages of this room: the tracker, and one action, plan, concern and loop."""
