"""Our side of a run: `contactor_bench` and `contactor` on a store of their own."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time

from driver.servers import wait_for
from driver.worker import Worker, measured


class Store:
    """A fresh, empty store of one kind; `url` names it."""

    def __init__(self, kind, postgres, name="ours"):
        self.kind = kind
        self.postgres = postgres if kind == "postgres" else None
        self.name = name
        self.folder = None
        if self.postgres is not None:
            self.url = self.postgres.fresh(name)
        else:
            self.folder = tempfile.mkdtemp(prefix="contactor-bench-store-")
            self.url = "sqlite:" + os.path.join(self.folder, "bench.db")

    def settle(self):
        """Statistics and a checkpoint: a run does not pay for its preparation."""
        if self.postgres is not None:
            self.postgres.settle(self.name)
        else:
            with sqlite3.connect(self.url[len("sqlite:"):]) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()

    def rows(self, statement):
        """The rows of a question, as lists of texts."""
        if self.postgres is not None:
            return [line.split("|") for line in self.postgres.query(self.name, statement).splitlines()]
        connection = sqlite3.connect(self.url[len("sqlite:"):])
        try:
            return [[str(value) for value in row] for row in connection.execute(statement)]
        finally:
            connection.close()

    def write(self, *statements):
        """Runs the statements, each a transaction of its own."""
        if self.postgres is not None:
            self.postgres.query(self.name, *statements)
            return
        connection = sqlite3.connect(self.url[len("sqlite:"):], isolation_level=None)
        try:
            for statement in statements:
                connection.execute(statement)
        finally:
            connection.close()

    def remove(self):
        if self.postgres is not None:
            self.postgres.query("postgres", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


ACTIVE = ("SELECT count(*) FROM (SELECT state FROM ota_activation UNION ALL SELECT state FROM ota_activation_archive) AS s "
          "WHERE state = 'Active'")
STORIES = ("SELECT count(*), coalesce(min(entries), 0), coalesce(max(entries), 0) FROM "
           "(SELECT count(*) AS entries FROM ota_history GROUP BY activation_id) AS s")
# A notice that nobody can be sent stands in the history row of its step; a step has one of them at most here.
NOTICES = ("SELECT (SELECT count(*) FROM ota_notice) + (SELECT count(*) FROM ota_history WHERE notices IS NOT NULL)")


def wrong_in(store, count, waiting=0):
    """What a drain left that it should not have, in words; None where all is as it must be."""
    active = int(store.rows(ACTIVE)[0][0])
    if active != count:
        return f"{active} of {count} are Active"
    notices = int(store.rows(NOTICES)[0][0])
    if notices < count or notices % count != 0:
        return f"{notices} notices for {count} activations"
    stories, least, most = map(int, store.rows(STORIES)[0])
    if stories != count + waiting or (waiting == 0 and least != most):
        return f"{stories} histories of {least} to {most} entries"
    return None


class Ours:
    def __init__(self, programs, bench_folder):
        self._bench = os.path.join(programs, "bench", "contactor_bench")
        self.program = os.path.join(programs, "src", "app", "contactor")
        self._sim = os.path.join(programs, "sim", "contactor_sim_run")
        self._folder = bench_folder

    def _worker(self, run, **values):
        words = [word for name, value in values.items() for word in ("--" + name.replace("_", "-"), str(value))]
        return Worker([self._bench, run, *words])

    def preload(self, store, count, first=0, due_in_s=0):
        """Stores activations through the store port; how long that took, and its CPU."""
        with self._worker("preload", db=store.url, count=count, first=first, due_in=due_in_s) as worker:
            return measured(worker, {"database": store.postgres})

    def drain(self, store, stub, mode, count):
        """Runs what is due to its end."""
        served = stub.requests(mode)
        with self._worker("drain", db=store.url, iot=stub.url(mode), count=count) as worker:
            run = measured(worker, {"database": store.postgres, "stub": stub})
        run["per_s"] = count / run["seconds"]
        # One token, and the question that counts itself.
        run["requests"] = stub.requests(mode) - served - 2
        expected = count * (2 if mode == "B" else 1)
        if run["requests"] != expected:
            run["wrong"] = f"{run['requests']} requests instead of {expected}"
        return run

    def fresh_drain(self, kind, postgres, stub, mode, count):
        """Queued by one process, run to the end by another, counted by a third."""
        with Store(kind, postgres) as store:
            self.preload(store, count)
            store.settle()
            run = self.drain(store, stub, mode, count)
            run.setdefault("wrong", wrong_in(store, count))
            return run

    def latency(self, kind, postgres, stub, mode, rate, seconds):
        with Store(kind, postgres) as store:
            with self._worker("latency", db=store.url, iot=stub.url(mode), rate=rate, seconds=seconds) as worker:
                return measured(worker, {"database": store.postgres, "stub": stub})

    def transitions(self, kind, postgres, rows, count):
        with Store(kind, postgres) as store:
            with self._worker("transitions", db=store.url, rows=rows, count=count) as worker:
                run = measured(worker, {"database": store.postgres})
        run["per_s"] = count / run["seconds"]
        return run

    def bare(self, postgres, rows, count, connections, shape="bare"):
        """The limit: `bare` has the least that a transition touches, `bare_wide` the product's own tables again."""
        with Store("postgres", postgres, "bare") as store:
            if shape == "bare_wide":
                self.preload(store, 1)
            sql = os.path.join(self._folder, "sql", shape)
            with self._worker("bare", db=store.url, tables=sql + "_tables.sql", statement=sql + "_step.sql", rows=rows,
                              count=count, connections=connections) as worker:
                run = measured(worker, {"database": postgres})
        run["per_s"] = count / run["seconds"]
        return run

    def decode_vins(self):
        with self._worker("vin", list=os.path.join(self._folder, "vins.txt")) as worker:
            run = measured(worker, {})
        run["per_s"] = run["vins"] / run["seconds"]
        return run

    def serve(self, store, stub, mode, name="node-1"):
        return Serving(self.program, store, stub, mode, name)

    def simulate(self, seeds):
        """Simulated activations a second on one core."""
        ended = subprocess.run([self._sim, "--seeds", str(seeds), "--jobs", "1"], capture_output=True, text=True,
                               check=False)
        for line in ended.stdout.splitlines():
            if "activations/s" in line:
                return {"per_s": float(line.split("activations/s")[0].split()[-1]), "wrong": None if
                        ended.returncode == 0 else "the simulation found a violation"}
        raise RuntimeError("contactor_sim_run: " + (ended.stderr or ended.stdout)[-2000:])


class Serving:
    """`contactor serve` as an operator runs it."""

    def __init__(self, program, store, stub, mode, name):
        self._folder = tempfile.mkdtemp(prefix="contactor-bench-serve-")
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        settings = {"API_IOT_BASE_URL": stub.url(mode), "API_IOT_TOKEN_URL": stub.url(mode) + "/token",
                    "API_IOT_CLIENT_ID": "bench", "API_IOT_CLIENT_SECRET": "bench", "OTA_POLL_MIN": "50ms",
                    "CONTACTOR_KEY_FILE": os.path.join(self._folder, "contactor.key")}
        self.begun = time.monotonic()
        with open(os.path.join(self._folder, "log"), "ab") as log:
            self._process = subprocess.Popen(
                [program, "serve", "--listen", "127.0.0.1:0", "--node", name, "--db", store.url], cwd=self._folder,
                env={**kept, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def pid(self):
        return self._process.pid

    def says(self):
        with open(os.path.join(self._folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def is_alive(self):
        """True; where it has ended by itself, an error with its last words."""
        if self._process.poll() is not None:
            raise RuntimeError(f"contactor serve ended: {self.says()}")
        return True

    def wait_until(self, condition, what):
        wait_for(lambda: self.is_alive() and condition(), what)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def close(self):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
