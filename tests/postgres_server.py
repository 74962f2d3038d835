#!/usr/bin/env python3
"""One PostgreSQL server for a whole run of tests, and nothing of it left afterwards.

    postgres_server.py start FILE     starts it for the process that called us, and writes its URL to FILE
    postgres_server.py stop FILE      ends it
    postgres_server.py run COMMAND…   starts it, runs the command, ends it

Durability is as it is by default; it listens on loopback only. Its keeper, a process in the background, ends it as
soon as the caller is gone, however that ended, and the kernel ends it should the keeper itself be killed. Tests find
the server by `CONTACTOR_TEST_POSTGRES`: a URL, or the file that holds one. Where that names a URL already, `start`
starts nothing and passes it on.
"""

import contextlib
import ctypes
import glob
import json
import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

VARIABLE = "CONTACTOR_TEST_POSTGRES"
PREFIX = "contactor-postgres-"
START_MAX_S = 60
STOP_MAX_S = 20
PORTS_TRIED = 5
PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """Told to the caller in one line."""


# -- what is installed, and who may run it --------------------------------------------------------------------------

def programs():
    """The folder of the newest installed server's programs."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
    if found:
        return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4])))
    on_path = shutil.which("postgres")
    if on_path:
        return os.path.dirname(on_path)
    raise Trouble("no PostgreSQL server is installed: on Debian it is the package postgresql-15")


def ordinary_user():
    """Arguments of `subprocess` for somebody who is not root, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            known = pwd.getpwnam(name)
            return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}
    raise Trouble("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


# -- processes by number and birth, because numbers are used again ---------------------------------------------------

def birth_of(pid):
    """Clock ticks since boot; None where there is no such process."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def is_alive(who):
    return who is not None and birth_of(who["pid"]) == who["birth"]


def named(pid):
    return {"pid": pid, "birth": birth_of(pid)}


def wait_gone(who, within_s):
    give_up_at = time.monotonic() + within_s
    while is_alive(who):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


# -- the server ------------------------------------------------------------------------------------------------------

class Server:
    """A cluster in a folder of its own. Ends with the process that made it."""

    def __init__(self, settings=None):
        self._settings = settings or {}
        self._bin = programs()
        self._user = ordinary_user()
        self.home = tempfile.mkdtemp(prefix=PREFIX)
        if self._user:
            os.chown(self.home, self._user["user"], self._user["group"])
        self._data = os.path.join(self.home, "data")
        self._password = secrets.token_hex(16)
        self.process = None
        self.port = 0

    @property
    def url(self):
        return "postgres://postgres:%s@127.0.0.1:%d/postgres" % (self._password, self.port)

    def start(self):
        self._make_cluster()
        for _ in range(PORTS_TRIED):
            self.port = free_port()
            self._launch()
            if self._wait_ready():
                return
            if "could not bind" not in self._says():
                break  # Any other trouble would be the same on another port.
        raise Trouble("PostgreSQL did not start: " + self._says()[-2000:])

    def crash(self):
        """What `pg_ctl stop -m immediate` does: nothing is written any more, the next start recovers from the log."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(STOP_MAX_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def resume(self):
        """On the same port and data as before."""
        self._launch()
        if not self._wait_ready():
            raise Trouble("PostgreSQL did not recover: " + self._says()[-2000:])

    def end(self):
        self.crash()  # Nobody will read this data again.
        shutil.rmtree(self.home, ignore_errors=True)

    def _make_cluster(self):
        password_file = os.path.join(self.home, "password")
        with open(password_file, "w", encoding="ascii") as file:
            file.write(self._password)
        os.chmod(password_file, 0o444)  # In a folder that nobody else may enter.
        made = subprocess.run(
            [os.path.join(self._bin, "initdb"), "--username=postgres", "--pwfile=" + password_file, "--auth=scram-sha-256",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions", "-D", self._data],
            cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, **self._user)
        if made.returncode != 0:
            raise Trouble("initdb: " + made.stdout[-2000:])

    def _launch(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", **self._settings}
        words = [word for name, value in settings.items() for word in ("-c", "%s=%s" % (name, value))]
        with open(os.path.join(self.home, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(self._bin, "postgres"), "-D", self._data, *words], cwd=self.home, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=end_with_parent, **self._user)

    def _wait_ready(self):
        give_up_at = time.monotonic() + START_MAX_S
        while self.process.poll() is None and time.monotonic() < give_up_at:
            with contextlib.suppress(OSError, IndexError):
                with open(os.path.join(self._data, "postmaster.pid"), encoding="utf-8") as file:
                    if file.read().splitlines()[7].strip() == "ready":
                        return True
            time.sleep(0.02)
        return False

    def _says(self):
        with open(os.path.join(self.home, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent():
    """Runs in the child between fork and exec, as the ordinary user: an immediate end should the keeper be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)


# -- the keeper: owns the server as long as the caller lives ---------------------------------------------------------

def note_of(file):
    return file + ".pid"


def keep(file, runner, tell):
    """Runs in the background. `tell` writes one line to whoever waits for the start."""
    server = Server()
    try:
        server.start()
        write_privately(note_of(file), json.dumps(
            {"keeper": named(os.getpid()), "server": named(server.process.pid), "runner": named(runner), "home": server.home}))
        write_privately(file, server.url)
        tell("ready")
        wait_for_an_end(runner, server.process.pid)
    except Trouble as trouble:
        tell(str(trouble).replace("\n", " "))
    finally:
        server.end()
        for path in (file, note_of(file)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def wait_for_an_end(*pids):
    """Of one of these processes, or of ourselves by a signal."""
    heard, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    waiting = select.poll()
    waiting.register(heard, select.POLLIN)
    for pid in pids:
        try:
            waiting.register(os.pidfd_open(pid), select.POLLIN)
        except ProcessLookupError:
            return
    waiting.poll()


def write_privately(path, text):
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def start_keeper(file, runner):
    """Returns once the server takes connections."""
    hears, tells = os.pipe()
    if os.fork() == 0:
        os.close(hears)
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        keep(file, runner, lambda words: os.write(tells, words.encode()))
        os._exit(0)
    os.close(tells)
    ready, _, _ = select.select([hears], [], [], PORTS_TRIED * START_MAX_S)
    answer = os.read(hears, 65536).decode() if ready else "it takes too long"
    os.close(hears)
    if answer != "ready":
        raise Trouble(answer or "the keeper ended without a word")


# -- verbs -----------------------------------------------------------------------------------------------------------

def read_note(file):
    try:
        with open(note_of(file), encoding="utf-8") as note:
            return json.load(note)
    except (OSError, ValueError):
        return None


def end_kept(note):
    """Ends exactly the processes that the note names, and removes what they left."""
    if is_alive(note["keeper"]):
        os.kill(note["keeper"]["pid"], signal.SIGTERM)
        if not wait_gone(note["keeper"], STOP_MAX_S):
            raise Trouble("the server's keeper, process %d, does not end" % note["keeper"]["pid"])
    if is_alive(note["server"]):
        os.kill(note["server"]["pid"], signal.SIGQUIT)
        wait_gone(note["server"], STOP_MAX_S)
    if os.path.basename(note["home"]).startswith(PREFIX):
        shutil.rmtree(note["home"], ignore_errors=True)


def stop(file):
    note = read_note(file)
    if note:
        end_kept(note)
    for path in (file, note_of(file)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def start(file, runner):
    os.makedirs(os.path.dirname(os.path.abspath(file)), exist_ok=True)
    note = read_note(file)
    if note and is_alive(note["keeper"]) and is_alive(note["runner"]) and note["runner"] != named(runner):
        raise Trouble("the tests of process %d use the server of %s" % (note["runner"]["pid"], file))
    stop(file)
    given = os.environ.get(VARIABLE, "")
    if "://" in given:
        write_privately(file, given)
        return
    start_keeper(file, runner)


def run(command):
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        file = os.path.join(folder, "url")
        start(file, os.getpid())
        try:
            with open(file, encoding="utf-8") as url:
                return subprocess.run(command, env={**os.environ, VARIABLE: url.read()}, check=False).returncode
        finally:
            stop(file)


def main(words):
    try:
        if len(words) == 2 and words[0] == "start":
            start(os.path.abspath(words[1]), os.getppid())
        elif len(words) == 2 and words[0] == "stop":
            stop(os.path.abspath(words[1]))
        elif len(words) > 1 and words[0] == "run":
            return run(words[1:])
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except Trouble as trouble:
        print("postgres_server.py: %s" % trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
