"""Work done piece by piece, in order: by the threads of this machine, or by the processes of a Dask cluster."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from servanda._version import __version__
from servanda.errors import ServandaError

Item = TypeVar("Item")
Result = TypeVar("Result")

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
        `local:4`: four processes on this machine, ended with the block. `tcp://host:port` (or `tls://`): the scheduler
        of a cluster that runs already. None: the threads of this machine.

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
        from distributed import Client, LocalCluster
    except ImportError:
        raise NoCluster(
            "Work on a cluster needs Dask, which is not installed here. Install with: pip install 'servanda[cluster]'"
        ) from None
    import dask

    with ExitStack() as stack:
        quiet: Any = dask.config.set({"distributed.comm.timeouts.connect": f"{PATIENCE:g}s"})  # pyright: ignore
        stack.enter_context(quiet)
        stack.enter_context(_silent("distributed", "distributed.client", "distributed.nanny", "tornado.application"))
        try:
            if local is not None:
                settings: Any = {"processes": True, "dashboard_address": "127.0.0.1:0", "silence_logs": 50}
                made: Any = LocalCluster(n_workers=local, threads_per_worker=1, **settings)
                stack.enter_context(made)
                client: Any = Client(made)
            else:
                client = Client(where, timeout=f"{PATIENCE:g}s", set_as_default=False)
            stack.enter_context(client)
            client.wait_for_workers(local or 1, timeout=PATIENCE + 5.0 * (local or 1))
        except (OSError, TimeoutError, ValueError) as error:
            raise NoCluster(_unreachable(where, local, error)) from None
        yield Cluster(where, client)


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
    if re.fullmatch(r"(tcp|tls)://[^\s/:]+:\d+|(tcp|tls)://\[[^\s\]]+\]:\d+", where):
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
