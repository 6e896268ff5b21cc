"""The arithmetic of quality assurance: pure Python, no Django, no clock of its own, no database."""
