"""An attached phone and the demo app in; the app's reports of the phone's latency out, over adb."""

import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.bench_report import read_report
from dbd_mobile.errors import InputError

PACKAGE = "org.dbdmobile.demo"
_ACTIVITY = f"{PACKAGE}/.BenchmarkActivity"
_LOG_TAG = "dbd-bench"
_POLL_SECONDS = 1.0
# How long an app may take from its start to a process that can be seen.
_START_SECONDS = 5.0
# Between two models: as the app does between two rows.
_COOL_DEGREES = 1.0
_COOL_SECONDS = 60.0


@dataclass(frozen=True)
class Phone:
    """An attached device, spoken to through the ``adb`` command."""

    adb: str
    serial: str

    def run(self, *arguments: str) -> str:
        """Run an adb command on this device; what it printed.

        Raises:
            InputError: It failed, e.g. as the device was unplugged.
        """
        return _run(self.adb, "-s", self.serial, *arguments)

    def shell(self, *arguments: str) -> str:
        """Run a command of the device, whose shell takes each argument as it is; what it printed.

        Raises:
            InputError: It failed, e.g. as the device was unplugged.
        """
        return self.run("shell", shlex.join(arguments))


def find_phone(serial: str | None) -> Phone:
    """The attached device, or the one with a serial number.

    Raises:
        InputError: There is no adb, no device, more than one, or it does not allow debugging.
    """
    adb = shutil.which("adb")
    if adb is None:
        raise InputError(
            "adb is missing: install Android's platform tools (on Debian: apt-get install adb)."
        )
    lines = [line.split() for line in _run(adb, "devices").splitlines()[1:]]
    states = {parts[0]: parts[1] for parts in lines if len(parts) == 2}
    if serial is not None and serial not in states:
        attached = ", ".join(states) or "none"
        raise InputError(f"There is no Android device {serial}; attached: {attached}.")
    chosen = states if serial is None else {serial: states[serial]}
    if not chosen:
        raise InputError(
            "No Android device is attached: plug a phone in, and allow USB debugging in its "
            "developer options."
        )
    if len(chosen) > 1:
        raise InputError(f"There are several Android devices: choose with --serial {list(chosen)}.")
    ((serial, state),) = chosen.items()
    if state != "device":
        raise InputError(
            f"The Android device {serial} cannot be used, adb calls it {state}: unlock it and "
            "allow this computer to debug it."
        )
    return Phone(adb, serial)


def compile_app(phone: Phone, on_news: Callable[[str], None]) -> str | None:
    """Have Android compile the installed app, which it else does when it likes.

    Args:
        phone: From ``find_phone``.
        on_news: Told a line where it is not compiled in the end.

    Returns:
        What the app is compiled for now, as Android says itself, e.g. "speed"; None where it does
        not say.

    Raises:
        InputError: The device is gone.
    """
    try:
        phone.shell("cmd", "package", "compile", "-m", "speed", "-f", PACKAGE)
    except InputError as error:
        on_news(f"Android did not compile the app: {error}")
    said = re.search(r"\[status=([a-z-]{1,40})\]", phone.shell("dumpsys", "package", PACKAGE))
    compiled = said[1] if said else None
    if compiled != "speed":
        on_news(f"Android has not compiled the app for speed; it says: {compiled or 'nothing'}")
    return compiled


def _battery_c(phone: Phone) -> float | None:
    """The battery's temperature, which every phone tells; None where one does not."""
    said = re.search(r"^\s*temperature: (\d+)", phone.shell("dumpsys", "battery"), re.MULTILINE)
    return int(said[1]) / 10 if said else None


def _cool(phone: Phone, start_c: float | None, on_news: Callable[[str], None]) -> None:
    """Wait until the phone is nearly as cool as it was, a minute at most."""
    end = time.monotonic() + _COOL_SECONDS
    if start_c is not None:
        on_news("cooling")
        while (_battery_c(phone) or start_c) > start_c + _COOL_DEGREES and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)


def measure_phone(
    phone: Phone,
    models: Sequence[str],
    *,
    kernels: str,
    threads: str,
    runs: int,
    minutes: int,
    seed: int,
    compiled: str | None,
    folder: Path,
    timeout_s: float,
    on_news: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Have the installed app measure every model, each in a process of its own.

    Args:
        phone: From ``find_phone``.
        models: Ids that the app has packed.
        kernels: Ids of the app's kernels with commas between them, e.g. ``"xnnpack,cpu"``.
        threads: Numbers of threads with commas between them.
        runs: Timed photos of each row.
        minutes: How long the fastest row on camera frames then goes on without a break; 0 for not
            at all.
        seed: Of the order of the rows.
        compiled: From ``compile_app``.
        folder: An existing folder, where the reports go as ``STAMP.MODEL.json``.
        timeout_s: How long one model may take besides these minutes, in seconds.
        on_news: Told each line that the app logs of its progress.

    Returns:
        The reports, in the schema of ``dbd-mobile bench``.

    Raises:
        InputError: The app refuses, ends or takes too long, or the device is gone.
    """
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    reports: list[dict[str, Any]] = []
    told: set[str] = set()
    start_c = _battery_c(phone)
    for model in models:
        phone.shell("am", "force-stop", PACKAGE)
        if reports:
            _cool(phone, start_c, on_news)
        extras = {
            "name": stamp,
            "models": model,
            "kernels": kernels,
            "threads": threads,
            "runs": str(runs),
            "minutes": str(minutes),
            "seed": str(seed),
            **({} if compiled is None else {"compiled": compiled}),
        }
        arguments = [part for name, text in extras.items() for part in ("--es", name, text)]
        phone.shell("input", "keyevent", "KEYCODE_WAKEUP")
        phone.shell("am", "start", "-n", _ACTIVITY, *arguments)
        remote = _wait(phone, stamp, model, timeout_s + 60 * minutes, told, on_news)
        local = folder / f"{stamp}.{model}.json"
        phone.run("pull", remote, str(local))
        reports.append(_read(local))
    return reports


def _wait(
    phone: Phone,
    stamp: str,
    model: str,
    timeout_s: float,
    told: set[str],
    on_news: Callable[[str], None],
) -> str:
    """Follow the app's log until it is done; the report's path on the device.

    The log is a ring: it loses its oldest lines. Those that were told are added to ``told``.
    """
    start = time.monotonic()
    while time.monotonic() < start + timeout_s:
        log = phone.run("logcat", "-d", "-v", "raw", "-s", _LOG_TAG).splitlines()
        lines = [line.removeprefix(f"{stamp} ") for line in log if line.startswith(f"{stamp} ")]
        for line in lines:
            if line not in told:
                told.add(line)
                on_news(line)
            if line.startswith("failed: "):
                raise InputError(f"The app could not measure: {line.removeprefix('failed: ')}")
            if line.startswith("wrote ") and line.endswith(f".{model}.json"):
                return line.removeprefix("wrote ")
        # Its log comes first: an app that has just ended may have said why.
        is_up = bool(lines) or time.monotonic() > start + _START_SECONDS
        if is_up and not phone.run("shell", f"pidof {PACKAGE}:benchmark || true").strip():
            raise InputError("The app ended without a report; 'adb logcat -b crash' may say why.")
        time.sleep(_POLL_SECONDS)
    raise InputError(
        f"The app did not finish {model} in {timeout_s:.0f} seconds: keep the phone unlocked, "
        "or take fewer --runs."
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_report(path)
    except InputError as error:
        raise InputError(f"{path} is no report: {error}") from None


def _run(adb: str, *arguments: str) -> str:
    try:
        done = subprocess.run([adb, *arguments], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        raise InputError(f"adb {' '.join(arguments)} did not answer in 120 seconds.") from None
    # Some failures of an installation are only printed.
    if done.returncode or "Failure [" in done.stdout:
        said = (done.stderr + done.stdout).strip().splitlines() or ["it said nothing"]
        raise InputError(f"adb failed at {' '.join(arguments)}: {said[-1]}")
    return done.stdout
