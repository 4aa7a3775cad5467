"""The way out: only to public addresses, and to the very one that was looked at.

A server that fetches what somebody names can be made to ask its own network. So a name is resolved once, all of its
addresses are checked, and the connection goes to one of those: a name that points elsewhere a moment later changes
nothing (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore

from knowledge_base.intake.extract import IntakeError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Public IPv6 is this and nothing else …
GLOBAL_IPV6 = IPv6Network("2000::/3")
# … without what stands for other addresses or for none, and what Python holds for global of IPv4 though it is not.
EXCEPT = [
    ip_network(one)
    for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
]


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked: public addresses on the ports of the web, and networks that are allowed by name."""

    allowed: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({80, 443})

    def may(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self.allowed)


def is_public(address: Address) -> bool:
    """Whether an address is anybody's on the internet: no private, shared, local, reserved or multicast one.

    An IPv6 address that only stands for one of IPv4 is none.
    """
    if isinstance(address, IPv6Address) and address not in GLOBAL_IPV6:
        return False
    if any(address in network for network in EXCEPT):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, in the order in which they are to be tried. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Guard(httpcore.AsyncNetworkBackend):
    """Connects for a client, if it may."""

    def __init__(self, reach: Reach, resolve: Resolve = resolved) -> None:
        self._reach = reach
        self._resolve = resolve
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises IntakeError, and httpcore's errors where nobody answers."""
        addresses = await self.checked(host, port)
        for number, address in enumerate(addresses, 1):
            try:
                return await self._backend.connect_tcp(address, port, timeout=timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise IntakeError("unreachable", host)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """There is none to reach this way. Raises IntakeError."""
        raise IntakeError("private", path)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def checked(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host, if all of them may be asked: one that may not is a sign of a trick.

        Raises IntakeError.
        """
        if port not in self._reach.ports:
            raise IntakeError("private", f"port {port}")
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise IntakeError("unreachable", host) from error
        for address in addresses:
            try:
                known = ip_address(address)
            except ValueError as error:
                # An address with a zone (`fe80::1%eth0`) is a local one.
                raise IntakeError("private", address) from error
            if not self._reach.may(known):
                raise IntakeError("private", address)
        return addresses
