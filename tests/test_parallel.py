"""Work spread over threads or over a real Dask cluster of two processes: in order, complete, nothing twice."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from support.plain_starter import new

import servanda
from servanda import parallel as _clusters
from servanda.parallel import Cluster, NoCluster, connected, map_in_order, unprotected


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


def test_ctrl_c_is_for_the_one_who_sweeps_and_not_for_the_workers(cluster: Cluster) -> None:
    """A terminal sends it to all processes."""
    before = cluster.client.run(os.getpid)
    for pid in before.values():
        os.kill(pid, signal.SIGINT)
    time.sleep(0.2)
    assert cluster.client.run(os.getpid) == before


def test_a_worker_killed_in_mid_run_loses_nothing(cluster: Cluster) -> None:
    seen: list[int] = []
    for item, process, _ in map_in_order(slowly, range(60), cluster=cluster):
        seen.append(item)
        if item == 10:
            os.kill(process, signal.SIGKILL)
    assert seen == list(range(60))


def test_a_sweep_loses_a_worker_in_mid_run_and_no_byte_changes(cluster: Cluster, tmp_path: Path) -> None:
    new(tmp_path / "starter.yaml")
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
    new(tmp_path / "starter.yaml")
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
    "where",
    [
        "local:0",
        "local:-1",
        "local:9999",
        "local:",
        "local:two",
        "localhost",
        "http://a:1",
        "tcp://",
        "tcp://a",
        "tcp://a:0",
        "tls://x:99999",
        "tcp://a b:1",
        "tcp://a:1/x",
        "tcp://[::1]",
        "",
    ],
)
def test_what_is_no_address_is_refused_with_examples(where: str) -> None:
    with pytest.raises(NoCluster, match=re.escape(f"'{where}' is not a cluster. Write local:4")), connected(where):
        pass


Talk = Callable[[socket.socket], None]


def silence(line: socket.socket) -> None:
    while line.recv(4096):
        pass


def no_word(line: socket.socket) -> None:
    line.close()


def a_web_page(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nhello" * 50)


def noise(line: socket.socket) -> None:
    line.sendall(os.urandom(5000))


def endless_zeros(line: socket.socket) -> None:
    while True:
        line.sendall(bytes(65536))


def a_huge_promise(line: socket.socket) -> None:
    line.sendall(struct.pack("<Q", 2**62))
    silence(line)


def drop_by_drop(line: socket.socket) -> None:
    while True:
        line.sendall(b"\1")
        time.sleep(0.1)


def dask(message: dict[str, Any]) -> bytes:
    """A message as Dask sends it."""
    from distributed.protocol import dumps

    made: Any = dumps
    parts = [bytes(part) for part in made(message)]
    body = struct.pack(f"<{1 + len(parts)}Q", len(parts), *map(len, parts)) + b"".join(parts)
    return struct.pack("<Q", len(body)) + body


def something_of_dasks(line: socket.socket) -> None:
    line.sendall(dask({"op": "identity"}))
    silence(line)


def another_protocol(line: socket.socket) -> None:
    line.sendall(dask({"compression": "none that is", "python": (2, 7), "pickle-protocol": -1}))
    silence(line)


def good_words_then_silence(line: socket.socket) -> None:
    line.sendall(dask({"compression": None, "python": (3, 11, 0), "pickle-protocol": 5}))
    silence(line)


def good_words_then_noise(line: socket.socket) -> None:
    line.sendall(dask({"compression": None, "python": (3, 11, 0), "pickle-protocol": 5}))
    noise(line)
    silence(line)


def good_words_of_another_shape(line: socket.socket) -> None:
    line.sendall(struct.pack("Q", 64) + b"pickle-protocol" + bytes(49))
    silence(line)


@contextmanager
def answering(talk: Talk) -> Iterator[int]:
    """Somebody who answers at a port in their own way."""

    def one(line: socket.socket) -> None:
        with suppress(OSError), line:
            talk(line)

    def all_of_them() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=(door.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=all_of_them, daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


NOT_DASK = "what answers there is not a Dask scheduler. Check the host and the port, and write tls:// if"
NOBODY = "no Dask cluster with at least one worker answered within 1 seconds"


@pytest.mark.filterwarnings("ignore")  # Dask's own, of what it left unfinished
@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (silence, NOBODY), (no_word, NOT_DASK), (a_web_page, NOT_DASK), (noise, NOT_DASK), (endless_zeros, NOT_DASK),
        (a_huge_promise, NOT_DASK), (drop_by_drop, NOT_DASK), (something_of_dasks, NOT_DASK),
        (another_protocol, NOBODY), (good_words_then_silence, NOBODY), (good_words_then_noise, NOT_DASK),
        (good_words_of_another_shape, NOT_DASK),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_whatever_answers_there_is_one_message_in_time(talk: Talk, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clusters, "PATIENCE", 1.0)
    began = time.monotonic()
    with answering(talk) as port:  # noqa: SIM117
        with pytest.raises(NoCluster, match=re.escape(words)), connected(f"tcp://127.0.0.1:{port}"):
            pass
    assert time.monotonic() - began < 12.0  # promised: 1 second; the rest for a busy machine


def test_a_connection_that_is_given_up_waits_for_nobody() -> None:
    """Dask's own waits twice as long again for an answer, when it is forgotten, and then prints a traceback."""
    code = (
        "import sys\nfrom servanda.parallel import NoCluster, connected\n"
        "try:\n    with connected(sys.argv[1]): pass\nexcept NoCluster as error: print(error)"
    )
    began = time.monotonic()
    with answering(good_words_of_another_shape) as port:
        done = subprocess.run(
            [sys.executable, "-c", code, f"tcp://127.0.0.1:{port}"], capture_output=True, text=True, timeout=60
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert NOT_DASK in done.stdout
    assert time.monotonic() - began < 15.0  # it was over 40


def test_a_machine_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    with pytest.raises(NoCluster, match=r"tcp://a\.invalid:1: there is no machine of this name"):  # noqa: SIM117
        with connected("tcp://a.invalid:1"):
            pass


def test_tls_needs_certificates_that_can_be_read(tmp_path: Path) -> None:
    import dask

    config: Any = dask.config
    with pytest.raises(NoCluster, match=r"no certificates to connect with\. Name them in Dask's configuration"):  # noqa: SIM117
        with connected("tls://127.0.0.1:9"):
            pass
    names = {"ca-file": str(tmp_path / "none"), "client.cert": str(tmp_path / "none")}
    named = config.set({f"distributed.comm.tls.{key}": value for key, value in names.items()})
    with named, pytest.raises(NoCluster, match="the certificates cannot be read"), connected("tls://127.0.0.1:9"):
        pass


# ------------------------------------------------------------------------------------ whoever else is on the machine


def ports(processes: set[int]) -> dict[int, str]:
    """Where some processes listen: the addresses by their ports."""
    import psutil

    found: dict[int, str] = {}
    for number in processes:
        one: Any = psutil.Process(number)
        for line in getattr(one, "net_connections", one.connections)("inet"):
            if line.status == "LISTEN":
                found[line.laddr.port] = line.laddr.ip
    return found


def test_nobody_else_can_talk_to_the_processes_of_this_machine(cluster: Cluster) -> None:
    """Another user used to be able to send code to the scheduler and to the workers."""
    import psutil
    from distributed.security import Security

    others = cast("Any", Security).temporary().get_connection_args("client")["ssl_context"]
    ours: Any = psutil.Process()
    doors = ports({os.getpid(), *(child.pid for child in ours.children(recursive=True))})
    assert cluster.client.scheduler.address.startswith("tls://127.0.0.1:")
    assert len(doors) >= 5  # of the scheduler, of two workers, and of those who look after them
    assert set(doors.values()) == {"127.0.0.1"}
    assert 8787 not in doors
    for port in doors:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.settimeout(0.5)
            line.sendall(b"GET /status HTTP/1.0\r\n\r\n")
            with suppress(OSError):
                assert b"404" in (line.recv(1000) or b"404")  # no page for browsers
        for keys in (None, others):
            with pytest.raises((OSError, NoCluster)):
                _clusters._look_for_dask(f"tcp://127.0.0.1:{port}", keys, time.monotonic() + 0.5)
    mine = cluster.client.security.get_connection_args("client")["ssl_context"]
    _clusters._look_for_dask(cluster.client.scheduler.address, mine, time.monotonic() + 5.0)  # seen with the keys


def test_what_a_local_cluster_keeps_on_disk_is_the_users_own(cluster: Cluster) -> None:
    """Dask's own folder is the same for all users of a machine, and what is in it is unpickled."""
    folders: dict[str, str] = cluster.client.run(lambda dask_worker: dask_worker.local_directory)
    for folder in map(Path, folders.values()):
        place = next(each for each in folder.parents if each.name.startswith("servanda-"))
        assert (place.stat().st_uid, stat.S_IMODE(place.stat().st_mode)) == (os.getuid(), 0o700)


def test_a_cluster_with_keys_is_worked_on_and_others_are_kept_out(tmp_path: Path, cluster: Cluster) -> None:
    """The local one, as if it were another machine's: certificates from Dask's configuration, in files."""
    import dask

    keys, config = cluster.client.security, cast("Any", dask).config
    names = {"ca-file": keys.tls_ca_file, "client.key": keys.tls_client_key, "client.cert": keys.tls_client_cert}
    for name, words in names.items():
        (tmp_path / name).write_text(words, "ascii")
    where = cluster.client.scheduler.address
    with (
        config.set({f"distributed.comm.tls.{name}": str(tmp_path / name) for name in names}),
        connected(where) as there,
    ):
        assert list(map_in_order(abs, [-1, -2], cluster=there)) == [1, 2]
    from distributed.security import Security

    others = cast("Any", Security).temporary()
    wrong = {"ca-file": others.tls_ca_file, "client.key": others.tls_client_key, "client.cert": others.tls_client_cert}
    named = config.set({f"distributed.comm.tls.{name}": words for name, words in wrong.items()})
    with named, pytest.raises(NoCluster, match="no protected connection can be made"), connected(where):
        pass


def test_it_is_said_what_an_open_connection_trusts() -> None:
    said = unprotected("tcp://10.0.0.5:8786")
    assert "can run programs in your name" in said
    assert "tls://" in said
    assert unprotected("tls://10.0.0.5:8786") == unprotected("local:4") == ""


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clusters, "PATIENCE", 0.5)
    with pytest.raises(NoCluster, match=r"tcp://127\.0\.0\.1:9: no Dask cluster .* answered"):  # noqa: SIM117
        with connected("tcp://127.0.0.1:9"):
            pass


def test_without_dask_one_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(NoCluster, match=r"pip install 'servanda\[cluster\]'"), connected("local:2"):
        pass
