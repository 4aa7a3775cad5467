"""A web server on this machine, and a guard that lets a test ask it."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from knowledge_base.intake.outside import Reach

LOOPBACK = ip_network("127.0.0.0/8")


@dataclass
class Page:
    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    # Told in place of a body: what is written piece by piece.
    write: Callable[["Handler"], None] | None = None


class Handler(BaseHTTPRequestHandler):
    pages: Mapping[str, Page]
    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        page = self.pages.get(self.path.split("?")[0], Page(status=404))
        self.send_response(page.status)
        for name, value in {"Content-Type": page.type, **page.headers}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        try:
            (page.write or (lambda to: to.wfile.write(page.body)))(self)
        except OSError:
            # Whoever asked has had enough.
            self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@dataclass
class Website:
    port: int
    asked: list[tuple[str, str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def reach(self) -> Reach:
        """This machine, at this port."""
        return Reach((LOOPBACK,), frozenset({self.port}))


@contextmanager
def website(pages: Mapping[str, Page], certificate: Path | None = None) -> Iterator[Website]:
    handler = type("Handler", (Handler,), {"pages": pages, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake in the thread of the request: who refuses it ends nothing else.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Website(server.server_port, handler.asked)  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def self_signed(folder: Path) -> Path:
    """A certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(written + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def endless(to: Handler) -> None:
    while True:
        to.wfile.write(b"<p>more</p>" * 1000)


def slow(to: Handler) -> None:
    while True:
        to.wfile.write(b" ")
        time.sleep(0.01)


def packed(size: int) -> Page:
    return Page(gzip.compress(b"\0" * size), headers={"Content-Encoding": "gzip"})


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
