"""A free port, for tests of rooms that may not know the supervisor."""

from regulars.supervision.net import free_port

__all__ = ["free_port"]
