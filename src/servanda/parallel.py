"""Work done piece by piece, in order: by the threads of this machine, or by the processes of a Dask cluster."""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice
from threading import Thread
from typing import Any, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

from servanda._version import __version__
from servanda.errors import ServandaError

Item = TypeVar("Item")
Result = TypeVar("Result")

_GREETING = 65536  # bytes of a scheduler's first words, at most; they have some hundred
PATIENCE = 20.0  # seconds to wait for a cluster to answer, and for its first worker
_AHEAD = 2  # pieces under way for each worker: one at work, one waiting


class NoCluster(ServandaError, RuntimeError):
    """A cluster that cannot be used, with the reason and what to do."""


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster that has answered.

    Attributes
    ----------
    address : str
        As the user gave it.
    client : distributed.Client
    """

    address: str
    client: Any


Where: TypeAlias = str | Cluster | None
Progress: TypeAlias = Callable[[str, float], None]  # told what is being done, and the share done (0 to 1)


def unprotected(where: str) -> str:
    """Say what an address that is not protected trusts; "" for others."""
    if not where.startswith("tcp:"):
        return ""
    return (
        f"{where}: this connection is not protected. Whoever runs this scheduler, can reach it, or can change what is"
        " sent, can run programs in your name. Use it only in a network that you trust, or use tls://"
    )


def part_of(progress: Progress | None, begin: float, end: float, what: str = "") -> Progress:
    """Report a part of some work to whoever waits for the whole, if anybody does; `what` renames it."""

    def tell(said: str, share: float) -> None:
        if progress is not None:
            progress(what or said, begin + (end - begin) * share)

    return tell


@contextmanager
def connected(where: Where) -> Generator[Cluster | None]:
    """A cluster to work on, for as long as the block lasts; nothing for None, and what is connected stays so.

    A function that takes `cluster` begins with it and hands on what it yields, so that a cluster is started once.

    Parameters
    ----------
    where : str, Cluster or None
        `local:4`: four processes on this machine, ended with the block; nobody else can talk to them. `tls://host:port`
        or, without protection, `tcp://host:port`: the scheduler of a cluster that runs already. It is trusted: what it
        sends can run code here. None: the threads of this machine.

    Raises
    ------
    NoCluster
        If the address is none, if Dask is not installed, or if nothing answers there.
    """
    if where is None or isinstance(where, Cluster):
        yield where
        return
    local = _local(where)
    try:
        for package in ("distributed", "cryptography"):
            import_module(package)
    except ImportError:
        raise NoCluster(
            "Work on a cluster needs Dask, which is not installed here. Install with: pip install 'servanda[cluster]'"
        ) from None
    with ExitStack() as stack:
        stack.enter_context(_silent("distributed", "distributed.client", "distributed.nanny", "tornado.application"))
        stack.enter_context(_settings(local))
        try:
            end = time.monotonic() + PATIENCE
            client = _started(local, stack) if local is not None else _in_time(lambda: _reached(where, end), end)
            stack.callback(_close, client)
            left = end - time.monotonic()
            client.wait_for_workers(local or 1, timeout=max(left, 1.0) if local is None else PATIENCE + 5.0 * local)
        except NoCluster:
            raise
        except Exception as error:  # whatever answers may answer anything
            raise NoCluster(_unreachable(where, local, error)) from None
        yield Cluster(where, client)


def _settings(local: int | None) -> Any:
    """How Dask is to behave as long as we use it: patient, and without pages for browsers in a cluster of our own."""
    import dask

    ours: dict[str, Any] = {"distributed.comm.timeouts.connect": f"{PATIENCE:g}s"}
    if local is not None:
        ours |= {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    config: Any = dask.config  # pyright: ignore
    return config.set(ours)


def _started(local: int, stack: ExitStack) -> Any:
    """Start processes on this machine, which talk to nobody who does not have the keys that are made here."""
    from tempfile import TemporaryDirectory

    from distributed import Client, LocalCluster
    from distributed.gc import disable_gc_diagnosis
    from distributed.security import Security

    made: Any = Security
    keys = made.temporary()
    folder = stack.enter_context(TemporaryDirectory(prefix="servanda-"))  # Dask's own can be guessed, and shared
    settings: Any = {
        "processes": True, "silence_logs": 50, "security": keys, "protocol": "tls://",
        "host": "127.0.0.1", "local_directory": folder, "dashboard_address": None,
        "preload": ["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"],  # a terminal sends it to all
        "scheduler_kwargs": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    }  # fmt: skip
    with _later():
        there: Any = LocalCluster(n_workers=local, threads_per_worker=1, **settings)
    stack.enter_context(there)
    stop_watching: Any = disable_gc_diagnosis  # Ctrl-C gets lost in what watches the collection of garbage
    stop_watching(force=True)
    connect: Any = Client
    return connect(there, security=keys, set_as_default=False)


@contextmanager
def _later() -> Generator[None]:
    """Ctrl-C waits for the end of the block, as what is half made could not be ended."""
    import signal

    heard: list[int] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    except ValueError:  # another thread hears it
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            raise KeyboardInterrupt


def _reached(where: str, end: float) -> Any:
    """Connect to the scheduler of a cluster that runs already, before a time on the monotonic clock."""
    from distributed import Client
    from distributed.security import Security

    make: Any = Security
    keys = make()
    context: Any = None
    if where.startswith("tls:"):
        try:
            context = keys.get_connection_args("client")["ssl_context"]
        except OSError as error:
            raise NoCluster(f"{where}: the certificates cannot be read ({error}). {_KEYS}") from None
        if context is None:
            raise NoCluster(f"{where}: there are no certificates to connect with. {_KEYS}")
    _look_for_dask(where, context, end)
    connect: Any = Client

    class Connection(connect):
        """A client that does not wait, when it is given up, for an answer from the other side."""

        def __del__(self) -> None:
            pass

    return Connection(where, security=keys, timeout=f"{max(end - time.monotonic(), 1.0)}s", set_as_default=False)


_KEYS = (
    "Name them in Dask's configuration: distributed.comm.tls.ca-file, distributed.comm.tls.client.cert and"
    " distributed.comm.tls.client.key"
)


def _look_for_dask(where: str, context: Any, end: float) -> None:
    """Read the first words of whoever answers; a scheduler sends them unasked. Dask itself would believe any length.

    Raises
    ------
    NoCluster
        If that is no scheduler of Dask.
    OSError
        If nobody answers in time.
    """
    import socket
    import struct

    parts = urlsplit(where)

    def left() -> float:
        if (rest := end - time.monotonic()) <= 0:
            raise TimeoutError
        return rest

    while True:
        try:
            plain = socket.create_connection((parts.hostname, parts.port or 0), timeout=left())
            break
        except ConnectionRefusedError:  # it may be starting
            time.sleep(min(0.2, left()))
    with plain, plain if context is None else context.wrap_socket(plain) as stream:

        def read(size: int) -> bytes:
            got = b""
            while len(got) < size:
                stream.settimeout(left())
                if not (part := stream.recv(size - len(got))):
                    break
                got += part
            return got

        head = read(8)
        size = struct.unpack("Q", head)[0] if len(head) == 8 else 0
        if not 0 < size <= _GREETING or b"pickle-protocol" not in read(size):
            raise NoCluster(_no_dask(where))


def _no_dask(where: str) -> str:
    more = "" if where.startswith("tls:") else ", and write tls:// if the scheduler uses it"
    return f"{where}: what answers there is not a Dask scheduler. Check the host and the port{more}"


def _in_time(work: Callable[[], Result], end: float) -> Result:
    """What some work comes to, if it is done by then (monotonic clock); a thread that is not is left behind."""
    found: list[Result | Exception] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:
            found.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(end - time.monotonic(), 0.0) + 1.0)
    if not found:
        raise TimeoutError
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _close(client: Any) -> None:
    """End a connection; if the other side does not, that is not waited for."""
    with suppress(Exception):
        client.close(timeout=2)


@contextmanager
def _silent(*loggers: str) -> Generator[None]:
    """Without Dask's own account of what goes wrong: users get one message."""
    import logging

    before = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _local(where: str) -> int | None:
    """How many processes of this machine are asked for; None for the address of a cluster elsewhere."""
    there = re.fullmatch(r"(tcp|tls)://([\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})", where)
    if there is not None and 1 <= int(there[3]) <= 65535:
        return None
    match = re.fullmatch(r"local:(\d+)", where)
    if match is None or not 1 <= int(match[1]) <= 1024:
        raise NoCluster(
            f"'{where}' is not a cluster. Write local:4 for four processes on this machine, or the address of a Dask"
            " scheduler, such as tcp://10.0.0.5:8786"
        )
    return int(match[1])


def _unreachable(where: str, local: int | None, error: Exception) -> str:
    if local is not None:
        return f"{where}: the processes could not be started ({error}). Leave out --cluster to use threads"
    if type(error).__name__ == "gaierror":
        return f"{where}: there is no machine of this name. Check the name"
    import ssl

    if isinstance(error, ssl.SSLError):
        return (
            f"{where}: no protected connection can be made ({error.reason or error}). Check the certificates. {_KEYS}"
        )
    if not isinstance(error, OSError) and type(error).__name__ != "TimeoutError":  # not Dask's words
        return _no_dask(where)
    return (
        f"{where}: no Dask cluster with at least one worker answered within {PATIENCE:g} seconds. Check that"
        " the scheduler and its workers are running, and that this machine can reach them"
    )


def map_in_order(
    work: Callable[[Item], Result], items: Iterable[Item], *, workers: int | None = None, cluster: Cluster | None = None
) -> Iterator[Result]:
    """Do some work for every item and yield the results in the order of the items.

    Items are taken, and results kept, only a few ahead of what has been yielded, so that memory does not grow with
    their number.

    Parameters
    ----------
    work : function of an item
        On a cluster it and its items are pickled, and the work has to be repeatable: what a lost worker had in hand
        is done again by another.
    workers : int, optional
        Threads; by default as many as there are processors. On a cluster each worker does one item at a time.

    Raises
    ------
    NoCluster
        If the cluster is lost on the way, or has another version of servanda.
    """
    if cluster is not None:
        yield from _by_cluster(work, items, cluster)
        return
    count = workers or cpu_count()
    if count == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(count) as pool:
        try:
            yield from _ahead(lambda item: pool.submit(work, item), items, lambda: _AHEAD * count)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def cpu_count() -> int:
    """Processors of this machine."""
    return os.cpu_count() or 1


def worker_count(cluster: Cluster) -> int:
    """Pieces of work that the workers of a cluster do at the same time, those that are connected now."""
    return sum(cast("dict[str, int]", cluster.client.nthreads()).values())


def _ahead(submit: Callable[[Item], Any], items: Iterable[Item], window: Callable[[], int]) -> Iterator[Any]:
    """Yield results in order, with no more than a window of them under way."""
    rest, waiting = iter(items), deque[Any]()
    while True:
        waiting.extend(submit(item) for item in islice(rest, max(1, window() - len(waiting))))
        if not waiting:
            return
        yield waiting.popleft().result()


def _by_cluster(work: Callable[[Item], Result], items: Iterable[Item], cluster: Cluster) -> Iterator[Result]:
    from distributed import KilledWorker

    client = cluster.client
    task = partial(_on_worker, __version__, work)
    try:
        yield from _ahead(
            lambda item: client.submit(task, item, pure=False),
            items,
            lambda: _AHEAD * worker_count(cluster),
        )
    except KilledWorker:
        raise NoCluster(
            f"{cluster.address}: several workers failed on the same piece of work, most likely because they ran out of"
            " memory. Give each worker more memory, or start fewer of them"
        ) from None
    except ModuleNotFoundError as error:
        raise NoCluster(
            f"{cluster.address}: a worker does not have {error.name}. Install servanda {__version__} on every worker"
        ) from None
    except Exception as error:
        if isinstance(error, OSError) or "Cancelled" in type(error).__name__:
            raise NoCluster(
                f"{cluster.address}: the connection to the cluster was lost. Check that its scheduler is"
                " still running, and"
                " start again. A sweep that is written to a file can be continued with --resume"
            ) from None
        raise


def _on_worker(version: str, work: Callable[[Any], Any], item: Any) -> Any:
    if version != __version__:
        raise NoCluster(
            f"a worker has servanda {__version__}, but this machine has {version}. Install {version} on every worker"
        )
    return work(item)
