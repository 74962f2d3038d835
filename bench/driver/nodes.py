"""P9: `contactor serve` once and twice on one PostgreSQL, and what happens when one of two is killed."""

import contextlib
import time

from driver.ours import ACTIVE, Store
from driver.report import Goal, Row
from driver.session import series

PROGRESS_MAX_S = 120
REBALANCED_S = 40
TOKENS = 1  # each node asks for one


def _wait(condition, what):
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > PROGRESS_MAX_S:
            raise RuntimeError(f"{what}: not within {PROGRESS_MAX_S} s")
        time.sleep(0.01)


class _Served:
    """Requests since it was made, less those that only ask for the number."""

    def __init__(self, stub):
        self._stub, self._asked = stub, 0
        self._before = stub.requests("B")

    def now(self):
        self._asked += 1
        return self._stub.requests("B") - self._before - self._asked


class _Cluster:
    """Nodes that share the shards evenly, and work that becomes due for all of them at one moment after that."""

    def __init__(self, session, how_many, stack):
        self.count = session.options.count
        self.store = stack.enter_context(Store("postgres", session.postgres, "nodes"))
        session.ours.preload(self.store, self.count, due_in_s=REBALANCED_S + self.count // 5_000)
        self.store.settle()
        self.served = _Served(session.stub)
        self.nodes = [stack.enter_context(session.ours.serve(self.store, session.stub, "B", f"node-{number + 1}"))
                      for number in range(how_many)]
        _wait(self._is_even, "an even share for every node")
        if self.served.now() > 0:
            raise RuntimeError("the work began before the nodes had shared it")

    def _is_even(self):
        shares = [int(held) for _, held in self.store.rows("SELECT owner, count(*) FROM shard_lease WHERE owner <> '' "
                                                       "GROUP BY owner")]
        return all(node.is_alive() for node in self.nodes) and len(shares) == len(self.nodes) and \
            min(shares) >= 0.9 * 256 / len(self.nodes)


def drain(session, how_many):
    """Activations a second in mode B, from the first request to the last."""
    with contextlib.ExitStack() as stack:
        cluster = _Cluster(session, how_many, stack)
        _wait(lambda: cluster.served.now() > 10, "the first commands")
        begun = time.monotonic()
        _wait(lambda: cluster.served.now() >= 2 * cluster.count + TOKENS * how_many, "the last poll")
        seconds = time.monotonic() - begun
        _wait(lambda: int(cluster.store.rows(ACTIVE)[0][0]) >= cluster.count, "the last commit")
        return {"per_s": cluster.count / seconds}


def takeover(session):
    """Seconds from `kill -9` of one of two nodes to the first step that the other commits in one of its shards; all work
    must end."""
    with contextlib.ExitStack() as stack:
        cluster = _Cluster(session, 2, stack)
        survivor, victim = cluster.nodes
        _wait(lambda: cluster.served.now() > cluster.count // 2, "a quarter of the work")
        killed_at = int(time.time() * 1000)
        victim.kill()
        _wait(lambda: survivor.is_alive() and int(cluster.store.rows(ACTIVE)[0][0]) >= cluster.count, "the end of all work")
        found = cluster.store.rows(
            f"SELECT min(at) - {killed_at} FROM ota_history WHERE node = 'node-1' AND at > {killed_at} AND "
            "(activation_id & 255) IN (SELECT activation_id & 255 FROM ota_history WHERE node = 'node-2')")
        if not found or found[0][0] in ("", "None"):
            raise RuntimeError("the killed node had left nothing to take over: more --count is needed")
        return {"seconds": int(found[0][0]) / 1000}


def rows(session):
    if "postgres" not in session.options.db:
        return [Row("P9", "nodes on one PostgreSQL", "", missing="only with --db postgres")]
    runs = session.repeated({"1 node": lambda: drain(session, 1), "2 nodes": lambda: drain(session, 2),
                             "takeover": lambda: takeover(session)})

    def found(name, value):
        return series(runs[name], lambda run: run[value]) if name in runs else None
    return [Row("P9 one", "activations/s of one node, mode B, 50 ms", "1/s", ours=found("1 node", "per_s")),
            Row("P9 two", "activations/s of two nodes on one PostgreSQL", "1/s",
                Goal("no slower than one", "P9 one", 1.0, True), ours=found("2 nodes", "per_s")),
            Row("P9 takeover", "takeover after kill -9", "s", Goal("≤ 15 s", "value", 15, False),
                ours=found("takeover", "seconds"))]
