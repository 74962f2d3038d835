"""One PostgreSQL server of a test's own, and what an unkind operator does to it."""

import glob
import os
import subprocess

from enclosure import as_ordinary_user, ordinary_ids

START_MAX_S = 60
PASSWORD = "not-a-secret"


def server_programs():
    """The folder of the newest installed server's programs; empty where there is none."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4]))) if found else ""


def needed_programs():
    """What a test that wants a server names to `enclosure.enter`."""
    return (os.path.join(server_programs() or "/usr/lib/postgresql", "postgres"),)


def owned_folder(parent, name):
    """A folder that the server's ordinary user may write."""
    folder = os.path.join(parent, name)
    os.mkdir(folder, 0o700)
    os.chown(folder, *ordinary_ids())
    return folder


class Postgres:
    """Durability as it is by default. Listens on one address; scram passwords."""

    def __init__(self, folder, address, port=5432, settings=None):
        self.address, self.port = address, port
        self._bin = server_programs()
        self._home = owned_folder(folder, "postgres")
        self._data = os.path.join(self._home, "data")
        self._log = os.path.join(self._home, "log")
        self._init()
        self._configure({"listen_addresses": address, "port": port, "unix_socket_directories": self._home,
                         "max_connections": 200, **(settings or {})})

    def url(self, database="postgres"):
        # Without TLS, which the program asks for by default: the network is this process's own.
        return "postgres://postgres:%s@%s:%d/%s?sslmode=disable" % (PASSWORD, self.address, self.port, database)

    def _init(self):
        password_file = os.path.join(self._home, "password")
        with open(password_file, "w", encoding="ascii") as file:
            file.write(PASSWORD)
        os.chown(password_file, *ordinary_ids())
        self._run("initdb", "--username=postgres", "--pwfile=" + password_file, "--auth=scram-sha-256",
                  "--encoding=UTF8", "--no-locale", "--no-sync", self._data)

    def _configure(self, settings):
        with open(os.path.join(self._data, "postgresql.conf"), "a", encoding="ascii") as file:
            file.writelines("%s = '%s'\n" % setting for setting in settings.items())
        network = self.address.rsplit(".", 1)[0] + ".0/24"
        with open(os.path.join(self._data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("host all all %s scram-sha-256\n" % network)

    def _run(self, program, *arguments):
        done = subprocess.run(
            [*as_ordinary_user(), os.path.join(self._bin, program), *arguments], cwd=self._home, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=START_MAX_S + 30)
        if done.returncode != 0:
            raise AssertionError("%s %s: %s" % (program, " ".join(arguments), done.stdout[-2000:]))
        return done.stdout

    def _ctl(self, verb, *arguments):
        # Its output goes to a file: a server that inherits a pipe keeps it open for as long as it lives.
        with open(os.path.join(self._home, "pg_ctl"), "w", encoding="utf-8") as said:
            done = subprocess.run(
                [*as_ordinary_user(), os.path.join(self._bin, "pg_ctl"), verb, "-D", self._data, "-l", self._log, "-w",
                 "-t", str(START_MAX_S), *arguments],
                cwd=self._home, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False)
        if done.returncode != 0:
            with open(said.name, encoding="utf-8") as told:
                raise AssertionError("pg_ctl %s: %s%s" % (verb, told.read(), self.says()))

    def start(self):
        self._ctl("start")

    def stop(self, mode="fast"):
        """`immediate` is what a crash looks like: the next start recovers from the log."""
        self._ctl("stop", "-m", mode)

    def restart(self, mode="fast"):
        self._ctl("restart", "-m", mode)

    def is_running(self):
        return os.path.exists(os.path.join(self._data, "postmaster.pid"))

    def create_database(self, name):
        self.psql("create database " + name)

    def psql(self, statement, database="postgres"):
        """The rows that it answers, as psql prints them without decoration."""
        return self._run("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
                         "--command", statement, self.url(database)).strip()

    def says(self):
        with open(self._log, encoding="utf-8", errors="replace") as log:
            return log.read()[-3000:]

    def close(self):
        if self.is_running():
            self.stop("immediate")
