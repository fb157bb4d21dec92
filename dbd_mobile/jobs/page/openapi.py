"""The API's description, as OpenAPI 3.1 has it; ``/openapi.json`` gives it."""

import json
from importlib.resources import files
from typing import Any

from dbd_mobile.jobs.page.sent_photo import FIELD
from dbd_mobile.strictness import MAX_WIDTH, Strictness
from dbd_mobile.version import __version__

_REFUSALS = {
    "400": "The query or the form is not as described here, or no photo came.",
    "401": "The token is missing or wrong.",
    "403": "A page of another site asked.",
    "408": "The photo did not come in time.",
    "413": "The photo's file is too large.",
    "415": "The body is of a kind that cannot be a photo.",
    "421": "The server was asked for by a name that is not its own.",
    "422": "The photo cannot be read or is too small or too large, or the box is outside of it.",
    "500": "The server has a fault, or the model failed.",
    "503": "Too many requests are being answered, or this one took too long.",
}


def document(*, needs_token: bool) -> dict[str, Any]:
    """Give the description.

    Args:
        needs_token: Who asks has to show a token.
    """
    components: dict[str, Any] = {
        "schemas": {
            "Verdict": _schema("judge"),
            "Map": _schema("detect"),
            "Error": {
                "type": "object",
                "required": ["error"],
                "additionalProperties": False,
                "properties": {
                    "error": {"description": "What was expected and what came.", "type": "string"}
                },
            },
        }
    }
    if needs_token:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dbd-mobile",
            "version": __version__,
            "description": "Says what in a photo is out of focus. Photos are held in memory "
            "while they are looked at, and kept nowhere.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}] if needs_token else [],
        "paths": {
            "/judge": {
                "post": _operation(
                    "judge",
                    "Say how sharp a photo's subject, or a box of it, is.",
                    "Verdict",
                    [
                        _parameter(
                            "box",
                            "Look at this box: left, top, right and bottom in the photo's pixels, "
                            "cut to the photo. Without it the subject is looked for.",
                            {"type": "string", "examples": ["100,80,300,240"]},
                        ),
                        _parameter(
                            "at_width",
                            "Judge the photo as it is seen so many pixels wide. Without it as "
                            "strictness says.",
                            {"type": "integer", "minimum": 1, "maximum": MAX_WIDTH},
                        ),
                        _parameter(
                            "strictness",
                            "What counts as sharp: seen at 100 % (pixel), 1920 pixels wide (web) "
                            "or 3508 pixels wide (print).",
                            {"enum": list(Strictness.PRESETS), "default": "pixel"},
                        ),
                    ],
                )
            },
            "/detect": {
                "post": _operation("detect", "Find which parts of a photo are blurred.", "Map", [])
            },
        },
        "components": components,
    }


def _operation(
    name: str, summary: str, schema: str, parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    photo = {"description": "The photo's file.", "contentMediaType": "application/octet-stream"}
    form = {
        "type": "object",
        "required": [FIELD],
        "additionalProperties": False,
        "properties": {FIELD: {**photo, "type": "string", "format": "binary"}},
    }
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": photo},
                "image/*": {"schema": photo},
                "multipart/form-data": {"schema": form},
            },
        },
        "responses": {
            "200": _response("What was found.", schema),
            **{status: _response(why, "Error") for status, why in _REFUSALS.items()},
        },
    }


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _response(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _schema(name: str) -> dict[str, Any]:
    """Give a schema of the package's as a part of the document, which is of the same dialect."""
    file = files("dbd_mobile") / "schemas" / f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    del schema["$schema"]
    return schema
