"""A measured process, ours or a peer's: it says that it is ready, is told to go, says when its work has begun and what
it measured, and stays as it is until its input is closed."""

import json
import os
import queue
import subprocess
import tempfile
import threading

from driver import machine

READY_MAX_S = 600
WORK_MAX_S = 3600


class Worker:
    def __init__(self, command, settings=None, folder=None):
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._command = command
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
                                         text=True, cwd=folder, env={**os.environ, **(settings or {})})
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self):
        return self._process.pid

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def expect(self, word, within_s):
        """The next line that is JSON and has this member; lines before it are passed over."""
        while True:
            try:
                line = self._lines.get(timeout=within_s)
            except queue.Empty:
                raise RuntimeError(self._complaint(f"said nothing for {within_s} s")) from None
            if line is None:
                raise RuntimeError(self._complaint("ended early"))
            if line.startswith("{"):
                said = json.loads(line)
                if word in said:
                    return said

    def _complaint(self, what):
        self._log.seek(0)
        return f"{' '.join(self._command[:3])} {what}: {self._log.read()[-2000:]}"

    def go(self):
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill(self):
        self._process.kill()

    def close(self):
        """Ends it: by the end of its input, and if that is not heard, by force."""
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            for pid in machine.tree(self.pid):
                try:
                    os.kill(pid, 9)
                except ProcessLookupError:
                    pass
            self._process.wait()
        self._log.close()

    def __enter__(self):
        self.expect("ready", READY_MAX_S)
        return self

    def __exit__(self, *_):
        self.close()


def measured(worker, servers, once_told=None):
    """Lets a ready worker do its work. What it says, and beside it CPU seconds a process that took part (`cpu`), peak and
    present memory of the worker, and how many cores others used meanwhile.

    `servers`: name -> server or None. `once_told` is called when the worker was told to go, before its work has begun."""
    roots = {"worker": worker.pid, **{name: server.pid for name, server in servers.items() if server is not None}}
    worker.go()
    if once_told is not None:
        once_told()
    worker.expect("begun", READY_MAX_S)
    before = {name: machine.cpu_seconds(root) for name, root in roots.items()}
    foreign = machine.Foreign(roots.values())
    said = worker.expect("done", WORK_MAX_S)
    after = {name: machine.cpu_seconds(root) for name, root in roots.items()}
    return {**said, "foreign": foreign.cores(), "cpu": {name: after[name] - before[name] for name in roots},
            "peak_mb": machine.memory_mb(worker.pid, "VmHWM"), "resident_mb": machine.memory_mb(worker.pid, "VmRSS")}
