"""The program under test as a process: run to its end, or kept up until somebody ends it."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from postgres_database import PostgresDatabase

# What the stores of tests are made of where the test does not say: `sqlite` or `postgres`.
BACKEND = os.environ.get("CONTACTOR_TEST_BACKEND", "sqlite")
PROGRAM = os.path.abspath(os.environ.get("CONTACTOR_PROGRAM", "build/dev/src/app/contactor"))
START_MAX_S = 30
COMMAND_MAX_S = 30


def environment(settings):
    """Nothing of the caller's configuration may leak into a test."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "ASAN_OPTIONS") if name in os.environ}
    return {**kept, **settings}


def upstreams_in(world_url):
    """What an operator writes into `.env` to work against the simulated world."""
    return {
        "API_IOT_BASE_URL": world_url + "/iot",
        "API_IOT_TOKEN_URL": world_url + "/iot-auth/token",
        "API_IOT_CLIENT_ID": "contactor",
        "API_IOT_CLIENT_SECRET": "iot-secret",
        "API_IOT_CALLBACK_SECRET": "whsec_aW90LWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5",
        "STRIPE_API_URL": world_url + "/stripe",
        "STRIPE_SECRET_KEY": "sk_test_contactor",
        "STRIPE_WEBHOOK_SECRET": "whsec_stripe_test",
    }


# The brief's schedule in a hundredth of its time.
SHORT_DELAYS = {
    "OTA_BASE_DELAY": "200ms",
    "OTA_MAX_DELAY": "1s",
    "OTA_POLL_MIN": "50ms",
    "OTA_POLL_MAX": "200ms",
    "OTA_COMMAND_TIMEOUT": "5s",
}


class Running:
    """A process that says on stderr where it listens."""

    _ADDRESS = re.compile(r"(?: on|console:) http://([\d.]+):(\d+)")

    def __init__(self, arguments, folder, settings=None):
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], cwd=folder, env=environment(settings or {}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.address = None
        self._told = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            found = self._ADDRESS.search(line)
            if found and self.address is None:
                self.address = (found[1], int(found[2]))
                self._told.set()
        self._told.set()

    def listening(self):
        """Waits until it listens; returns itself."""
        self._told.wait(START_MAX_S)
        if self.address is None:
            self.close()
            raise AssertionError("it never listened; it said: " + "".join(self.lines))
        return self

    @property
    def url(self):
        return "http://%s:%d" % self.address

    def says(self):
        return "".join(self.lines)

    def end(self, number, within_s):
        """Sends a signal and returns the exit status; negative: ended by that signal."""
        self.process.send_signal(number)
        return self.wait(within_s)

    def wait(self, within_s):
        try:
            status = self.process.wait(within_s)
            self._reader.join(within_s)
            return status
        except subprocess.TimeoutExpired:
            raise AssertionError("still running after %s s; it said: %s" % (within_s, self.says()[-4000:])) from None

    def close(self):
        """Leaves nothing behind, however the test ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()


class Ended:
    """What a command left: status, stdout, stderr."""

    def __init__(self, completed):
        self.status = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    def document(self):
        """Stdout as the one JSON document that it must be."""
        return json.loads(self.out)


def free_address(host):
    """A port nobody listens on. On a loopback address of its own: outgoing connections of others, which all come
    from 127.0.0.1, cannot take it while the server is down."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()


def only_on(backend, why):
    """For what is true of one kind of store only."""
    return unittest.skipIf(BACKEND != backend, why)


class ProgramTest(unittest.TestCase):
    """A folder and a store of its own for each test, and no process that outlives it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="contactor-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.settings = {}
        self.db = os.path.join(self.folder, "store.db")
        self.database = None
        if BACKEND == "postgres":
            self.database = PostgresDatabase()
            self.addCleanup(self.database.close)

    @property
    def db_url(self):
        return self.database.url if self.database else "sqlite:" + self.db

    def run_program(self, *arguments, settings=None, stdin=None, within_s=COMMAND_MAX_S):
        completed = subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, env=environment({**self.settings, **(settings or {})}),
            stdin=subprocess.DEVNULL if stdin is None else None, input=stdin, capture_output=True, text=True,
            timeout=within_s, check=False)
        return Ended(completed)

    def on_store(self, *arguments, settings=None, within_s=COMMAND_MAX_S):
        return self.run_program(*arguments, "--db", self.db_url, settings=settings, within_s=within_s)

    def start(self, *arguments, settings=None):
        running = Running(arguments, self.folder, {**self.settings, **(settings or {})})
        self.addCleanup(running.close)
        return running

    def start_world(self):
        """The simulated world; what is started later is configured to work against it."""
        world = self.start("sim", "--listen", "127.0.0.1:0").listening()
        self.settings.update(upstreams_in(world.url))
        self.settings.update(SHORT_DELAYS)
        return world

    def serve(self, listen="127.0.0.1:0", settings=None):
        return self.start("serve", "--listen", listen, "--db", self.db_url, settings=settings)

    def make_token(self, role, *more):
        made = self.on_store("token", "create", "--role", role, "--name", role + "-of-test", "--json", *more)
        self.assertEqual(made.status, 0, made.err)
        return made.document()["token"]

    def interrupt(self, running, within_s=12):
        return running.end(signal.SIGINT, within_s)
