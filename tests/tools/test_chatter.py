"""What is kept off stderr while a library loads, and what is not."""

import os
import sys

import pytest

from evaluation.chatter import without_chatter


def test_info_written_past_python_is_kept_off_and_the_rest_is_shown(capfd):
    with without_chatter():
        os.write(2, b"INFO: a delegate\nERROR: [/red] no room\nINFO: another\n")
        assert capfd.readouterr().err == ""
    assert capfd.readouterr().err == "ERROR: [/red] no room\n"
    os.write(2, b"INFO: later\n")
    assert capfd.readouterr().err == "INFO: later\n"


def test_the_rest_is_shown_byte_for_byte_as_a_progress_bar_needs_it(capfd):
    with without_chatter():
        os.write(2, b"\r\x1b[2K 1/2\rINFO 3\nINFO: a delegate\n\r\x1b[2K 2/2")
    assert capfd.readouterr().err == "\r\x1b[2K 1/2\rINFO 3\n\r\x1b[2K 2/2"


def test_what_was_written_before_an_error_is_shown(capfd):
    with pytest.raises(KeyError), without_chatter():
        os.write(2, b"INFO: a delegate\nERROR: \xff\n")
        raise KeyError
    assert capfd.readouterr().err == "ERROR: \ufffd\n"


def test_process_without_stderr_is_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with without_chatter():
        reached = True
    assert reached
