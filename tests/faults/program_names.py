"""How a stage asks a sweep to wait in its middle: by a file that the sweep renames."""

HOLD, HELD = "hold", "held"
