"""The one error of this room: a start that must not go on, told in words a person can act on."""


class StartRefused(Exception):
    """The product cannot start or go on; the message says what is wrong and what would be right."""
