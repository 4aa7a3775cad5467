"""The way out leads only to public addresses, and to the very one that was looked at."""

import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.intake.extract import IntakeError
from knowledge_base.intake.outside import Guard, Reach, is_public

INNER = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4"),
    *("240.0.0.0/4", "192.88.99.0/24"),
    *("::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16"),
    *("3fff::/20", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "::ffff:0:0/96"),
]


@given(st.sampled_from(INNER).flatmap(lambda network: st.ip_addresses(network=network)))
def test_no_address_of_a_network_that_is_not_public_is(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_no_ipv6_address_that_stands_for_one_of_ipv4_is_public(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    for address in (number, 0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert not is_public(ipaddress.IPv6Address(address))


@given(st.ip_addresses())
def test_what_is_public_is_nothing_else(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(address):
        others = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert not any(getattr(address, f"is_{other}") for other in others)
        assert address.is_global


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::200e"])
def test_what_anybody_can_ask_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def answering(*addresses: str) -> Guard:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return Guard(Reach(), resolve)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0", "localhost", "::1", "::ffff:10.0.0.1"]
)
async def test_this_machine_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises(IntakeError, match="private"):
        await Guard(Reach()).checked(host, 80)


async def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    assert await answering("1.1.1.1", "1.0.0.1").checked("example.org", 443) == ("1.1.1.1", "1.0.0.1")
    for inner in ("10.0.0.1", "fd00::1", "fe80::1%eth0", "not an address"):
        with pytest.raises(IntakeError, match="private"):
            await answering("1.1.1.1", inner).checked("example.org", 443)


@pytest.mark.parametrize("port", [22, 25, 8080, 5432])
async def test_only_the_ports_of_the_web_are_asked(port: int) -> None:
    with pytest.raises(IntakeError, match="port"):
        await answering("1.1.1.1").checked("example.org", port)


async def test_a_name_that_there_is_not_is_told() -> None:
    with pytest.raises(IntakeError, match="unreachable"):
        await Guard(Reach()).checked("there-is-none.invalid", 80)


async def test_no_socket_of_this_machine_is_opened() -> None:
    with pytest.raises(IntakeError, match="private"):
        await Guard(Reach()).connect_unix_socket("/run/docker.sock")
