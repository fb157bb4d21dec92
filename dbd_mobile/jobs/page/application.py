"""A detector in; the ASGI application that answers with the page and what it finds, out."""

import base64
from importlib.resources import files
from typing import Any

import numpy as np
from PIL import Image
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.detector import BlurDetector
from dbd_mobile.facts import detect_facts, judge_facts
from dbd_mobile.jobs.page.gate import refusal
from dbd_mobile.jobs.page.judging import judging_of, refuse_others
from dbd_mobile.jobs.page.openapi import document
from dbd_mobile.jobs.page.photo_requests import PhotoRequests
from dbd_mobile.jobs.page.sent_photo import SentPhoto
from dbd_mobile.result_file import png_of

# Of the page: where each of its files is, which file that is, and its media type.
_PAGE = (
    ("/", "index.html", "text/html"),
    ("/page.css", "page.css", "text/css"),
    ("/page.js", "page.js", "text/javascript"),
    ("/icon.svg", "icon.svg", "image/svg+xml"),
)


def application(detector: BlurDetector, requests: PhotoRequests, *, needs_token: bool) -> Starlette:
    """Make the application.

    Args:
        detector: What looks at the photos.
        requests: What takes them.
        needs_token: Who asks has to show a token, which the document of the API then says.
    """

    async def judge(request: Request) -> Response:
        judging = judging_of(request.query_params)

        def look(photo: SentPhoto) -> dict[str, Any]:
            focus = detector.judge(
                photo.file,
                judging.box_xyxy,
                at_width=judging.at_width,
                strictness=judging.strictness,
            )
            return judge_facts(photo.name, focus, detector, strictness=judging.strictness)

        return JSONResponse(await requests.answer(request, look))

    async def detect(request: Request) -> Response:
        refuse_others(request.query_params, ())

        def look(photo: SentPhoto) -> dict[str, Any]:
            blur_map = detector.detect(photo.file)
            facts = detect_facts(photo.name, blur_map, detector)
            return {**facts, "map_png": base64.b64encode(_picture(blur_map)).decode()}

        return JSONResponse(await requests.answer(request, look))

    async def openapi(request: Request) -> Response:
        return JSONResponse(document(needs_token=needs_token))

    return Starlette(
        routes=[
            *(_file(path, name, media_type) for path, name, media_type in _PAGE),
            Route("/openapi.json", openapi),
            Route("/judge", judge, methods=["POST"]),
            Route("/detect", detect, methods=["POST"]),
        ],
        exception_handlers={
            HTTPException: _refused,
            ClientDisconnect: _nobody_reads,
            Exception: _failed,
        },
    )


def _file(path: str, name: str, media_type: str) -> Route:
    content = (files("dbd_mobile") / "jobs" / "page" / "static" / name).read_bytes()

    async def send(request: Request) -> Response:
        return Response(content, media_type=media_type)

    return Route(path, send)


def _picture(blur_map: BlurMap) -> bytes:
    """The model's own map as a PNG, 255 = blurred."""
    levels = np.rint(np.clip(blur_map.model_probability, 0, 1) * 255)
    return png_of(Image.fromarray(levels.astype(np.uint8)))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = error.detail
    if error.status_code == 404:
        sentence = f"There is no {request.url.path} here: see /openapi.json."
    elif error.status_code == 405:
        sentence = f"{request.url.path} is not asked by {request.method}: see /openapi.json."
    return refusal(error.status_code, sentence, dict(error.headers or {}))


async def _nobody_reads(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


async def _failed(request: Request, error: Exception) -> Response:
    return refusal(500, f"The server has a fault, {type(error).__name__}: please report it.")
