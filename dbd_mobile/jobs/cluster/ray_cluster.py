"""An address in; a connection to a Ray cluster, or a cluster on this machine, out."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from dbd_mobile.errors import ArgumentError, InputError, sentence_of
from dbd_mobile.jobs.cluster.batch_judging import opened_judge
from dbd_mobile.machine import usable_cores
from dbd_mobile.version import __version__

# Records are small, and photos never go through it.
_STORE_BYTES = 100 * 2**20
_CONNECT_S = 5
# For a process to start and open the models.
_READY_S = 120


@contextmanager
def connected(address: str | None, cpus: int | None, *, log: bool) -> Iterator[None]:
    """Be connected to a Ray cluster in the ``with`` block.

    A connection that is there is used and left.

    Args:
        address: "HOST:PORT" of the cluster's head, or "auto" for the one that this machine is a
            node of. None takes the environment variable ``RAY_ADDRESS``, and where that is not set
            starts a cluster of this machine alone, which ends with the block.
        cpus: Of that one; None takes the usable cores.
        log: Let Ray, and its workers, say on the screen what they do.

    Raises:
        ArgumentError: The address is none.
        InputError: There is no cluster, or it runs other versions of Ray or Python.
    """
    if ray.is_initialized():
        yield
        return
    where = address or os.environ.get("RAY_ADDRESS") or "local"
    if where not in ("auto", "local"):
        _check_that_it_answers(where)
    options: dict[str, Any] = {"log_to_driver": log}
    if where == "local":
        options |= {
            "num_cpus": cpus or usable_cores(),
            "object_store_memory": _STORE_BYTES,
            "include_dashboard": False,
        }
    options["logging_level"] = logging.INFO if log else logging.CRITICAL
    # It tells nobody that it was used.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    with _own_end():
        try:
            ray.init(where, **options)
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise InputError(f"No Ray cluster at {where}: {sentence_of(error)}") from None
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def kept_interrupts() -> Iterator[Callable[[], None]]:
    """Give what raises again an interrupt, as of Ctrl-C, that came in the ``with`` block.

    A signal is handled wherever the main thread happens to be. In Ray that may be a destructor or a
    callback, out of which no exception gets, and the work would go on as if nothing had come.
    """
    raised: list[BaseException] = []

    def raise_again() -> None:
        if raised:
            raise raised[0]

    if threading.current_thread() is not threading.main_thread():
        yield raise_again
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def keep(number: int, frame: FrameType | None) -> None:
        handler = handlers[signal.Signals(number)]
        assert callable(handler)
        try:
            handler(number, frame)
        except BaseException as error:
            raised.append(error)
            raise

    kept = [number for number, handler in handlers.items() if callable(handler)]
    for number in kept:
        signal.signal(number, keep)
    try:
        yield raise_again
    finally:
        for number in kept:
            # One that its handler wants to be ignored from then on stays so.
            if signal.getsignal(number) is keep:
                signal.signal(number, handlers[number])


def check_nodes(judge: bytes, judged_by: str) -> None:
    """See that every node opens the same models by the same version.

    Raises:
        InputError: One does not; says which, and why.
    """
    opening = ray.remote(num_cpus=0, max_retries=0)(_opened)
    asked = {
        opening.options(
            scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        ).remote(judge): node["NodeManagerAddress"]
        for node in ray.nodes()
        # A head may be there for its work alone.
        if node["Alive"] and node["Resources"].get("CPU")
    }
    # What is not ready by then is busy.
    answered, _ = ray.wait(list(asked), num_returns=len(asked), timeout=_READY_S)
    for reference in answered:
        try:
            found: tuple[str, str] = ray.get(reference)
        except ray.exceptions.RayTaskError as error:
            raise InputError(
                f"The node {asked[reference]} cannot judge photos; it needs dbd-mobile[ray] "
                f"{__version__} and the models at the same paths: {_cause_of(error)}"
            ) from None
        except ray.exceptions.RayError:
            # It was lost since; others do its work.
            continue
        if found != (__version__, judged_by):
            raise InputError(
                f"The node {asked[reference]} judges by dbd-mobile {found[0]} and {found[1]}; here "
                f"it is {__version__} and {judged_by}: install the same there."
            )


def _opened(judge: bytes) -> tuple[str, str]:
    return __version__, opened_judge(judge).judged_by


def _cause_of(error: Exception) -> str:
    """The last line: those before it are where it happened."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return sentence_of(Exception(lines[-1] if lines else type(error).__name__))


def _check_that_it_answers(address: str) -> None:
    """Ray itself would try for two minutes, and end the process then."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in address:
        raise ArgumentError(f"The address of a Ray cluster is HOST:PORT or auto, got {address!r}.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"No Ray cluster answers at {address}: {sentence_of(error)}") from None


@contextmanager
def _own_end() -> Iterator[None]:
    """Ray takes SIGTERM for itself, and would leave with what is not written yet."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    own = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, own)
