"""What is trusted, and what is public."""

from __future__ import annotations

import ssl
import time

import httpcore
import httpx
import pytest

from tests.vectorstore.fetch.network import Network
from tests.vectorstore.fetch.web_server import WebServer
from vectorstore.errors import UnreadableFile
from vectorstore.fetch import guard


@pytest.mark.parametrize(
    ("typed", "host", "port", "trusted"),
    [
        ("http://10.0.0.1/", "10.0.0.1", 443, True),
        ("http://10.0.0.1:8080/", "10.0.0.1", 8_080, True),
        ("http://10.0.0.1:8080/", "10.0.0.1", 443, False),
        ("https://10.0.0.1/", "10.0.0.1", 80, False),
        ("http://10.0.0.1/", "10.0.0.1", 22, False),
        ("http://10.0.0.1/", "10.0.0.2", 80, False),
    ],
)
def test_what_is_trusted_with_the_typed_host(
    typed: str, host: str, port: int, trusted: bool, network: Network
) -> None:
    backend = guard.Guard(httpx.URL(typed), guard.Deadline(time.monotonic() + 5))
    with pytest.raises(httpcore.ConnectError if trusted else UnreadableFile):
        backend.connect_tcp(host, port)
    assert bool(network.connected) is trusted


def test_a_connection_is_closed_when_no_time_is_left_to_encrypt_it(server: WebServer) -> None:
    deadline = guard.Deadline(time.monotonic() + 0.1)
    stream = guard.Guard(httpx.URL(server.url()), deadline).connect_tcp("127.0.0.1", server.port)
    time.sleep(0.12)
    with pytest.raises(httpcore.ReadTimeout):
        stream.start_tls(ssl.create_default_context())
    assert stream.get_extra_info("socket").fileno() == -1


def test_no_socket_of_the_file_system() -> None:
    backend = guard.Guard(httpx.URL("http://a/"), guard.Deadline(time.monotonic() + 5))
    with pytest.raises(httpcore.ConnectError):
        backend.connect_unix_socket("/var/run/docker.sock")


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34", "8.8.8.8", "1.1.1.1", "202.205.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1",
        "100.128.0.1",
        "2400:3200::1", "240e::1", "2408:8000::1", "2606:4700::1111", "2001:4860:4860::8888",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_a_public_address(address: str) -> None:
    assert guard.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "::", "::1", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1",
        "2001:db8::1",
        "100::1", "4000::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::ffff:100.64.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::224.0.0.1", "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:101::1", "2002:e000:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_no_public_address(address: str) -> None:
    assert not guard.is_public(address)
