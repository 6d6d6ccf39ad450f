"""Work spread over threads or over a real Dask cluster of two processes: in order, complete, nothing twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import servanda
from servanda import parallel as _clusters
from servanda.parallel import Cluster, NoCluster, connected, map_in_order


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with connected("local:2") as there:
        assert there is not None
        yield there


def slowly(item: int) -> tuple[int, int, int]:
    time.sleep(0.02)
    return item, os.getpid(), threading.active_count()


def test_threads_give_results_in_order_and_take_items_as_they_go() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for i in range(100):
            taken.append(i)
            yield i

    results = map_in_order(lambda i: -i, items(), workers=3)
    assert next(results) == 0
    assert len(taken) <= 12  # not all hundred
    assert list(results) == [-i for i in range(1, 100)]


def test_a_failure_in_a_thread_ends_the_rest() -> None:
    done: list[int] = []

    def work(i: int) -> None:
        done.append(i)
        time.sleep(0.005)
        if i == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        list(map_in_order(work, range(1000), workers=2))
    assert len(done) < 20


def test_a_cluster_gives_results_in_order_from_both_processes(cluster: Cluster) -> None:
    found = list(map_in_order(slowly, range(40), cluster=cluster))
    assert [item for item, _, _ in found] == list(range(40))
    processes = {process for _, process, _ in found}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_a_worker_killed_in_mid_run_loses_nothing(cluster: Cluster) -> None:
    seen: list[int] = []
    for item, process, _ in map_in_order(slowly, range(60), cluster=cluster):
        seen.append(item)
        if item == 10:
            os.kill(process, signal.SIGKILL)
    assert seen == list(range(60))


def test_a_sweep_loses_a_worker_in_mid_run_and_no_byte_changes(cluster: Cluster, tmp_path: Path) -> None:
    servanda.new(tmp_path / "starter.yaml")
    agreement, killed = servanda.read(tmp_path / "starter.yaml"), list[int]()
    cluster.client.wait_for_workers(2, timeout=30)
    processes: dict[str, int] = cluster.client.run(os.getpid)
    assert len(processes) == 2

    def kill(_: str, share: float) -> None:
        if not killed:
            killed.append(next(iter(processes.values())))
            os.kill(killed[0], signal.SIGKILL)

    spread, alone = tmp_path / "spread.parquet", tmp_path / "alone.parquet"
    swept = servanda.sweep(agreement, ["at-once"], 320, 3, path=spread, cluster=cluster, progress=kill)
    assert killed
    assert swept.table["draw"].tolist() == list(range(320))
    servanda.sweep(agreement, ["at-once"], 320, 3, path=alone)
    assert spread.read_bytes() == alone.read_bytes()


def test_evaluating_on_a_cluster_gives_the_same_bits(cluster: Cluster, tmp_path: Path) -> None:
    servanda.new(tmp_path / "starter.yaml")
    agreement = servanda.read(tmp_path / "starter.yaml")
    draws = servanda.draw(agreement, 150, seed=2)
    here, there = (servanda.evaluate(agreement, "at-once", draws, cluster=c) for c in (None, cluster))
    for name, figure in here.metrics.items():
        assert np.array_equal(figure, there.metrics[name]), name
    assert here.statuses == there.statuses


def test_what_is_connected_stays_so(cluster: Cluster) -> None:
    with connected(cluster) as same:
        assert same is cluster
    assert list(map_in_order(abs, [-1], cluster=cluster)) == [1]
    with connected(None) as nowhere:
        assert nowhere is None


def test_workers_of_another_version_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clusters, "__version__", "0.0.1")
    with pytest.raises(NoCluster, match=r"a worker has servanda .*, but this machine has 0\.0\.1\. Install 0\.0\.1"):
        list(map_in_order(abs, [1], cluster=cluster))


@pytest.mark.parametrize(
    "where", ["local:0", "local:", "local:two", "localhost", "http://a:1", "tcp://", "tcp://a", ""]
)
def test_what_is_no_address_is_refused_with_examples(where: str) -> None:
    with pytest.raises(NoCluster, match=f"'{where}' is not a cluster. Write local:4"), connected(where):
        pass


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clusters, "PATIENCE", 0.5)
    with pytest.raises(NoCluster, match=r"tcp://127\.0\.0\.1:9: no Dask cluster .* answered"):  # noqa: SIM117
        with connected("tcp://127.0.0.1:9"):
            pass


def test_without_dask_one_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(NoCluster, match=r"pip install 'servanda\[cluster\]'"), connected("local:2"):
        pass
