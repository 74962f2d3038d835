"""celery_peer.py prepare|enqueue|offer|work: Celery in the roles of main.mjs. Its worker processes report through a pipe."""

import json
import os
import signal
import subprocess
import sys
import time

COUNT, RATE = int(os.environ["COUNT"]), int(os.environ.get("RATE", "0"))


def say(**line):
    print(json.dumps(line), flush=True)


def told():
    say(ready=True)
    sys.stdin.readline()


def enqueue():
    from celery_tasks import activate, app
    with app.pool.acquire(block=True) as connection, app.amqp.Producer(connection) as producer:
        for number in range(COUNT):
            activate.apply_async((number, time.time()), producer=producer)


def offer():
    from celery_tasks import activate, app
    with app.pool.acquire(block=True) as connection, app.amqp.Producer(connection) as producer:
        told()
        begun = time.time() + 0.05
        for number in range(COUNT):
            due = begun + number / RATE
            time.sleep(max(0.0, due - time.time()))
            activate.apply_async((number, due), producer=producer)
        sys.stdin.read()


def reports(pipe):
    """(due, begun, ended) of each job as they come; the first is that the worker listens."""
    from struct import Struct
    record, rest = Struct("ddd"), b""
    while True:
        rest += os.read(pipe, 65536)
        whole = len(rest) // record.size * record.size
        yield from record.iter_unpack(rest[:whole])
        rest = rest[whole:]


def tell(jobs):
    begun, ended = min(job[1] for job in jobs), max(job[2] for job in jobs)
    result = {"done": True, "activations": len(jobs), "seconds": ended - begun}
    if RATE:
        waits = sorted((job[2] - job[0]) * 1000 for job in jobs[min(RATE, len(jobs) // 2):])
        result.update(p50_ms=waits[len(waits) // 2], p99_ms=waits[len(waits) * 99 // 100], max_ms=waits[-1])
    say(**result)


def work():
    told()
    read_end, write_end = os.pipe()
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_tasks", "worker", "-l", "ERROR", "-P", "prefork", "-c",
         os.environ["CONCURRENCY"], "--without-gossip", "--without-mingle", "--without-heartbeat"],
        env={**os.environ, "REPORT_TO": str(write_end)}, pass_fds=(write_end,), stdin=subprocess.DEVNULL,
        stdout=sys.stderr)
    signal.signal(signal.SIGTERM, lambda *_: worker.terminate())
    jobs = []
    for job in reports(read_end):
        if job[2] == 0:
            say(listening=True)
            continue
        if not jobs:
            say(begun=True)
        jobs.append(job)
        if len(jobs) == COUNT:
            break
    tell(jobs)
    sys.stdin.read()
    worker.terminate()
    try:
        worker.wait(20)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


if __name__ == "__main__":
    {"prepare": lambda: None, "enqueue": enqueue, "offer": offer, "work": work}[sys.argv[1]]()
