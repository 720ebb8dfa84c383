import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

import pytest

from riskguard.delivery.guard import Guard, Resolver, refusing, resolve, target_of, why_forbidden
from riskguard.domain.errors import ForbiddenAddress


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def _always(*addresses: str) -> Resolver:
    return lambda _host, _port: addresses


def _words(text: str) -> list[str]:
    return text.split()


FORBIDDEN = _words("""
0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1
240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 fc00::1 fd00:ec2::254 fe80::1
fe80::1%2 fec0::1 ff02::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 4000::1 5f00::1
""")


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_that_are_refused(address: str) -> None:
    assert why_forbidden(ip_address(address)) is not None
    with pytest.raises(ForbiddenAddress):
        Guard(resolver=_always(address)).permitted("platform.example", 443)


@pytest.mark.parametrize(
    "address",
    _words(
        "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.17 "
        "169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.20.0.0 "
        "223.255.255.255 2400:3200::1 2606:4700::1111 2001:4860::8888"
    ),
)
def test_near_misses_that_are_public(address: str) -> None:
    assert why_forbidden(ip_address(address)) is None


def test_the_operator_may_open_a_network_and_nothing_beside_it() -> None:
    guard = Guard(["10.8.0.0/16", "fd12::/16"], resolver=_always("10.8.3.4", "10.9.0.1", "fd12::5", "fd13::5"))
    assert [str(a) for a in guard.permitted("inside.example", 80)] == ["10.8.3.4", "fd12::5"]


def test_of_a_public_and_a_private_address_only_the_public_one_is_connected_to() -> None:
    guard = Guard(resolver=_always("127.0.0.1", "1.1.1.1"))
    assert [str(a) for a in guard.permitted("two.example", 80)] == ["1.1.1.1"]


@pytest.mark.parametrize(
    ("host", "address", "said"),
    [
        pytest.param("in.example", "10.0.0.5", "in.example resolves to 10.0.0.5, which is private", id="name"),
        pytest.param("169.254.169.254", "169.254.169.254", "169.254.169.254 is link-local", id="literal"),
    ],
)
def test_a_refusal_says_what_and_why(host: str, address: str, said: str) -> None:
    with pytest.raises(ForbiddenAddress) as refusal:
        Guard(resolver=_always(address)).permitted(host, 80)
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    "spelling", ["2130706433", "0177.0.0.1", "0x7f000001", "127.1", "localhost", "127.0.0.1", "::1"]
)
def test_other_spellings_of_loopback_are_refused(spelling: str) -> None:
    assert resolve("2130706433", 80) == ["127.0.0.1"], "the system's resolver reads a number as an address"
    with pytest.raises(ForbiddenAddress):
        Guard().connect(spelling, 80, timeout_s=1)


def test_a_name_that_changes_its_answer_gains_nothing(listener: socket.socket) -> None:
    """DNS rebinding: what was checked is what is connected to, so the second answer is never used."""
    answers: list[Sequence[str]] = [["127.0.0.1"], ["169.254.169.254"]]
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers.pop(0)

    guard = Guard(["127.0.0.0/8"], resolver=rebinding)
    with guard.connect("rebind.example", listener.getsockname()[1], timeout_s=5) as opened:
        assert opened.getpeername()[0] == "127.0.0.1"
    assert asked == ["rebind.example"]
    with pytest.raises(ForbiddenAddress):
        guard.connect("rebind.example", 80, timeout_s=5)


def test_an_address_that_does_not_answer_gives_way_to_the_next(listener: socket.socket) -> None:
    """Nobody listens at 127.0.0.2; one deadline covers both."""
    guard = Guard(["127.0.0.0/8"], resolver=_always("127.0.0.2", "127.0.0.1"))
    with guard.connect("two.example", listener.getsockname()[1], timeout_s=5) as opened:
        assert opened.getpeername()[0] == "127.0.0.1"


def test_no_answer_at_all_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        Guard(["127.0.0.0/8"], resolver=_always("127.0.0.1")).connect("gone.example", port, timeout_s=5)


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        pytest.param("https://Forum.Example/Hook?a=1", ("https", "forum.example", 443), "/Hook?a=1", id="https"),
        pytest.param("http://forum.example:8080", ("http", "forum.example", 8080), "/", id="port-and-no-path"),
        pytest.param("http://[2400:3200::1]/x", ("http", "2400:3200::1", 80), "/x", id="ipv6"),
        pytest.param("http://forum.example/hook#part", ("http", "forum.example", 80), "/hook", id="no-fragment"),
    ],
)
def test_a_callback_address_is_taken_apart(url: str, origin: tuple[str, str, int], path: str) -> None:
    assert (target_of(url).origin, target_of(url).path) == (origin, path)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://forum.example/",
        "file:///etc/passwd",
        "gopher://forum.example/",
        "forum.example/hook",
        "http://",
        "",
        "http://name:secret@forum.example/",
        "http://name@forum.example/",
        "http://forum.example:port/",
        "http://[::1/",
        "javascript:alert(1)",
    ],
)
def test_anything_but_plain_http_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        target_of(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/x",
        "http://[::1]/",
        "http://0/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://u:p@a.example/",
    ],
)
def test_what_could_never_be_delivered_to_is_told_before_anything_is_resolved(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        refusing()(url)


def test_names_public_numbers_and_allowed_networks_are_not_refused() -> None:
    for url in ("https://no-such-host.invalid/x", "http://93.184.216.34/", "http://127.0.0.1:8081/x"):
        refusing(("127.0.0.0/8",))(url)
