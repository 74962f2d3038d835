"""P8: what one activation costs with few and with many stored, while a million wait."""

import os
import shutil
import tempfile

from driver import fill
from driver.ours import Store
from driver.report import Goal, Row, Series

MODEL_NUMBER = 1_999_999
FIRST_RUN_NUMBER = 2_000_000
KINDS = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
# Above this many stored, what the runs themselves add does not matter and the store is not copied for each.
COPIED_BELOW = 1_000_000


class Copy(Store):
    """Another store with the same content."""

    def __init__(self, of):  # pylint: disable=super-init-not-called
        self.kind, self.postgres, self.name, self.folder = of.kind, of.postgres, of.name + "_copy", None
        if self.postgres is not None:
            self.url = self.postgres.url(self.name)
            self.postgres.query("postgres", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
                                f"CREATE DATABASE {self.name} TEMPLATE {of.name} STRATEGY FILE_COPY", "CHECKPOINT")
        else:
            self.folder = tempfile.mkdtemp(prefix="contactor-bench-store-")
            path = os.path.join(self.folder, "bench.db")
            shutil.copy(of.url[len("sqlite:"):], path)
            os.sync()
            self.url = "sqlite:" + path


def filled(session, kind, stored):
    """A store with `stored` finished activations and a million that wait."""
    store = Store(kind, session.postgres, "scale")
    try:
        session.say(f"P8, {KINDS[kind]}: storing {session.options.waiting:,} waiting and {stored:,} finished activations")
        session.ours.preload(store, session.options.waiting, due_in_s=24 * 3600)
        session.ours.preload(store, 1, first=MODEL_NUMBER)
        session.ours.drain(store, session.stub, "A", 1)
        fill.finished(store, f"order-{MODEL_NUMBER:09}", stored, session.say)
        store.settle()
    except BaseException:
        store.remove()
        raise
    return store


def _one(session, store, number):
    intake = session.ours.preload(store, session.options.scale_count, first=number)
    store.settle()
    run = session.ours.drain(store, session.stub, "A", session.options.scale_count)
    cpu = sum(run["cpu"].get(name, 0.0) for name in ("worker", "database"))
    return {**run, "us": run["seconds"] / session.options.scale_count * 1e6,
            "cpu_us": cpu / session.options.scale_count * 1e6,
            "intake_us": intake["seconds"] / session.options.scale_count * 1e6}


def _run_at(session, store, stored, numbers):
    if stored >= COPIED_BELOW:
        return _one(session, store, next(numbers))
    with Copy(store) as copy:
        return _one(session, copy, next(numbers))


def _at(session, kind, stored):
    """Runs on a store of this size."""
    numbers = iter(range(FIRST_RUN_NUMBER, FIRST_RUN_NUMBER + 10_000_000, session.options.scale_count))
    with filled(session, kind, stored) as store:
        name = f"P8 {kind} {stored:,}"
        return session.only(name, lambda: _run_at(session, store, stored, numbers))


def rows(session):
    found = []
    for kind in session.options.db:
        sizes = session.options.sizes
        first = f"P8 {kind} {sizes[0]:,}"
        for stored in sizes:
            runs = _at(session, kind, stored)
            notes = [run["wrong"] for run in runs if run.get("wrong")]
            session.say(f"P8, {KINDS[kind]}, {stored:,} stored: CPU per activation "
                        + ", ".join(f"{run['cpu_us']:.1f}" for run in runs) + " µs")
            key = f"P8 {kind} {stored:,}"
            what = f"{stored:,} stored and {session.options.waiting:,} waiting, {KINDS[kind]}"
            goal = Goal(f"≤ 1.3 × at {sizes[0]:,}", first, 1.3, False) if stored == sizes[-1] and len(sizes) > 1 else None
            found += [Row(key, "time per activation, " + what, "µs", goal, Series([run["us"] for run in runs], notes)),
                      Row(key + " CPU", "CPU per activation, " + what, "µs", ours=Series([run["cpu_us"] for run in runs])),
                      Row(key + " intake", "time to store one, " + what, "µs",
                          ours=Series([run["intake_us"] for run in runs]))]
    return found


