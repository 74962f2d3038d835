"""The servers beside a run: PostgreSQL, the stub of the IoT API, redis. Each in a folder of its own, on loopback,
stopped by the one who started it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request


START_MAX_S = 30
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what):
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > START_MAX_S:
            raise RuntimeError(f"{what} did not start within {START_MAX_S} s")
        time.sleep(0.02)


class Server:
    """A process with a folder; `stop` ends the one and removes the other."""

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"contactor-bench-{name}-")
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def launch(self, command, **options):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    def says(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Postgres(Server):
    """PostgreSQL as initdb leaves it: only port, address and socket folder are set."""

    def __init__(self):
        super().__init__("postgres")
        self.port = free_port()
        self.programs = newest_postgres()
        user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self._become = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        if self._become:
            shutil.chown(self.folder, user)
        data = os.path.join(self.folder, "data")
        try:
            subprocess.run([f"{self.programs}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-instructions"],
                           check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self._become)
            self.launch([f"{self.programs}/postgres", "-D", data, "-p", str(self.port), "-h", "127.0.0.1",
                         "-k", self.folder], cwd=self.folder, **self._become)
            wait_for(self._is_ready, "PostgreSQL")
        except BaseException:
            self.stop()
            raise

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("PostgreSQL ended: " + self.says())
        return subprocess.run([f"{self.programs}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              check=False).returncode == 0

    @property
    def version(self):
        return self.query("postgres", "SHOW server_version").split()[0]

    def url(self, database):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def environment(self, database):
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres", "PGDATABASE": database}

    def query(self, database, *statements):
        """Runs the statements one by one; returns what the last one printed."""
        command = [f"{self.programs}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1"]
        for statement in statements:
            command += ["-c", statement]
        ended = subprocess.run(command, env={**os.environ, **self.environment(database)}, check=False,
                               capture_output=True, text=True)
        if ended.returncode != 0:
            raise RuntimeError(f"psql: {ended.stderr.strip()}")
        return ended.stdout.strip()

    def fresh(self, database):
        """An empty database of this name; returns its URL."""
        self.query("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"CREATE DATABASE {database}",
                   "CHECKPOINT")
        return self.url(database)

    def settle(self, database):
        """Statistics and a checkpoint, so that a run does not pay for its preparation."""
        self.query(database, "VACUUM (ANALYZE)", "CHECKPOINT")

    def stop(self):
        # SIGINT is the fast shutdown; SIGTERM would wait for clients.
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                pass
        super().stop()


def newest_postgres():
    folder = "/usr/lib/postgresql"
    versions = [name for name in os.listdir(folder) if os.path.exists(f"{folder}/{name}/bin/postgres")] \
        if os.path.isdir(folder) else []
    if not versions:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql-15")
    return f"{folder}/{max(versions, key=float)}/bin"


class IotStub(Server):
    """nginx as the IoT API that is never the bottleneck: mode A confirms in the answer to the command, mode B accepts
    and says `applied` to the first status question."""

    def __init__(self):
        super().__init__("iot")
        self.ports = {"A": free_port(), "B": free_port()}
        with open(os.path.join(HERE, "nginx.conf.in"), encoding="utf-8") as template:
            text = template.read().replace("@DIR@", self.folder)
        for mode, port in self.ports.items():
            text = text.replace(f"@PORT_{mode}@", str(port))
        with open(os.path.join(self.folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(text)
        try:
            self.launch(["nginx", "-c", os.path.join(self.folder, "nginx.conf")])
            wait_for(self._is_ready, "nginx")
        except BaseException:
            self.stop()
            raise

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("nginx ended: " + self.says())
        try:
            return self.requests("A") >= 0
        except OSError:
            return False

    def url(self, mode):
        return f"http://127.0.0.1:{self.ports[mode]}"

    def requests(self, mode):
        """Requests served so far, by both modes and with this question."""
        with urllib.request.urlopen(self.url(mode) + "/served", timeout=5) as answer:
            return int(answer.read().split()[9])


class Redis(Server):
    """redis with an append-only file; `fsync` is always or everysec."""

    def __init__(self, fsync):
        super().__init__("redis")
        self.port = free_port()
        try:
            self.launch(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder,
                         "--appendonly", "yes", "--appendfsync", fsync, "--save", ""])
            wait_for(self._is_ready, "redis")
        except BaseException:
            self.stop()
            raise

    def _is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def all_roots(servers):
    return [server.pid for server in servers if server is not None and server.process is not None]


