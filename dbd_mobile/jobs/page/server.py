"""A detector, an address and limits in; answers to whoever asks there, until a signal, out."""

import ipaddress
import re
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import quote

import uvicorn

from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.jobs.page.application import application
from dbd_mobile.jobs.page.gate import Gate
from dbd_mobile.jobs.page.limits import Limits
from dbd_mobile.jobs.page.photo_requests import PhotoRequests
from dbd_mobile.machine import usable_cores

# What a header can hold, and nobody can guess.
_TOKEN = re.compile(r"[!-~]{16,}")

# Seconds that photos which are being looked at have left when the server is stopped.
_GRACE_S = 1


def serve(
    detector: BlurDetector,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    limits: Limits | None = None,
    on_ready: Callable[[str], None],
) -> None:
    """Answer requests until SIGINT, SIGTERM or SIGHUP.

    The signal then goes on to whoever handled it before.

    Args:
        detector: What looks at the photos; it stays open.
        host: The address, or a name for it, to listen at: "0.0.0.0" is all of this machine's.
        port: The port; 0 takes one that is free.
        token: What everybody has to show; 16 characters of ASCII or more, without spaces. None
            makes one, but asks for none where only this machine can reach the server.
        limits: How much it takes on; None takes those of :class:`Limits`.
        on_ready: Is called once, with the link to open, when the server can be asked.

    Raises:
        ArgumentError: The port or the token cannot be one.
        InputError: The address is not one of this machine's, or the port is taken.
    """
    if token is not None and not _TOKEN.fullmatch(token):
        raise ArgumentError("A token has 16 characters of ASCII or more, without spaces.")
    with closing(_listener(host, port)) as listener:
        address, port = listener.getsockname()[:2]
        is_loopback = ipaddress.ip_address(address).is_loopback
        if token is None and not is_loopback:
            token = secrets.token_urlsafe(24)
        own_name = socket.gethostname().lower()
        requests = PhotoRequests(limits or Limits(), threads=min(4, usable_cores()))
        app = Gate(
            application(detector, requests, needs_token=token is not None),
            names={host.lower(), own_name, f"{own_name}.local"},
            token=token,
        )
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            # What goes wrong is said to who asked.
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        on_ready(_link(address, port, token))
        with closing(requests):
            _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends by SIGHUP as by the others: an exception in the midst of its loop may get lost."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            number = getattr(signal, "SIGHUP", None)
            is_main = threading.current_thread() is threading.main_thread()
            if number is None or not is_main or signal.getsignal(number) == signal.SIG_IGN:
                yield
                return
            own = signal.signal(number, self.handle_exit)
            try:
                yield
            finally:
                # It is sent again when all are as they were.
                signal.signal(number, own)


def _listener(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ArgumentError(f"A port is from 0 to 65535, got {port}.")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise InputError(f"There is no address {host!r} to listen at.") from None
    try:
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise InputError(
            f"Nobody can listen at {host}, port {port}: {_reason(error)}. Choose another --port, "
            f"or 0 for one that is free."
        ) from None


def _reason(error: OSError) -> str:
    """What the system says, without the address that Python adds."""
    return (error.strerror or str(error)).partition(" (while ")[0].lower()


def _link(address: str, port: int, token: str | None) -> str:
    """Give the link to the page: what follows the # stays in the browser."""
    if ipaddress.ip_address(address).is_unspecified:
        address = _reached_at(address)
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}/" + ("" if token is None else f"#token={quote(token, safe='')}")


def _reached_at(address: str) -> str:
    """Give the address that other machines reach this one at, or else its name."""
    is_6 = ":" in address
    family = socket.AF_INET6 if is_6 else socket.AF_INET
    # To connect a datagram's socket sends nothing: it chooses the way out. The addresses are those
    # of documents, which nobody has.
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as out:
        out.connect(("2001:db8::1" if is_6 else "192.0.2.1", 9))
        return str(out.getsockname()[0])
    return socket.gethostname()
