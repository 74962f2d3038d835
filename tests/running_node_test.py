"""Commands beside a running node: they ask it through its socket file, and their answers are the same."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import stat
import threading
import time
import unittest

from client import Client, an_order, is_settled, vin_of
from program import ProgramTest


class OverSocketFile(http.client.HTTPConnection):
    """HTTP through a Unix domain socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class RunningNodeTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.socket_file = self.db + ".sock"

    def told_again(self, *words):
        """The command's answer now; the caller compares it with the one after the node's end."""
        ended = self.on_store(*words)
        return (ended.status, ended.out, ended.err)


class DeskBesideANodeTest(RunningNodeTest):
    """One order became active, one failed with a ticket, and the node still runs."""

    def setUp(self):
        super().setUp()
        world = Client(self.start_world().address)
        self.addCleanup(world.close)
        self.node = self.serve().listening()
        self.token = self.make_token("admin")
        self.api = Client(self.node.address, self.token)
        self.addCleanup(self.api.close)
        self.assertEqual(self.api.put_service("seat-heating").status, 200)
        world.control("vehicles/" + vin_of(2), {"mood": "unknown"})
        for number in (1, 2):
            world.hold(an_order(number))
            self.assertEqual(self.api.order(an_order(number)).status, 201)
        self.active, self.failed = self.settled()

    def settled(self):
        give_up_at = time.monotonic() + 60
        while time.monotonic() < give_up_at:
            found = sorted(self.api.activations(), key=lambda one: one["order_id"])
            if len(found) == 2 and all(is_settled(one) for one in found) and found[1]["ticket_id"]:
                return found
            time.sleep(0.05)
        self.fail("the two orders do not settle: %s" % found)

    def test_every_reading_command_says_the_same_with_and_without_the_node(self):
        ticket = self.failed["ticket_id"]
        commands = []
        for words in (("ticket", "list"), ("ticket", "show", ticket), ("explain", self.active["id"]),
                      ("explain", ticket), ("explain", "nothing"), ("token", "list"), ("audit", "verify"),
                      ("ticket", "show", "tkt_0000000000000"), ("token", "revoke", "nonsense"),
                      ("migrate", "current"), ("migrate", "history")):
            commands += [words, (*words, "--json")]
        with_node = [self.told_again(*words) for words in commands]
        self.assertEqual(self.interrupt(self.node), 0, self.node.says())
        for words, told in zip(commands, with_node):
            with self.subTest(words=words):
                self.assertEqual(self.told_again(*words), told)
                self.assertIn(told[0], (0, 2))
                self.assertEqual(bool(told[1]), told[0] == 0)

    def test_a_ticket_is_acted_on_in_the_users_name_and_the_activation_knows(self):
        ticket = self.failed["ticket_id"]
        closed = self.on_store("ticket", "act", ticket, "close", "--text", "the car cannot have it", "--json")
        self.assertEqual(closed.status, 0, closed.err)
        self.assertEqual(closed.document()["state"], "closed")
        who = "local:%d" % os.geteuid()
        self.assertIn("%s: closed: the car cannot have it" % who, json.dumps(closed.document()["notes"]))
        give_up_at = time.monotonic() + 10
        while time.monotonic() < give_up_at:
            history = self.api.get("/v1/ota/activations/%s/history" % self.failed["id"]).json()["items"]
            if any(item["actor"] == who for item in history):
                break
            time.sleep(0.05)
        else:
            self.fail("the history does not name %s" % who)
        again = self.on_store("ticket", "act", ticket, "resolve", "--text", "again")
        self.assertEqual((again.status, again.out), (1, ""))
        self.assertIn("closed", again.err)

    def test_a_copy_taken_beside_the_node_is_whole(self):
        copy = os.path.join(self.folder, "copy.db")
        for make in (lambda source, target: source.backup(target),
                     lambda source, target: source.execute("VACUUM INTO ?", (copy + "2",))):
            with contextlib.closing(sqlite3.connect(self.db)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
                make(source, target)
        for path in (copy, copy + "2"):
            verified = self.run_program("audit", "verify", "--json", "--db", "sqlite:" + path)
            self.assertEqual(verified.status, 0, verified.err)
            self.assertEqual(verified.document()["activations"], 2)

    def test_a_token_made_beside_the_node_works_until_it_is_revoked_there(self):
        made = self.on_store("token", "create", "--role", "viewer", "--name", "wall", "--json").document()
        viewer = Client(self.node.address, made["token"])
        self.addCleanup(viewer.close)
        self.assertEqual(viewer.get("/v1/overview").status, 200)
        self.assertEqual(self.on_store("token", "revoke", made["id"]).status, 0)
        self.assertEqual(viewer.get("/v1/overview").status, 401)


class SocketFileTest(RunningNodeTest):
    def ask(self, path, method="GET", headers=None):
        connection = OverSocketFile(self.socket_file)
        self.addCleanup(connection.close)
        connection.request(method, path, headers=headers or {})
        return connection.getresponse()

    def test_it_is_the_owners_alone_and_leaves_with_the_node(self):
        node = self.serve().listening()
        mode = os.lstat(self.socket_file).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.assertEqual(self.ask("/v1/ota/activations").status, 200)
        self.assertEqual(self.ask("/v1/ota/activations", headers={"Authorization": "Bearer x"}).status, 401)
        self.assertEqual(self.interrupt(node), 0)
        self.assertFalse(os.path.exists(self.socket_file))

    def test_its_own_routes_do_not_exist_on_the_network(self):
        token = self.make_token("admin")
        node = self.serve().listening()
        network = Client(node.address, token)
        self.addCleanup(network.close)
        for path in ("/local/tokens", "/local/audit", "/local/explain/x"):
            self.assertEqual(network.get(path).status, 404, path)
        self.assertEqual(self.ask("/local/tokens").status, 200)
        self.assertNotIn("/local/", json.dumps(network.get("/openapi.json").json()["paths"]))

    def test_what_a_killed_node_left_is_replaced(self):
        self.serve().listening().end(signal.SIGKILL, 10)
        self.assertTrue(os.path.exists(self.socket_file))
        self.assertEqual(self.on_store("token", "list").status, 0, "nobody holds the store")
        node = self.serve().listening()
        self.assertEqual(self.ask("/healthz").status, 200)
        self.assertEqual(self.interrupt(node), 0)

    def test_a_file_in_its_place_is_left_alone_and_the_node_serves(self):
        with open(self.socket_file, "w", encoding="utf-8") as file:
            file.write("precious")
        node = self.serve().listening()
        self.assertIn("no socket", node.says())
        ended = self.on_store("token", "list")
        self.assertEqual((ended.status, ended.out), (1, ""))
        self.assertIn("in use by process %d" % node.process.pid, ended.err)
        self.assertEqual(self.interrupt(node), 0)
        with open(self.socket_file, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")

    def test_a_long_path_is_no_hindrance(self):
        deep = os.path.join(self.folder, "a" * 80, "b" * 80)
        os.makedirs(deep)
        self.db = os.path.join(deep, "store.db")
        self.socket_file = self.db + ".sock"
        node = self.serve().listening()
        self.assertEqual(self.on_store("token", "list").status, 0)
        self.assertEqual(self.interrupt(node), 0)
        self.assertFalse(os.path.exists(self.socket_file))

    def test_commands_at_once_wait_for_each_other(self):
        self.assertEqual(self.on_store("token", "list").status, 0)
        made = []
        threads = [threading.Thread(target=lambda number=number: made.append(self.on_store(
            "token", "create", "--role", "viewer", "--name", "n%d" % number))) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([ended.status for ended in made], [0] * 4, [ended.err for ended in made])
        self.assertEqual(len(self.on_store("token", "list", "--json").document()["items"]), 4)


class MigrateBesideANodeTest(RunningNodeTest):
    def test_the_schema_is_read_and_not_moved(self):
        node = self.serve().listening()
        at = self.on_store("migrate", "current", "--json")
        self.assertEqual(at.status, 0, at.err)
        self.assertEqual(at.document()["current"], at.document()["head"])
        for words in (("upgrade", "head"), ("downgrade", "base")):
            ended = self.on_store("migrate", *words)
            self.assertEqual((ended.status, ended.out), (1, ""), words)
            self.assertEqual(ended.err.count("\n"), 1)
            self.assertIn("process %d" % node.process.pid, ended.err)
        self.assertEqual(self.on_store("migrate", "current", "--json").document(), at.document())


class DoctorBesideANodeTest(RunningNodeTest):
    def test_it_finds_the_node(self):
        self.start_world()
        node = self.serve().listening()
        ended = self.on_store("doctor", "--json")
        self.assertEqual(ended.status, 0, ended.out + ended.err)
        found = {(item["area"], item["level"], item["text"]) for item in ended.document()["findings"]}
        self.assertIn(("node", "ok", "running, process %d, answers" % node.process.pid), found)
        self.assertIn(("iot_api", "ok", "answers, and takes the credentials"), found)
        self.assertIn("running, process %d, answers" % node.process.pid, self.on_store("doctor").out)


class DemoTest(RunningNodeTest):
    def test_the_demo_answers_commands_too(self):
        demo = self.start("demo", "--orders", "2", "--vehicles", "2", "--db", "sqlite:" + self.db).listening()
        listed = self.on_store("token", "list", "--json")
        self.assertEqual(listed.status, 0, listed.err)
        self.assertIn("demo-admin", listed.out)
        demo.end(signal.SIGINT, 15)
        self.assertFalse(os.path.exists(self.socket_file))


if __name__ == "__main__":
    unittest.main(verbosity=2)
