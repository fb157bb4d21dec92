"""``dbd-mobile serve``: what it answers, whom it refuses, and how it ends."""

import base64
import io
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from dbd_mobile import __version__
from dbd_mobile.cli import main

DATA = Path(__file__).parent / "data"
MODELS = ("--model", DATA / "tiny_int8.tflite", "--detail", DATA / "tiny_detail.tflite")
JPEG = {"content_type": "image/jpeg"}
TOKEN = "a-token-of-the-tests"


@pytest.fixture(scope="module")
def server(start_serving):
    return start_serving(*MODELS, "--threads", 1, "--max-mb", 2)


@pytest.fixture(scope="module")
def guarded(start_serving):
    return start_serving(*MODELS, "--threads", 1, DBD_MOBILE_TOKEN=TOKEN)


@pytest.fixture
def photo(save_told):
    """The bytes of a photo of 640x480 that tells a radius of 2 pixels."""
    return save_told("photo.png", 2.0).read_bytes()


def form(content, *, field="photo", name="my.png", end="--"):
    """A multipart body and its headers."""
    file = f'; filename="{name}"' if name else ""
    head = f'--xyz\r\nContent-Disposition: form-data; name="{field}"{file}\r\n\r\n'
    body = head.encode() + content + f"\r\n--xyz{end}\r\n".encode()
    return body, {"content_type": "multipart/form-data; boundary=xyz"}


def schema(name):
    path = files("dbd_mobile") / "schemas" / f"{name}.schema.json"
    return Draft202012Validator(json.loads(path.read_text("utf-8")))


def judged(server, body, query="", **headers):
    status, _, content = server.ask("POST", f"/judge{query}", body, **headers)
    assert status == 200, content
    return json.loads(content)


def test_verdict_is_that_of_the_detector(server, photo, told_detector):
    answer = judged(server, photo, "?box=100,100,400,300&strictness=web&at_width=640", **JPEG)
    schema("judge").validate(answer)
    focus = told_detector.judge(photo, (100, 100, 400, 300), strictness="web", at_width=640)
    expected = {key: value for key, value in focus.to_dict().items() if key != "timings_ms"}
    assert answer.items() >= expected.items()
    assert (answer["photo"], answer["verdict"]) == (None, "soft")
    assert answer["strictness"]["name"] == "web"


def test_photo_may_be_the_field_of_a_form(server, photo):
    body, headers = form(photo, name="my Ünïcode.png")
    answer = judged(server, body, **headers)
    assert answer["photo"] == "my Ünïcode.png"
    assert answer["found_subject"]
    without = judged(server, photo, content_type="")
    assert {**answer, "photo": None, "timings_ms": 0} == {**without, "timings_ms": 0}


def test_form_may_come_in_any_pieces(server, photo):
    body, headers = form(photo)
    whole = judged(server, body, **headers)
    for size in (1, 7, 1000):
        head, tail = body[:300], body[300:]
        pieces = [head[i : i + size] for i in range(0, len(head), size)] + [tail[:-20]]
        pieces += [tail[-20:][i : i + size] for i in range(0, 20, size)]
        assert judged(server, iter(pieces), **headers)["reason"] == whole["reason"]


def test_map_is_that_of_the_detector(server, told, told_detector):
    pixels = told.flat(320, 240)
    pixels[:, 160:] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    status, _, content = server.ask("POST", "/detect", file.getvalue(), **JPEG)
    assert status == 200
    answer = json.loads(content)
    schema("detect").validate(answer)
    blur_map = told_detector.detect(pixels)
    assert answer["blurred_fraction"] == blur_map.blurred_fraction
    with Image.open(io.BytesIO(base64.b64decode(answer["map_png"]))) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        difference = np.asarray(image) / 255 - blur_map.model_probability
    assert np.abs(difference).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js", "/icon.svg", "/openapi.json"])
def test_page_runs_nothing_but_its_own_files(server, path):
    status, headers, content = server.ask("GET", path)
    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    if path == "/":
        page = content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|https?://", page)


def test_document_names_the_version_and_holds_the_schemas(server):
    document = json.loads(server.ask("GET", "/openapi.json")[2])
    assert (document["openapi"], document["info"]["version"]) == ("3.1.0", __version__)
    verdict = document["components"]["schemas"]["Verdict"]
    assert verdict.items() <= schema("judge").schema.items()
    assert "securitySchemes" not in document["components"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?box=1,2,3", "A box is four numbers L,T,R,B, got '1,2,3'."),
        ("?box=9,0,1,5", "A box has its left under its right"),
        ("?box=0,0,nan,5", "A box has its left under its right"),
        ("?at_width=0", "at_width is from 1 to 1000000 pixels, got 0."),
        ("?at_width=1e3", "at_width is a whole number from 1 to 1000000, got '1e3'."),
        (f"?at_width={'9' * 5000}", "at_width is a whole number"),
        ("?strictness=poster", "strictness is one of 'web', 'print', 'pixel'"),
        ("?at_widht=9", "The query may have box, at_width, strictness, got 'at_widht'."),
        ("?at_width=9&at_width=9", "The query has 'at_width' more than once."),
    ],
)
def test_wrong_query_is_refused_in_a_sentence(server, photo, query, said):
    status, sentence = server.refusal("POST", f"/judge{query}", photo, **JPEG)
    assert status == 400
    assert sentence.startswith(said)


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b"", "image/png", 400, "No photo came: the body is empty."),
        (b"x", "text/plain", 415, "Send the photo as the body with Content-Type image/jpeg"),
        (b"x", "multipart/form-data", 400, "A multipart form says its boundary"),
        (b"x", f"multipart/form-data; boundary={'x' * 300}", 400, "The body is no multipart form"),
        (b"x", "multipart/form-data; boundary=xyz", 400, "The body is no multipart form"),
        (form(b"x", end="")[0], "multipart/form-data; boundary=xyz", 400, "The body is no multi"),
        (form(b"x", field="box")[0], "multipart/form-data; boundary=xyz", 400, "A form has one f"),
        (form(b"")[0], "multipart/form-data; boundary=xyz", 400, "No photo came: the form has no"),
        (b"x" * 100, "image/png", 422, "The file is not a photo of a kind that is read: JPEG"),
    ],
)
def test_what_is_no_photo_is_refused_in_a_sentence(server, body, kind, status, said):
    got, sentence = server.refusal("POST", "/judge", body, content_type=kind)
    assert got == status
    assert sentence.startswith(said)


def test_second_field_is_refused(server, photo):
    once, headers = form(photo, end="")
    again = form(photo)[0].removeprefix(b"--xyz\r\n")
    status, sentence = server.refusal("POST", "/judge", once + again, **headers)
    assert (status, sentence[:40]) == (400, "A form has one field, 'photo', got 'phot")


def test_photo_that_cannot_be_judged_is_refused_in_a_sentence(server, photo):
    status, sentence = server.refusal("POST", "/judge?box=700,0,800,90", photo, **JPEG)
    assert status == 422
    assert "640x480" in sentence
    status, sentence = server.refusal("POST", "/judge", photo[: len(photo) // 2], **JPEG)
    assert status == 422
    assert sentence.startswith("The file cannot be read as a photo: ")
    file = io.BytesIO()
    Image.new("RGB", (63, 90)).save(file, "PNG")
    status, sentence = server.refusal("POST", "/judge", file.getvalue(), **JPEG)
    assert (status, sentence[-10:]) == (422, "got 63x90.")


@pytest.mark.parametrize("path", ["/judge", "/detect"])
@pytest.mark.parametrize("is_announced", [True, False])
def test_photo_that_is_too_large_is_refused(server, path, is_announced):
    body = bytes(2_000_001)
    chunks = body if is_announced else iter([body[:1_000_000], body[1_000_000:]])
    status, sentence = server.refusal("POST", path, chunks, **JPEG)
    assert (status, sentence) == (413, "A photo's file has 2 MB at most here: raise --max-mb.")
    # It goes on.
    assert server.ask("GET", "/")[0] == 200


def test_other_paths_and_methods_are_refused(server):
    assert server.refusal("GET", "/none")[0] == 404
    status, headers, _ = server.ask("PUT", "/judge")
    assert (status, headers["allow"]) == (405, "POST")
    assert server.ask("HEAD", "/")[0] == 200
    assert server.refusal("POST", "/detect?box=0,0,9,9", b"x", **JPEG)[0] == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", ""]
)
def test_name_that_is_not_the_servers_own_is_refused(server, photo, method, host):
    assert server.refusal(method, "/", host=host)[0] == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9", "LOCALHOST", "[::1]:80", "192.0.2.7"])
def test_own_name_and_addresses_are_taken_at_any_port(server, host):
    assert server.ask("GET", "/", host=host)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_page_of_another_site_is_refused(server, photo, headers):
    status, sentence = server.refusal("POST", "/judge", photo, **JPEG, **headers)
    assert (status, sentence) == (403, "A page of another site may not use this server.")


def test_own_page_is_answered(server, photo):
    host, port = server.address
    own = {"origin": f"http://{host}:{port}", "sec_fetch_site": "same-origin"}
    assert judged(server, photo, **JPEG, **own)["verdict"] == "soft"


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer wrong-wrong-wrong", f"Basic {TOKEN}", "Bearer \xe9\xe9"]
)
def test_without_the_token_nobody_is_answered(guarded, photo, shown):
    headers = JPEG if shown is None else {**JPEG, "authorization": shown}
    status, sentence = guarded.refusal("POST", "/judge", photo, **headers)
    assert status == 401
    assert sentence.startswith("This server needs its token: open the link that it printed")


def test_token_is_in_the_link_and_opens(guarded, photo):
    assert guarded.link.endswith(f"/#token={TOKEN}")
    assert judged(guarded, photo, **JPEG, authorization=f"Bearer {TOKEN}")["verdict"] == "soft"
    document = json.loads(guarded.ask("GET", "/openapi.json")[2])
    assert document["security"] == [{"token": []}]


def test_other_machines_need_a_token_that_is_made(start_serving, photo):
    open_to_all = start_serving(*MODELS, "--host", "0.0.0.0")
    address, _, token = open_to_all.link.partition("#token=")
    assert len(token) >= 32
    port = int(address.rsplit(":", 1)[1].strip("/"))
    reached = type(open_to_all)(open_to_all.process, f"http://127.0.0.1:{port}/")
    assert reached.refusal("POST", "/judge", photo, **JPEG)[0] == 401
    assert judged(reached, photo, **JPEG, authorization=f"Bearer {token}")["verdict"] == "soft"


def test_nothing_is_written_to_disk(start_serving, told):
    # 3 MB: what frameworks hold in temporary files. There is no folder for one.
    before = "import tempfile; tempfile.tempdir = '/no/such/folder'"
    server = start_serving(*MODELS, before=before)
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (1000, 1000, 3), np.uint8)).save(
        file, "PNG"
    )
    body, headers = form(file.getvalue())
    assert len(body) > 3_000_000
    assert judged(server, body, **headers)["size_wh"] == [1000, 1000]


def half_sent(server, body):
    """A connection whose photo comes to half."""
    connection = socket.create_connection(server.address)
    head = f"POST /judge HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(f"{head}Content-Type: image/png\r\n\r\n".encode() + body[: len(body) // 2])
    return connection


def test_more_requests_than_places_are_refused_until_one_leaves(start_serving, photo):
    server = start_serving(*MODELS, "--parallel", 1)
    with half_sent(server, photo):
        until = time.monotonic() + 30
        status = 200
        while status == 200 and time.monotonic() < until:
            status, headers, content = server.ask("POST", "/judge", photo, **JPEG)
        assert (status, headers["retry-after"]) == (503, "1")
        assert "try again in a second" in json.loads(content)["error"]
        # The page itself takes no place.
        assert server.ask("GET", "/")[0] == 200
    while status == 503 and time.monotonic() < until:
        status, _, _ = server.ask("POST", "/judge", photo, **JPEG)
    assert status == 200


def test_photo_that_does_not_come_in_time_is_given_up(start_serving, photo):
    server = start_serving(*MODELS, "--timeout", 1)
    with half_sent(server, photo) as connection:
        answer = HTTPResponse(connection)
        answer.begin()
        assert answer.status == 408
        assert b"The photo did not come within 1 seconds." in answer.read()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_signal_ends_it_at_once_whoever_is_still_sending(start_serving, photo, name, status):
    # A background job ignores SIGINT and SIGHUP, and what it starts does so too.
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)"
    )
    server = start_serving(*MODELS, before=heeding)
    with half_sent(server, photo):
        assert judged(server, photo, **JPEG)["verdict"] == "soft"
        server.process.send_signal(getattr(signal, name))
        # Long enough for a machine that is busy; a minute is what the photo would have.
        _, said = server.process.communicate(timeout=50)
    assert server.process.returncode == status
    assert said.splitlines()[1:] == ["dbd-mobile: interrupted."]


def test_port_that_is_taken_is_said_in_a_sentence(server, capsys):
    port = server.address[1]
    assert main(["serve", "--port", str(port), *map(str, MODELS)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"dbd-mobile: Nobody can listen at 127.0.0.1, port {port}: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--port", "65536"), "A port is from 0 to 65535, got 65536."),
        (("--host", "no such host"), "There is no address 'no such host' to listen at."),
        (("--host", "192.0.2.1"), "Nobody can listen at 192.0.2.1, port 8765: "),
        (("--token", "short"), "A token has 16 characters of ASCII or more, without spaces."),
        (("--token", "sixteen letters  "), "A token has 16 characters"),
    ],
)
def test_wrong_arguments_are_said_in_a_sentence(capsys, arguments, said):
    assert main(["serve", *arguments, *map(str, MODELS)]) == 2
    assert capsys.readouterr().err.startswith(f"dbd-mobile: {said}")


def test_missing_package_is_said_with_the_line_that_installs_it():
    code = (
        "import sys; sys.modules['uvicorn'] = None; from dbd_mobile.cli import main; "
        "sys.exit(main(['serve']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        'dbd-mobile: The page needs the package uvicorn: `pip install "dbd-mobile[serve]"` '
        "installs it.\n"
    )


def test_many_clients_are_answered_side_by_side(server, photo):
    """Eight for a moment; every answer is the same, and nobody is refused."""
    until = time.monotonic() + 3
    lock, answers = threading.Lock(), []

    def ask_on(number):
        body, headers = form(photo, name=f"{number}.png")
        while time.monotonic() < until:
            answer = judged(server, body, "?box=100,100,400,300", **headers)
            assert answer["photo"] == f"{number}.png"
            with lock:
                answers.append((answer["verdict"], answer["blur_radius_px"]))

    with ThreadPoolExecutor(8) as clients:
        list(clients.map(ask_on, range(8)))
    assert len(answers) >= 8
    assert len(set(answers)) == 1
