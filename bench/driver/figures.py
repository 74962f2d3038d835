"""The figures: what each measures on our side and beside it, and its goal."""

import subprocess
import time

from driver import fleet, machine, nodes, programs, scale
from driver.ours import Store
from driver.report import Goal, Row
from driver.session import series

OURS = "ours"
KINDS = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
RATE, SECONDS = 200, 7


def at_least(text, against, factor):
    return Goal(text, against, factor, True)


def at_most(text, against, factor):
    return Goal(text, against, factor, False)


def per_s(run):
    return run["per_s"]


def cpu_per_1000(run):
    """Of worker and database, and of redis where the queue lives there."""
    return sum(run["cpu"].get(name, 0.0) for name in ("worker", "database", "redis")) / run["activations"] * 1000


# ---- drains: P1, P2, P3, P5, P6 ---------------------------------------------------------------------------------------


def drains(session, mode):
    """name -> runs of draining: ours on each store (`ours sqlite`), and the peers."""
    def measure():
        sides = {f"{OURS} {kind}": lambda kind=kind: session.ours.fresh_drain(
            kind, session.postgres, session.stub, mode, session.options.count) for kind in session.options.db}
        for name in session.engines():
            sides[name] = lambda name=name: session.peer(name).drain(mode, session.options.peer_count)
        return session.repeated(sides)
    return session.once(("drains", mode), measure)


def ours_of(runs, kind, value):
    found = runs.get(f"{OURS} {kind}")
    return series(found, value) if found else None


def peers_of(runs, value):
    return {name: series(found, value) for name, found in runs.items() if not name.startswith(OURS)}


def stub_limit(session):
    """Requests a second that the stub answers to a client that does nothing with them."""
    def measure():
        return session.only("wrk", lambda: wrk(session))
    return session.once("wrk", measure)


def wrk(session):
    with open(f"{session.stub.folder}/post.lua", "w", encoding="utf-8") as script:
        script.write('wrk.method = "POST"\nwrk.body = \'{"commandId":"cmd-1","serviceId":"seat-heating","action":"enable"}\'\n'
                     'wrk.headers["Authorization"] = "Bearer bench-token"\n')
    ended = subprocess.run(["wrk", "-t1", "-c64", "-d4", "-s", script.name,
                            session.stub.url("A") + "/vehicle/WVWZZZBN000000001/configure"],
                           capture_output=True, text=True, check=True)
    for line in ended.stdout.splitlines():
        if line.startswith("Requests/sec:"):
            return {"per_s": float(line.split()[1])}
    raise RuntimeError("wrk: " + ended.stdout)


def speed(session, key, mode):
    runs = drains(session, mode)
    requests = 2 if mode == "B" else 1
    return [Row(key, f"activations/s, mode {mode}, PostgreSQL", "1/s", at_least("≥ 3 × best peer", "peer", 3),
                ours=ours_of(runs, "postgres", per_s), peers=peers_of(runs, per_s),
                limit=series(stub_limit(session), lambda run: run["per_s"] / requests), limit_is="stub alone")]


def p1(session):
    return speed(session, "P1", "A")


def p2(session):
    return speed(session, "P2", "B")


def p3(session):
    return [Row(f"P3 {mode}", f"activations/s, mode {mode}, SQLite", "1/s", at_least(f"≥ {goal} / 2", goal, 0.5),
                ours=ours_of(drains(session, mode), "sqlite", per_s)) for mode, goal in (("A", "P1"), ("B", "P2"))]


def p5(session):
    runs = drains(session, "A")
    goal = at_most("≤ half of best peer", "peer", 0.5)
    return [Row(f"P5 {kind}", f"CPU s of worker and database per 1000, mode A, {KINDS[kind]}", "s", goal,
                ours=ours_of(runs, kind, cpu_per_1000), peers=peers_of(runs, cpu_per_1000)) for kind in session.options.db]


def p6(session):
    rows = []
    peers = peers_of(drains(session, "A"), lambda run: run["peak_mb"]) if session.options.peers else {}
    for kind in session.options.db:
        runs = session.repeated({f"{OURS} {kind}": lambda kind=kind: session.ours.fresh_drain(
            kind, session.postgres, session.stub, "A", 20_000)})
        rows.append(Row(f"P6 {kind}", f"resident memory draining 20 000, {KINDS[kind]}", "MB",
                        at_most("≤ 64 MB", "value", 64), peers=peers,
                        ours=ours_of(runs, kind, lambda run: run["peak_mb"])))
        held = starts(session, kind)
        rows.append(Row(f"P6 {kind} holding", f"resident memory holding {session.options.waiting:,} waiting, {KINDS[kind]}",
                        "MB", at_most("≤ 200 MB", "value", 200), ours=series(held, lambda run: run["resident_mb"])))
    return rows


# ---- latency: P4 --------------------------------------------------------------------------------------------------------


def p4(session):
    sides = {f"{OURS} {kind}": lambda kind=kind: session.ours.latency(
        kind, session.postgres, session.stub, "A", RATE, SECONDS) for kind in session.options.db}
    for name in session.engines():
        sides[name] = lambda name=name: session.peer(name).latency("A", RATE, SECONDS)
    runs = session.repeated(sides)
    return [Row(f"P4 {kind} {part}", f"queued → active at {RATE}/s, {part}, {KINDS[kind]}", "ms",
                at_most("below best peer", "peer", 1), ours=ours_of(runs, kind, lambda run, part=part: run[f"{part}_ms"]),
                peers=peers_of(runs, lambda run, part=part: run[f"{part}_ms"]))
            for kind in session.options.db for part in ("p50", "p99")]


# ---- the store alone: P7 ------------------------------------------------------------------------------------------------


def p7(session):
    rows, count = 100_000, session.options.transitions
    sides = {f"{OURS} {kind}": lambda kind=kind: session.ours.transitions(kind, session.postgres, rows, count)
             for kind in session.options.db}
    for lanes in (1, 2):
        for shape in ("bare", "bare_wide"):
            sides[f"{shape} {lanes}"] = lambda lanes=lanes, shape=shape: session.ours.bare(
                session.postgres, rows, count, lanes, shape)
    runs = session.repeated(sides)

    def limit(name, what, of):
        return Row(f"P7 {name}", what, "1/s", limit=series(runs[of], per_s), limit_is="bare loop") if of in runs else \
            Row(f"P7 {name}", what, "1/s", missing="failed")
    return [Row(f"P7 {kind}", f"fenced transitions/s that the store commits, {KINDS[kind]}", "1/s",
                at_least("≥ 90 % of the bare statement", "limit", 0.9) if kind == "postgres" else None,
                ours=ours_of(runs, kind, per_s), limit_is="same tables, 2 connections",
                limit=series(runs["bare_wide 2"], per_s) if "bare_wide 2" in runs else None)
            for kind in session.options.db] + [
        limit("same tables, 1", "the bare statement on the product's own tables, 1 connection", "bare_wide 1"),
        limit("lean, 1", "the bare statement on rows of 200, 60 and 150 bytes, 1 connection", "bare 1"),
        limit("lean, 2", "the same on 2 connections", "bare 2")]


# ---- start: P6 second half, P16 -----------------------------------------------------------------------------------------


def starts(session, kind):
    """`contactor serve` on a store with a million waiting activations and one that is due: until its command."""
    def measure():
        waiting = session.options.waiting
        with Store(kind, session.postgres) as store:
            session.say(f"storing {waiting:,} waiting activations ({kind})")
            session.ours.preload(store, waiting, due_in_s=24 * 3600)
            numbers = iter(range(waiting, waiting + 100))

            def start():
                session.ours.preload(store, 1, first=next(numbers))
                store.settle()
                return first_command(session, store)
            return session.only(f"start ({kind})", start)
    return session.once(("starts", kind), measure)


def first_command(session, store):
    asked = 1  # Each look at the counter is a request itself.
    served = session.stub.requests("A")
    with session.ours.serve(store, session.stub, "A") as node:
        def sent():
            nonlocal asked
            now = session.stub.requests("A")
            others = now - served - asked
            asked += 1
            return others >= 2  # the token, and the command
        node.wait_until(sent, "the first command")
        seconds = time.monotonic() - node.begun
        resident = machine.memory_mb(node.pid, "VmRSS")
    return {"start_seconds": seconds, "resident_mb": resident}


def p16(session):
    return [Row(f"P16 {kind}", f"start with {session.options.waiting:,} waiting to the first command, {KINDS[kind]}", "s",
                at_most("≤ 5 s", "value", 5), ours=series(starts(session, kind), lambda run: run["start_seconds"]))
            for kind in session.options.db]


# ---- P8 to P12, P15, P17 -------------------------------------------------------------------------------------------


def p8(session):
    return scale.rows(session)


def p9(session):
    return nodes.rows(session)


def p10(session):
    return programs.vin_rows(session)


def p11(session):
    return fleet.plan_rows(session)


def p12(session):
    return fleet.run_rows(session)


def p17(session):
    return programs.build_rows(session)


def p15(session):
    runs = session.only("simulation", lambda: session.ours.simulate(session.options.seeds))
    return [Row("P15", "simulated activations/s on one core, full fault mix", "1/s", at_least("≥ 20 000", "value", 20_000),
                ours=series(runs, per_s))]
