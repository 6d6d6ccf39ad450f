"""What matters, when a plan fails, tipping points and better plans, worked out on a Dask cluster: not a bit differs."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from support.building import WITHOUT_LEVERS
from support.commands import commands
from support.plain_starter import starter_text

import servanda
from servanda import parallel as _clusters
from servanda.parallel import Cluster, connected
from servanda.result import plain

LEVERS = """
levers:
  phased:
    - {share: freeze, of: programme, from: 0.2, to: 0.6, step: 0.1}
    - {automatic: full-relief}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with connected("local:2") as there:
        assert there is not None
        yield there


@pytest.fixture(scope="module")
def agreement() -> servanda.Agreement:
    return servanda.loads(starter_text())


def every_bit(found: Any) -> str:
    """All that a result holds, numbers in as many digits as tell any two apart; but not how long it took."""
    bare = plain(found)
    if isinstance(bare, dict):
        bare.pop("about", None)
    return json.dumps(bare)


Work = Callable[..., Any]
BETWEEN = ("phased", "at-once")
WORK: dict[str, Work] = {
    "tornado": lambda a, c: servanda.tornado(a, "phased", cluster=c),
    "explain_failure": lambda a, c: servanda.explain_failure(a, "phased", draws=150, seed=2, cluster=c),
    "tip": lambda a, c: servanda.tip(a, BETWEEN, "years", among=["stakes.*.worth.north"], joint=False, cluster=c),
    "reach": lambda a, c: servanda.reach(a, "phased", 0.3, ours=["measures.inspectors.finds"], cluster=c),
    "heat": lambda a, c: servanda.heat(
        a, BETWEEN, "measures.inspectors.finds", "parties.north.precision", points=5, cluster=c
    ),
}


@pytest.mark.parametrize("name", WORK)
def test_a_cluster_changes_no_bit(name: str, agreement: servanda.Agreement, cluster: Cluster) -> None:
    sent: list[object] = []
    submit = cluster.client.submit
    try:
        cluster.client.submit = lambda *a, **k: sent.append(a) or submit(*a, **k)
        there = WORK[name](agreement, cluster)
    finally:
        del cluster.client.submit
    assert sent  # it was worked out there
    assert every_bit(there) == every_bit(WORK[name](agreement, None))


def test_better_plans_are_the_same_when_a_worker_is_killed(cluster: Cluster) -> None:
    cluster.client.wait_for_workers(2, timeout=30)
    processes: dict[str, int] = cluster.client.run(os.getpid)
    deal, killed, told = servanda.loads(WITHOUT_LEVERS + LEVERS), list[int](), list[float]()
    what = {"maximise": ["held_clean", "q10.years"], "subject_to": ["gain.north >= 0"], "draws": 16, "seed": 3}

    def kill(_: str, share: float) -> None:
        told.append(share)
        if not killed:
            killed.append(next(iter(processes.values())))
            os.kill(killed[0], signal.SIGKILL)

    there = servanda.design(deal, "phased", **what, cluster=cluster, progress=kill)
    here = servanda.design(deal, "phased", **what)
    assert killed
    assert told == [0.4, 0.8, 1.0]  # all 10 plans once, four at a time
    assert there.table.height == 10
    assert every_bit(there.table) == every_bit(here.table)
    assert every_bit(there.given) == every_bit(here.given)
    assert there == here


def test_what_matters_is_the_same_when_a_worker_is_killed(agreement: servanda.Agreement, cluster: Cluster) -> None:
    cluster.client.wait_for_workers(2, timeout=30)
    processes: dict[str, int] = cluster.client.run(os.getpid)
    killed: list[int] = []

    def kill(_: str, share: float) -> None:
        if not killed:
            killed.append(next(iter(processes.values())))
            os.kill(killed[0], signal.SIGKILL)

    there = servanda.sensitivity(agreement, "at-once", draws=32, seed=5, groups=True, cluster=cluster, progress=kill)
    assert killed
    assert every_bit(there) == every_bit(servanda.sensitivity(agreement, "at-once", draws=32, seed=5, groups=True))


COMMANDS = {
    "sensitivity": ("--plan", "phased"),
    "explain-failure": ("--plan", "phased"),
    "tip": ("--between", "phased", "at-once"),
    "design": ("--plan", "phased", "--maximise", "held_clean"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("where", ["local:none", "tcp://127.0.0.1:9"])
def test_a_bad_address_is_one_message(
    command: str, where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_clusters, "PATIENCE", 0.5)
    deal = servanda.new(tmp_path / "deal.yaml")
    picture = tmp_path / "found.svg"
    done = commands(capsys)(command, deal, *COMMANDS[command], "--cluster", where, "--picture", picture)
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert "local:none' is not a cluster. Write local:4" in done.err or "tcp://127.0.0.1:9: no Dask cluster" in done.err
    assert not picture.exists()


def test_a_sweep_leaves_nothing_for_a_cluster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deal = servanda.new(tmp_path / "deal.yaml")
    done = commands(capsys)("explain-failure", deal, "--plan", "phased", "--sweep", "x.parquet", "--cluster", "local:2")
    assert done.code == 2
    assert done.err == (
        "--sweep gives draws that are already solved, so a cluster has nothing to do. Leave out --cluster\n"
    )


def test_the_command_opens_the_cluster_once_and_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cluster: Cluster
) -> None:
    cluster.client.wait_for_workers(2, timeout=30)
    deal, run = servanda.new(tmp_path / "deal.yaml"), commands(capsys)
    address: str = cluster.client.scheduler.address
    what = ("sensitivity", deal, "--plan", "at-once", "--draws", "32", "--groups", "--json")
    keys = cluster.client.security  # as somebody's own would stand in Dask's configuration
    with dask.config.set(
        {
            "distributed.comm.tls.ca-file": keys.tls_ca_file,
            "distributed.comm.tls.client.cert": keys.tls_client_cert,
            "distributed.comm.tls.client.key": keys.tls_client_key,
        }
    ):
        there = run(*what, "--cluster", address)
    here = run(*what, "--workers", "1")
    assert there.code == here.code == 0, there.err
    found, alone = there.json, here.json
    for answer in (found, alone):
        del answer["about"]  # says when it was made, and how long that took
    assert found["shares"]
    assert found == alone
