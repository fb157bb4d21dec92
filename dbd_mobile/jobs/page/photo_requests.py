"""Requests that bring a photo in; what was found in it, or in a sentence why not, out."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from dbd_mobile.errors import ArgumentError, ClosedError, DBDError, ImageError
from dbd_mobile.jobs.page.limits import Limits
from dbd_mobile.jobs.page.sent_photo import SentPhoto, sent_photo

# Seconds after which who was refused may try again.
_RETRY = {"Retry-After": "1"}


class PhotoRequests:
    """Answers requests: photos are decoded side by side in threads, beside the server's loop.

    A request has a place from its start to the end of the work that it asked for; one that is given
    up before its turn comes leaves it at once.

    Args:
        limits: How many places there are, how large a photo may be, how long it may take.
        threads: Photos that are looked at at a time.
    """

    def __init__(self, limits: Limits, *, threads: int) -> None:
        self._limits = limits
        self._places = BoundedSemaphore(limits.parallel)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="dbd-mobile")

    async def answer(
        self, request: Request, look: Callable[[SentPhoto], dict[str, Any]]
    ) -> dict[str, Any]:
        """Read a request's photo, look at it in a thread and give what was found.

        Args:
            request: The request.
            look: What to do with the photo; runs in a thread.

        Raises:
            HTTPException: There is no place (503), the photo did not come in time (408), is not as
                :func:`~dbd_mobile.jobs.page.sent_photo.sent_photo` takes it, cannot be looked at
                (422), or not in time (503).
            ClientDisconnect: Who asked has left.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limits.timeout_s
        with ExitStack() as held:
            if not self._places.acquire(blocking=False):
                raise HTTPException(
                    503,
                    f"{self._limits.parallel} requests are being answered, and no more at a time: "
                    f"try again in a second.",
                    _RETRY,
                )
            held.callback(self._places.release)
            try:
                photo = await asyncio.wait_for(
                    sent_photo(request, max_mb=self._limits.max_mb), self._limits.timeout_s
                )
            except asyncio.TimeoutError:
                raise HTTPException(
                    408, f"The photo did not come within {self._limits.timeout_s} seconds."
                ) from None
            work = self._pool.submit(look, photo)
            # From here on the place is the work's, however long who asked waits for it.
            leave = held.pop_all().close
            work.add_done_callback(lambda _: leave())
        return await self._found(request, work, seconds=until - loop.time())

    async def _found(
        self, request: Request, work: "Future[dict[str, Any]]", *, seconds: float
    ) -> dict[str, Any]:
        found = asyncio.wrap_future(work)
        left = asyncio.ensure_future(_left(request))
        try:
            either: set[asyncio.Future[Any]] = {found, left}
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if found.done():
                return found.result()
            if left.done():
                raise ClientDisconnect
            raise HTTPException(
                503,
                f"The photo was not looked at within {self._limits.timeout_s} seconds: try again.",
                _RETRY,
            )
        except (ArgumentError, ImageError) as error:
            raise HTTPException(422, _sentence(error)) from None
        except ClosedError:
            raise HTTPException(503, "The server is being stopped.", _RETRY) from None
        except DBDError as error:
            raise HTTPException(500, _sentence(error)) from None
        finally:
            # Work that has not begun never will, and leaves its place.
            found.cancel()
            left.cancel()

    def close(self) -> None:
        """Start no more work, and wait for what is being done."""
        self._pool.shutdown(cancel_futures=True)


async def _left(request: Request) -> None:
    """Wait until who asked has left; the body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _sentence(error: DBDError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]
