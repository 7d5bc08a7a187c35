"""Who: a person's addresses, and that they change."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, dataclass_transform

import msgspec

from regulars.kernel.telling import told

IdentityKind = Literal["phone", "bsuid", "parent_bsuid", "line_user"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Neutral(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every neutral value: immutable, keyword only, equality by content."""


class Identity(msgspec.Struct, frozen=True):
    """One address of a person on a channel."""

    kind: Annotated[IdentityKind, told("What sort of address.", "phone")]
    value: Annotated[str, told("The address; a phone in E.164.", "+12025550101")]


class WrittenPhone(NamedTuple):
    """A number that somebody wrote: canonical, and the digits that they meant, which we write to."""

    phone: str
    address: str


class ContactRef(Neutral):
    """What one update tells about a person; ``identities`` go from the strongest to the weakest.

    Empty ``identities`` means that the update names nobody (value-level errors, some failed statuses).
    """

    identities: tuple[Identity, ...] = ()
    name: str = ""
    username: str = ""
    provider_address: str = ""
    """the phone as the provider wrote it; can differ from the canonical identity"""

    def value_of(self, kind: IdentityKind) -> str | None:
        return next((identity.value for identity in self.identities if identity.kind == kind), None)


class IdentityChange(Neutral):
    """A person's address changed; ``previous`` and ``current`` belong to the same person."""

    reason: Annotated[
        Literal["number_changed", "user_id_changed", "identity_check"],
        told("Why the platform says so.", "number_changed"),
    ]
    previous: Annotated[tuple[Identity, ...], told("Addresses that are over.")] = ()
    current: Annotated[tuple[Identity, ...], told("Addresses from now on.")] = ()
    provider_address: Annotated[str, told("The current phone as the provider wrote it.", "12025550101")] = ""
