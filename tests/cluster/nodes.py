"""Contactor nodes, each on a machine of its own, and one address in front of them all."""

import os
import random
import re
import select
import signal
import socket
import socketserver
import subprocess
import threading

from client import Client, Unreachable
from enclosure import wait_until
from program import PROGRAM, environment

API_PORT = 8080
READY_WITHIN_S = 60
ENDS_WITHIN_S = 20
SHARDS = 256
SHARDS_METRIC = re.compile(r"^contactor_node_shards_held (\d+)", re.MULTILINE)


class Node:
    """One `contactor serve`, again and again. What it says is kept in one file over all its lives."""

    def __init__(self, machine, db, settings, folder, program=PROGRAM):
        self.name, self.machine, self.program = machine.name, machine, program
        self.address = (machine.address, API_PORT)
        self.log_path = os.path.join(folder, machine.name + ".log")
        self.lives = 0
        self._db, self._settings, self._folder = db, settings, folder
        self._process = None
        self._wanted = False  # ended without having been ended by us, it is started again, as a service manager does
        self._lock = threading.RLock()

    @property
    def is_up(self):
        with self._lock:
            return self._process is not None and self._process.poll() is None

    def start(self):
        with self._lock:
            if self.is_up:
                return
            self.lives += 1
            self._wanted = True
            with open(self.log_path, "a", encoding="utf-8") as log:
                self._process = subprocess.Popen(
                    [*self.machine.prefix(), self.program, "serve", "--listen", "%s:%d" % self.address, "--node", self.name,
                     "--db", self._db],
                    cwd=self._folder, env=environment(self._settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True)

    def is_ready(self):
        client = Client(self.address, timeout_s=2)
        try:
            return client.get("/readyz").status == 200
        except Unreachable:
            return False
        finally:
            client.close()

    def wait_ready(self):
        def ready_or_dead():
            return not self.is_up or self.is_ready()
        wait_until(ready_or_dead, READY_WITHIN_S, self.name + " is ready")
        if not self.is_up:
            raise AssertionError("%s ended by itself: %s" % (self.name, self.says()))

    def kill(self):
        """Returns whether there was anything to kill."""
        with self._lock:
            if not self.is_up:
                return False
            self._wanted = False
            self._process.kill()
            self._process.wait()
            return True

    def stop(self):
        """Asks it to end and returns its exit status."""
        with self._lock:
            self._wanted = False
            process = self._process
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            return None

    def freeze(self):
        """Returns what thaws exactly this life of it; nothing where it is not running."""
        with self._lock:
            if not self.is_up:
                return None
            frozen = self._process
            frozen.send_signal(signal.SIGSTOP)
        return lambda: frozen.poll() is None and frozen.send_signal(signal.SIGCONT)

    def revive(self):
        """Starts it again if it has ended by itself; returns the status it ended with, otherwise nothing."""
        with self._lock:
            if not self._wanted or self.is_up:
                return None
            status = self._process.returncode
            self.start()
            return status

    def shards(self):
        """How many shards it says it holds; None where it does not answer."""
        client = Client(self.address, timeout_s=2)
        try:
            found = SHARDS_METRIC.search(client.get("/metrics").body.decode())
            return int(found[1]) if found else None
        except Unreachable:
            return None
        finally:
            client.close()

    def says(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()[-4000:]


class Balancer(socketserver.ThreadingTCPServer):
    """The public address: hands each connection to a node that takes it, as the load balancer of an operator does."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, address, nodes, seed):
        super().__init__(address, _Relay)
        self.nodes = nodes
        self.dice = random.Random(seed)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://%s:%d" % self.server_address

    def handle_error(self, request, client_address):
        """A connection that breaks is what this test is about."""

    def close(self):
        self.shutdown()
        self.server_close()


class _Relay(socketserver.BaseRequestHandler):
    def handle(self):
        for node in self.server.dice.sample(self.server.nodes, len(self.server.nodes)):
            try:
                with socket.create_connection(node.address, timeout=1) as other:
                    self._relay(other)
                return
            except OSError:
                continue

    def _relay(self, other):
        ends = {self.request: other, other: self.request}
        while True:
            readable, _, _ = select.select(list(ends), [], [], 30)
            if not readable:
                return
            for end in readable:
                data = end.recv(65536)
                if not data:
                    return
                ends[end].sendall(data)
