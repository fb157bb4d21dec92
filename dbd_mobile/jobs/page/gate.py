"""Requests in; those that may be answered on to the application, the others refused.

A page of another site that is open in the same browser must not use the server: it is refused by
the name that it asks for (DNS rebinding) and by what the browser says of where it comes from.
Whoever is not on this machine shows a token.
"""

import hmac
import ipaddress
from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_READING = ("GET", "HEAD")


class Gate:
    """An ASGI application that lets another one answer.

    Args:
        app: The other one.
        names: Names that this machine is asked for by, in small letters; its addresses and
            "localhost" always are.
        token: What everybody has to show who asks for more than the page; None asks for none.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str], token: str | None) -> None:
        self._app = app
        self._names = {"localhost", *names}
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if not self._is_own(host):
            return refusal(421, f"This server is not {host!r}: ask for it by its address.")
        if request.method in _READING:
            return None
        # Browsers say where a request comes from, other programs need not.
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "none")
        is_foreign = origin is not None and origin.partition("://")[2].lower() != host.lower()
        if is_foreign or site not in ("same-origin", "none"):
            return refusal(403, "A page of another site may not use this server.")
        if self._token is not None and not self._is_shown(request, self._token):
            return refusal(
                401,
                "This server needs its token: open the link that it printed, or send the header "
                "'Authorization: Bearer TOKEN'.",
                {"WWW-Authenticate": "Bearer"},
            )
        return None

    def _is_own(self, host: str) -> bool:
        """Say whether a Host header names this machine, whatever the port: it may be forwarded.

        By an address nobody is led astray, only by a name.
        """
        name = host.lower()
        if not name.endswith("]"):
            name, _, _ = name.rpartition(":") if ":" in name else (name, "", "")
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return name in self._names
        return True

    def _is_shown(self, request: Request, token: str) -> bool:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        # In constant time, whatever is shown.
        is_token = hmac.compare_digest(shown.strip().encode(), token.encode())
        return is_token and scheme.lower() == "bearer"


def refusal(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """Say in a sentence of JSON why a request is not answered."""
    return JSONResponse({"error": sentence}, status, headers)
