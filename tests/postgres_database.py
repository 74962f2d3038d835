"""An empty PostgreSQL database for one test, on the server that the run of tests keeps."""

import os
import subprocess
import threading

VARIABLE = "CONTACTOR_TEST_POSTGRES"
STATEMENT_MAX_S = 60
LOCKS = 20451  # The same as in src/store/postgres/database_test.h: both draw from one set of databases.

EMPTY = """
SET client_min_messages = warning;
DO $$ DECLARE found text; BEGIN
  FOR found IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', found);
  END LOOP;
  CREATE SCHEMA public;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$
"""


def server_url():
    given = os.environ.get(VARIABLE, "")
    if not given:
        raise AssertionError("%s is not set: run this by ctest, or by tests/postgres_server.py run COMMAND" % VARIABLE)
    if "://" in given:
        return given
    with open(given, encoding="utf-8") as file:
        return file.read().strip()


def psql(url, *statements):
    """The rows of the last statement, columns parted by |."""
    words = [word for statement in statements for word in ("--command", statement)]
    done = subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", *words, url],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=STATEMENT_MAX_S, check=False)
    if done.returncode != 0:
        raise AssertionError("psql: " + done.stderr)
    return done.stdout.splitlines()


class Session:
    """One connection that stays open, because locks last as long as it."""

    def __init__(self, url):
        self._process = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", url], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ask(self, query):
        """The one value that a query answers."""
        watchdog = threading.Timer(STATEMENT_MAX_S, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(query + ";\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not answer:
            raise AssertionError("no answer to " + query)
        return answer.rstrip("\n")

    def close(self):
        self._process.stdin.close()
        self._process.wait(STATEMENT_MAX_S)
        self._process.stdout.close()


class PostgresDatabase:
    """Emptied and used again rather than dropped, as its C++ twin explains."""

    def __init__(self):
        self._server = server_url()
        self._lock = Session(self._server)
        number = 1
        while self._lock.ask("SELECT pg_try_advisory_lock(%d, %d)" % (LOCKS, number)) != "t":
            number += 1
        self.name = "contactor_test_%d" % number
        self.url = self._server.rpartition("/")[0] + "/" + self.name
        if psql(self._server, "SELECT 1 FROM pg_database WHERE datname = '%s'" % self.name):
            self._make_empty()
        else:
            psql(self._server, "CREATE DATABASE %s STRATEGY wal_log" % self.name)

    def _make_empty(self):
        psql(self._server, "ALTER DATABASE %s RESET ALL" % self.name, "ALTER DATABASE %s CONNECTION LIMIT -1" % self.name)
        self.disconnect_all()
        psql(self.url, EMPTY)

    def on_server(self, *statements):
        return psql(self._server, *statements)

    def psql(self, *statements):
        return psql(self.url, *statements)

    def disconnect_all(self):
        """Ends every connection to this database, as an administrator does."""
        return self.on_server("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '%s'" % self.name)

    def close(self):
        self._lock.close()
