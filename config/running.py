"""What web and worker ask before they begin; a supervisor has asked before them, but they also run without one."""

from __future__ import annotations


def refusal_to_run() -> str:
    """Why this process must not work on its database; empty when it may, or when the database does not answer yet.

    Django has to be set up.
    """
    from django.db import DatabaseError, connection

    from regulars.kernel.generations import notice_restore
    from regulars.kernel.server_key import OtherKey, require_own_key

    try:
        require_own_key()
        notice_restore()
    except OtherKey as refusal:
        return str(refusal)
    except DatabaseError:
        return (
            ""  # it is away, or its tables are not there yet: both are told by /readyz, and end by themselves
        )
    finally:
        connection.close()
    return ""
