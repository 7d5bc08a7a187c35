"""Which hosts the Graph client may talk to.

A media address comes out of somebody else's answer. It may only lead to the public internet over https, or to the
very host that the operator configured (the sandbox on this machine); never into the operator's own network.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


class ForbiddenAddress(ValueError):
    """An address that we must not fetch from."""


def check_address(url: URL, base: URL) -> None:
    """Raise ``ForbiddenAddress`` unless ``url`` may be fetched by a client configured for ``base``."""
    if not url.host:
        raise ForbiddenAddress("A media address must name a host.")
    if url.origin() == base.origin():
        return
    if is_loopback(base.host or ""):
        if url.scheme in ("http", "https"):
            return
        raise ForbiddenAddress(f"A media address must be http or https, not {url.scheme}.")
    if url.scheme != "https":
        raise ForbiddenAddress(f"A media address must be https, not {url.scheme}.")
    literal = _literal(url.host)
    if literal is not None and not is_public(literal):
        raise ForbiddenAddress("A media address must lie on the public internet.")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address lies on the public internet, also the one inside of an IPv6 address that carries IPv4 on.

    Those are mapped and compatible addresses (RFC 4291), 6to4 (RFC 3056) and NAT64 (RFC 6052): a gateway of the
    operator's may lead from them into their own network.
    """
    if not address.is_global or address.is_multicast:
        return False
    inner = _carried(address) if isinstance(address, ipaddress.IPv6Address) else None
    return inner is None or is_public(inner)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


class PublicResolver(AbstractResolver):
    """DNS for everything but the configured host: answers that lead into private networks are refused.

    The check sits in the resolver, because a name can change its answer between a check and the connection.
    """

    def __init__(self, base: URL) -> None:
        self._inner = DefaultResolver()
        self._own_host = base.host
        self._allows_all = is_loopback(base.host or "")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve as usual; raise ``OSError`` when only private addresses are left."""
        found = await self._inner.resolve(host, port, family)
        if self._allows_all or host == self._own_host:
            return found
        public = [entry for entry in found if is_public(ipaddress.ip_address(entry["host"]))]
        if not public:
            raise OSError(None, f"The host {host} has no public address.")
        return public

    async def close(self) -> None:
        """Release the inner resolver."""
        await self._inner.close()


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
