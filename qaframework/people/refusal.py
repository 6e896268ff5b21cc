"""The one way in which a verb says no to a person."""


class Refused(Exception):
    """A verb will not do what was asked. The text says what is wrong and what would be right."""
