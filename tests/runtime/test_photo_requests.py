"""The places of the server's requests: who takes one, and when it is free again."""

import asyncio
import threading

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from dbd_mobile import ClosedError, ImageError, ModelError
from dbd_mobile.jobs.page.limits import Limits
from dbd_mobile.jobs.page.photo_requests import PhotoRequests


class Asking:
    """A request with a photo of one byte, whose sender can leave."""

    def __init__(self):
        self.has_left = asyncio.Event()
        self._is_sent = False
        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        self.request = Request(scope, self._receive)

    async def _receive(self):
        if not self._is_sent:
            self._is_sent = True
            return {"type": "http.request", "body": b"x", "more_body": False}
        await self.has_left.wait()
        return {"type": "http.disconnect"}


@pytest.fixture
def work():
    """What takes until it is released, and counts how often it was begun."""

    class Work:
        begun, released = threading.Semaphore(0), threading.Event()
        count = 0

        def __call__(self, photo):
            self.count += 1
            self.begun.release()
            assert self.released.wait(60)
            return {"photo": photo.file.getvalue().decode()}

    return Work()


def run(scenario, **limits):
    requests = PhotoRequests(Limits(**limits), threads=1)
    try:
        asyncio.run(scenario(requests))
    finally:
        requests.close()


async def refused(asked):
    with pytest.raises(HTTPException) as refusal:
        await asked
    return refusal.value.status_code, refusal.value.detail


def test_who_leaves_while_waiting_frees_the_place_at_once(work):
    async def scenario(requests):
        first = asyncio.ensure_future(requests.answer(Asking().request, work))
        await asyncio.to_thread(work.begun.acquire)
        asking = Asking()
        waiting = asyncio.ensure_future(requests.answer(asking.request, work))
        await asyncio.sleep(0.05)
        assert (await refused(requests.answer(Asking().request, work)))[0] == 503
        asking.has_left.set()
        with pytest.raises(ClientDisconnect):
            await waiting
        third = asyncio.ensure_future(requests.answer(Asking().request, work))
        await asyncio.sleep(0.05)
        work.released.set()
        assert await first == await third == {"photo": "x"}
        # What nobody waited for was never begun.
        assert work.count == 2

    run(scenario, parallel=2)


def test_work_that_has_begun_keeps_its_place_to_its_end(work):
    async def scenario(requests):
        asking = Asking()
        left = asyncio.ensure_future(requests.answer(asking.request, work))
        await asyncio.to_thread(work.begun.acquire)
        asking.has_left.set()
        with pytest.raises(ClientDisconnect):
            await left
        assert (await refused(requests.answer(Asking().request, work)))[0] == 503
        work.released.set()
        status = 503
        while status == 503:
            try:
                assert await requests.answer(Asking().request, work) == {"photo": "x"}
                status = 200
            except HTTPException:
                await asyncio.sleep(0.01)

    run(scenario, parallel=1)


def test_work_that_takes_too_long_is_given_up(work):
    async def scenario(requests):
        status, said = await refused(requests.answer(Asking().request, work))
        assert (status, said) == (
            503,
            "The photo was not looked at within 1 seconds: try again.",
        )
        work.released.set()

    run(scenario, timeout_s=1)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ImageError("the file is damaged."), 422),
        (ClosedError("closed."), 503),
        (ModelError("the model is damaged."), 500),
    ],
)
def test_what_fails_is_said_in_a_sentence_and_frees_its_place(error, status):
    def fail(photo):
        raise error

    async def scenario(requests):
        for _ in range(3):
            got, said = await refused(requests.answer(Asking().request, fail))
            assert got == status
            assert said[0].isupper()

    run(scenario, parallel=1)


@pytest.mark.parametrize("name", ["max_mb", "timeout_s", "parallel"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, None])
def test_limits_are_whole_numbers(name, value):
    with pytest.raises(ValueError, match=f"{name} is a whole number from 1, got"):
        Limits(**{name: value})
