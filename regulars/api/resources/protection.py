"""Messages with sensitive words."""

from __future__ import annotations

from msgspec import UNSET

from regulars.api.shapes.jobs import JobShape, build_job
from regulars.api.shapes.protection import ProtectionChanges, ProtectionShape, build_protection
from regulars.kernel.jobs.asking import start_job
from regulars.protection.covering import COVER, CoverArguments
from regulars.protection.operations import Protection, change_protection
from regulars.protection.queries import access_protection
from regulars.workspaces.access import Actor


def get_protection(actor: Actor) -> ProtectionShape:
    """Which words protect a message."""
    return build_protection(access_protection(actor))


def change_words(actor: Actor, body: ProtectionChanges) -> ProtectionShape:
    """For what is said from now on; what is protected stays so."""
    before = access_protection(actor)
    words = {**before.words, **({} if body.words is UNSET else body.words)}
    wanted = Protection(before.is_on if body.is_on is UNSET else body.is_on, words)
    return build_protection(change_protection(wanted, by=actor))


def protect_before(actor: Actor) -> JobShape:
    """Protect what was said before, by the words of now: a job."""
    return build_job(start_job(COVER, CoverArguments(), by=actor))
