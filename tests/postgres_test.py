"""A PostgreSQL that refuses, disappears and comes back: what the operator reads, and what the program does then."""

import contextlib
import os
import re
import subprocess
import time
import unittest
from urllib.parse import urlsplit

from client import Client, Unreachable, an_order
from postgres_database import psql
from postgres_server import Server
from program import PROGRAM, ProgramTest, environment, free_address

RECOVERS_WITHIN_S = 30
COMMANDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "operations.md")


class RefusalTest(ProgramTest):
    """One clear line, status 2, and never a password."""

    def assert_refused(self, url, *words):
        ended = self.run_program("token", "list", "--db", url)
        self.assertEqual((ended.status, ended.out), (2, ""), ended.err)
        self.assertEqual(ended.err.count("\n"), 1, ended.err)
        for word in words:
            self.assertIn(word, ended.err)
        self.assert_tells_no_password(ended.err)
        return ended

    def assert_tells_no_password(self, text):
        self.assertNotIn(urlsplit(self.database.url).password, text)
        self.assertNotIn("wrong-secret", text)

    def other(self, **parts):
        """Our database's URL, with another password, host, port or database."""
        known = urlsplit(self.database.url)
        at = {"user": known.username, "password": known.password, "host": known.hostname, "port": known.port,
              "name": self.database.name, **parts}
        return "postgres://%(user)s:%(password)s@%(host)s:%(port)s/%(name)s" % at

    def test_a_wrong_password(self):
        self.assert_refused(self.other(password="wrong-secret"), "password authentication failed", self.database.name)

    def test_an_unknown_host(self):
        self.assert_refused(self.other(host="no-such-host.invalid"), "no-such-host.invalid")

    def test_nobody_listens(self):
        self.assert_refused(self.other(port=free_address("127.0.0.1")[1]), "refused")

    def test_a_missing_database(self):
        self.assert_refused(self.other(name="no_such_database"), "no_such_database", "does not exist")

    def test_a_url_that_is_none(self):
        self.assert_refused("postgres://ada:wrong-secret@[::1/x")

    def test_a_database_that_is_closed_for_writes(self):
        self.assertEqual(self.on_store("token", "list").status, 0)
        self.database.on_server("ALTER DATABASE %s SET default_transaction_read_only = on" % self.database.name)
        self.assert_refused(self.database.url, "read-only")

    def test_too_many_connections(self):
        role = "few_" + self.database.name
        self.database.on_server("DROP ROLE IF EXISTS " + role, "CREATE ROLE %s LOGIN PASSWORD 'wrong-secret'" % role)
        self.addCleanup(self.database.on_server, "DROP ROLE " + role)
        self.database.on_server("ALTER DATABASE %s CONNECTION LIMIT 0" % self.database.name)
        self.assert_refused(self.other(user=role, password="wrong-secret"), "too many connections")

    def test_a_schema_of_a_newer_program(self):
        self.assertEqual(self.on_store("token", "list").status, 0)
        self.database.psql("INSERT INTO schema_migration SELECT rev + 1, 'later', checksum, applied_at FROM schema_migration "
                           "ORDER BY rev DESC LIMIT 1")
        self.assert_refused(self.database.url, "use a newer program")

    def test_the_log_names_the_store_without_its_password(self):
        node = self.serve().listening()
        self.assertEqual(self.interrupt(node), 0)
        self.assertIn(":***@", node.says())
        self.assert_tells_no_password(node.says())


class WaitingTest(ProgramTest):
    """A node that starts while its database is away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()
        cls.addClassCleanup(cls.server.end)
        cls.server.start()

    def setUp(self):
        super().setUp()
        if self.server.process.poll() is not None:
            self.server.resume()
        self.url = self.server.url
        self.assertEqual(self.run_program("token", "list", "--db", self.url).status, 0)

    def start_waiting(self, **settings):
        self.server.crash()
        return self.start("serve", "--listen", "127.0.0.1:0", "--db", self.url, settings=settings)

    def test_it_waits_and_says_so_until_the_database_is_there(self):
        node = self.start_waiting().listening()
        api = Client(node.address)
        self.addCleanup(api.close)
        self.assertEqual(api.get("/healthz").status, 200)
        answer = api.get("/readyz")
        self.assertEqual((answer.status, answer.json()["title"]), (503, "Not ready"))
        self.assertIn("has not answered", answer.json()["detail"])
        self.assertEqual(api.get("/v1/overview").status, 503)
        self.server.resume()
        self.wait_ready(node)
        self.assertIn("waiting for the database", node.says())
        self.assertEqual(self.interrupt(node), 0)

    def wait_ready(self, node):
        give_up_at = time.monotonic() + RECOVERS_WITHIN_S
        while time.monotonic() < give_up_at:
            with contextlib.suppress(Unreachable), contextlib.closing(Client(node.address)) as api:
                if api.get("/readyz").status == 200:
                    return
            time.sleep(0.05)
        self.fail("it is not ready: " + node.says())

    def ended_in_one_line(self, node):
        """What it said before; the last line is the error."""
        self.assertEqual(node.wait(RECOVERS_WITHIN_S), 2, node.says())
        node.close()
        self.assertTrue(node.lines[-1].startswith("contactor: "), node.says())
        return "".join(node.lines[:-1])

    def test_it_waits_so_long_and_no_longer(self):
        told = self.ended_in_one_line(self.start_waiting(DATABASE_WAIT="8s"))
        self.assertRegex(told, r"waiting for the database, \ds at most")

    def test_it_need_not_wait_at_all(self):
        self.assertEqual(self.ended_in_one_line(self.start_waiting(DATABASE_WAIT="0s")), "")

    def test_it_can_be_asked_to_end_meanwhile(self):
        self.assertEqual(self.interrupt(self.start_waiting().listening()), 0)

    def test_what_an_operator_must_change_is_not_waited_for(self):
        known = urlsplit(self.url)
        wrong = ("postgres://%s:wrong-secret@%s:%s/postgres" % (known.username, known.hostname, known.port),
                 self.url.rsplit("/", 1)[0] + "/no_such_database")
        for url in wrong:
            node = self.start("serve", "--listen", "127.0.0.1:0", "--db", url)
            self.assertEqual(self.ended_in_one_line(node), "")


class DoctorTest(ProgramTest):
    def store_findings(self, *words):
        ended = self.on_store("doctor", "--json", *words)
        return [item for item in ended.document()["findings"] if item["area"] in ("store", "node", "migrate")]

    def test_it_describes_the_server(self):
        node = self.serve().listening()
        give_up_at = time.monotonic() + RECOVERS_WITHIN_S
        found = self.store_findings()
        # A node that has just started takes its shards with its first beats.
        while any(item["level"] != "ok" for item in found):
            self.assertLess(time.monotonic(), give_up_at, found)
            found = self.store_findings()
        told = " ".join(item["text"] for item in found)
        for words in ("PostgreSQL 15", "timeline 1", "commits wait for this server only", "connections are free", ": up, 256 shards"):
            self.assertIn(words, told)
        self.assertEqual(self.interrupt(node), 0)

    def test_it_names_every_node(self):
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0)
        beat = "INSERT INTO node (name, process, version, leaving, beat_at, until) VALUES ('%s', 'p-%s', '1.0', %s, " \
               "clock_timestamp() - interval '%s', clock_timestamp() + interval '%s')"
        self.database.psql(beat % ("here", "here", "false", "1 s", "60 s"), beat % ("going", "going", "true", "2 s", "60 s"),
                           beat % ("lost", "lost", "false", "90 s", "-80 s"), beat % ("forgotten", "forgotten", "false", "2 days", "-2 days"),
                           "UPDATE shard_lease SET owner = CASE WHEN shard < 100 THEN 'p-here' ELSE 'p-lost' END")
        told = {item["text"].split()[0]: (item["level"], item["text"]) for item in self.store_findings()
                if item["area"] == "node"}
        self.assertEqual({name: level for name, (level, _) in told.items()},
                         {"here": "ok", "going": "ok", "lost": "warning", "156": "warning"})
        self.assertIn("here 1.0: up, 100 shards", told["here"][1])
        self.assertIn("leaving", told["going"][1])
        self.assertIn("gone", told["lost"][1])

    def test_it_leaves_an_old_schema_alone(self):
        found = self.store_findings()
        self.assertTrue(any("revision 0" in item["text"] and item["level"] == "warning" for item in found), found)
        self.assertEqual(self.database.psql("SELECT to_regclass('ota_activation') IS NULL"), ["t"])

    def test_settings_that_lose_what_was_acknowledged_are_errors(self):
        careless = Server({"fsync": "off"})
        self.addCleanup(careless.end)
        careless.start()
        ended = self.run_program("doctor", "--json", "--db", careless.url)
        errors = [item["text"] for item in ended.document()["findings"]
                  if item["level"] == "error" and item["area"] == "store"]
        self.assertEqual(len(errors), 1, errors)
        self.assertIn("fsync", errors[0])


class DocumentedCommandsTest(ProgramTest):
    """The blocks of docs/operations.md, as they stand there."""

    def setUp(self):
        super().setUp()
        self.owner, self.runtime = "owner_of_" + self.database.name, "runtime_of_" + self.database.name
        self.forget_roles()
        self.addCleanup(self.forget_roles)
        self.words = {"OWNER": self.owner, "RUNTIME": self.runtime, "OWNER_PASSWORD": "one", "RUNTIME_PASSWORD": "two",
                      "ADMIN_URL": self.database.url, "OWNER_URL": self.url_of(self.owner, "one"),
                      "BACKUP": os.path.join(self.folder, "contactor.dump"), "PATH": self.path()}

    def forget_roles(self):
        for role in (self.owner, self.runtime):
            if self.database.psql("SELECT 1 FROM pg_roles WHERE rolname = '%s'" % role):
                self.database.psql("DROP OWNED BY " + role, "DROP ROLE " + role)

    def path(self):
        """The commands call the program by its name."""
        folder = os.path.join(self.folder, "bin")
        os.mkdir(folder)
        os.symlink(PROGRAM, os.path.join(folder, "contactor"))
        return folder + ":" + os.environ["PATH"]

    def url_of(self, user, password):
        at = urlsplit(self.database.url)
        return "postgres://%s:%s@%s:%d/%s" % (user, password, at.hostname, at.port, self.database.name)

    def run_block(self, name):
        with open(COMMANDS, encoding="utf-8") as page:
            block = re.search(r"```sh postgres %s\n(.*?)```" % name, page.read(), re.DOTALL)[1]
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=self.folder, env=environment(self.words),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_role_of_the_nodes_cannot_rewrite_history(self):
        self.run_block("roles")
        self.run_block("upgrade")
        self.start_world()
        runtime = self.url_of(self.runtime, "two")
        made = self.run_program("token", "create", "--role", "admin", "--name", "x", "--json", "--db", runtime)
        self.assertEqual(made.status, 0, made.err)
        node = self.start("serve", "--listen", "127.0.0.1:0", "--db", runtime).listening()
        api = Client(node.address, made.document()["token"])
        self.addCleanup(api.close)
        self.assertEqual(api.put_service("seat-heating").status, 200)
        order = an_order(1)
        world = Client(urlsplit(self.settings["STRIPE_API_URL"]).netloc.split(":"))
        self.addCleanup(world.close)
        world.hold(order)
        id = api.order(order).json()["id"]
        give_up_at = time.monotonic() + RECOVERS_WITHIN_S
        while api.get("/v1/ota/activations/" + id).json()["money_state"] != "captured":
            self.assertLess(time.monotonic(), give_up_at, node.says())
            time.sleep(0.1)
        self.assertEqual(self.interrupt(node), 0, node.says())
        for statement in ("UPDATE ota_history SET at = 0", "DELETE FROM ota_history", "TRUNCATE ota_history",
                          "DELETE FROM schema_migration", "DROP TABLE ota_ticket", "ALTER TABLE ota_history DISABLE TRIGGER ALL"):
            with self.assertRaisesRegex(AssertionError, "permission denied|must be owner"):
                psql(runtime, statement)

    def test_a_backup_is_restored(self):
        self.run_block("roles")
        self.run_block("upgrade")
        owner = self.words["OWNER_URL"]
        token = ("token", "list", "--json", "--db", owner)
        self.assertEqual(self.run_program("token", "create", "--role", "admin", "--name", "x", "--db", owner).status, 0)
        before = self.run_program(*token).document()
        self.run_block("backup")
        self.assertEqual(self.run_program("migrate", "downgrade", "base", "--db", owner).status, 0)
        self.database.psql("DROP TABLE schema_migration")
        self.run_block("restore")
        self.assertEqual(self.run_program(*token).document(), before)


class OutageTest(ProgramTest):
    """The server is this test's own."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.end)
        self.server.start()
        super().setUp()
        self.start_world()
        self.token = self.make_token("admin")
        self.node = self.serve().listening()
        self.api = Client(self.node.address, self.token, timeout_s=30)
        self.addCleanup(self.api.close)
        self.assertEqual(self.api.put_service("seat-heating").status, 200)

    @property
    def db_url(self):
        return self.server.url

    def wait_status(self, path, status):
        give_up_at = time.monotonic() + RECOVERS_WITHIN_S
        while True:
            answer = self.api.get(path)
            if answer.status == status:
                return answer
            self.assertLess(time.monotonic(), give_up_at, "%s still answers %d" % (path, answer.status))
            time.sleep(0.1)

    def test_it_says_so_and_recovers_by_itself(self):
        self.wait_status("/readyz", 200)
        self.server.crash()
        self.assertEqual(self.wait_status("/readyz", 503).headers["Content-Type"], "application/problem+json")
        self.assertEqual(self.api.get("/healthz").status, 200)
        refused = self.api.order(an_order(1))
        self.assertEqual(refused.status, 503, refused.body)
        self.assertGreater(int(refused.headers["Retry-After"]), 0)
        self.server.resume()
        self.wait_status("/readyz", 200)
        give_up_at = time.monotonic() + RECOVERS_WITHIN_S
        while (taken := self.api.order(an_order(1))).status == 503:
            self.assertLess(time.monotonic(), give_up_at, taken.body)
            time.sleep(0.1)
        self.assertEqual(taken.status, 201, taken.body)
        self.assertIsNone(self.node.process.poll())


if __name__ == "__main__":
    unittest.main(verbosity=2)
