"""The desk without a browser: tickets, explanations, the audit. A node first makes something to look at."""

import contextlib
import json
import re
import signal
import sqlite3
import time
import unittest

from client import Client, an_order, is_settled, vin_of
from program import ProgramTest


class DeskTest(ProgramTest):
    """One order became active, one failed with a ticket; then the node ended."""

    def setUp(self):
        super().setUp()
        world = Client(self.start_world().address)
        self.addCleanup(world.close)
        token = self.token = self.make_token("admin")
        node = self.serve().listening()
        api = Client(node.address, token)
        self.addCleanup(api.close)
        self.assertEqual(api.put_service("seat-heating").status, 200)
        world.control("vehicles/" + vin_of(2), {"mood": "unknown"})
        for number in (1, 2):
            world.hold(an_order(number))
            self.assertEqual(api.order(an_order(number)).status, 201)
        self.active, self.failed = self.settled(api)
        self.command = self.last_command(api)
        self.assertEqual(node.end(signal.SIGTERM, 12), 0, node.says())

    def settled(self, api):
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at:
            found = sorted(api.activations(), key=lambda one: one["order_id"])
            if len(found) == 2 and all(is_settled(one) for one in found) and found[1]["ticket_id"]:
                self.assertEqual([one["state"] for one in found], ["Active", "Failed"])
                return found
            time.sleep(0.05)
        self.fail("the two orders do not settle: %s" % found)

    def last_command(self, api):
        history = api.get("/v1/ota/activations/%s/history" % self.active["id"]).json()
        return [item["command_id"] for item in history["items"] if item["command_id"]][-1]

    # -- tickets -----------------------------------------------------------------------------------------------------

    def test_tickets_are_listed_shown_and_acted_on(self):
        ticket = self.failed["ticket_id"]
        items = self.on_store("ticket", "list", "--json").document()["items"]
        self.assertEqual([item["id"] for item in items], [ticket])
        self.assertIn(ticket, self.on_store("ticket", "list").out)
        shown = self.on_store("ticket", "show", ticket, "--json").document()
        self.assertEqual(shown["id"], ticket)
        self.assertIn(vin_of(2), json.dumps(shown))
        self.assertIn(ticket, self.on_store("ticket", "show", ticket).out)
        acted = self.on_store("ticket", "act", ticket, "contact_customer", "--text", "left a message")
        self.assertEqual(acted.status, 0, acted.err)
        self.assertIn("left a message", self.on_store("ticket", "show", ticket, "--json").out)
        closed = self.on_store("ticket", "act", ticket, "close", "--text", "the car cannot have it", "--json")
        self.assertEqual(closed.status, 0, closed.err)
        self.assertEqual(closed.document()["state"], "closed")
        explained = self.on_store("explain", self.failed["id"], "--json").document()["activation"]
        self.assertEqual(explained["service_status"], "Failed Activation", "the activation knows that its ticket is closed")

    def test_the_owner_of_the_vehicle_is_asked_where_a_node_runs(self):
        """On SQLite through its socket file, on PostgreSQL by a letter: only that node may change the activation."""
        node = self.serve().listening()
        ticket = self.failed["ticket_id"]
        closed = self.on_store("ticket", "act", ticket, "close", "--text", "the car cannot have it", "--json")
        self.assertEqual((closed.status, closed.err), (0, ""))
        self.assertEqual(closed.document()["state"], "closed")
        api = Client(node.address, self.token)
        self.addCleanup(api.close)
        history = api.get("/v1/ota/activations/%s/history" % self.failed["id"]).json()["items"]
        self.assertEqual(history[-1]["service_status"], "Failed Activation")
        self.assertTrue(history[-1]["actor"].startswith("local:"), history[-1]["actor"])
        self.assertNotIn(self.nodes_of_last_entries(), (["terminal"], []))

    def nodes_of_last_entries(self):
        """Who wrote the failed activation's last entry."""
        statement = ("SELECT node FROM ota_history WHERE activation_id = (SELECT activation_id FROM ota_order WHERE order_id "
                     "= '%s') ORDER BY seq DESC LIMIT 1" % self.failed["order_id"])
        if self.database:
            return self.database.psql(statement)
        with contextlib.closing(sqlite3.connect(self.db)) as store:
            return [row[0] for row in store.execute(statement)]

    def test_a_command_gives_back_what_it_borrowed(self):
        self.assertEqual(self.on_store("ticket", "act", self.failed["ticket_id"], "close", "--text", "done").status, 0)
        if self.database:
            self.assertEqual(self.database.psql("SELECT count(*) FROM shard_lease WHERE owner <> ''"), ["0"])
            self.assertEqual(self.database.psql("SELECT count(*) FROM node"), ["0"])
        self.serve().listening()

    def test_a_closed_ticket_refuses_a_further_action(self):
        ticket = self.failed["ticket_id"]
        self.assertEqual(self.on_store("ticket", "act", ticket, "close", "--text", "done").status, 0)
        again = self.on_store("ticket", "act", ticket, "resolve", "--text", "again")
        self.assertNotEqual(again.status, 0)
        self.assertIn("closed", again.err)

    def test_an_unknown_ticket_is_said_to_be_unknown(self):
        for words in (("show", "tkt_0000000000000"), ("show", "nonsense"),
                      ("act", "tkt_0000000000000", "close", "--text", "x")):
            ended = self.on_store("ticket", *words)
            self.assertEqual((ended.status, ended.out), (2, ""), words)
            self.assertIn("no ticket", ended.err)

    # -- explanations ------------------------------------------------------------------------------------------------

    def test_every_kind_of_id_is_explained(self):
        ids = {
            "activation": self.active["id"], "order": self.active["order_id"], "vin": self.active["vin"],
            "vin in small letters": self.active["vin"].lower(), "payment": self.active["payment"]["transaction_id"],
            "command": self.command,
        }
        for kind, id in ids.items():
            with self.subTest(kind=kind):
                ended = self.on_store("explain", id, "--json")
                self.assertEqual(ended.status, 0, ended.err)
                self.assertIn(self.active["id"], json.dumps(ended.document()))
        ticket = self.on_store("explain", self.failed["ticket_id"], "--json")
        self.assertIn(self.failed["id"], json.dumps(ticket.document()))
        in_words = self.on_store("explain", self.failed["id"])
        self.assertEqual(in_words.status, 0, in_words.err)
        self.assertIn("Failed", in_words.out)

    def test_an_unknown_id_is_a_usage_error(self):
        for id in ("nothing", "act_0000000000000", vin_of(999), "tkt_0000000000000"):
            ended = self.on_store("explain", id)
            self.assertEqual((ended.status, ended.out), (2, ""), id)
            self.assertIn(id, ended.err)

    # -- the audit ---------------------------------------------------------------------------------------------------

    def test_an_untouched_history_verifies(self):
        ended = self.on_store("audit", "verify", "--json")
        self.assertEqual(ended.status, 0, ended.err)
        found = ended.document()
        self.assertEqual((found["ok"], found["activations"]), (True, 2))
        self.assertGreater(found["records"], 4)

    def test_one_changed_byte_is_found_and_named(self):
        self.change_history("UPDATE ota_history SET event = 'X' || substr(event, 2) WHERE seq = 2 AND activation_id = "
                            "(SELECT activation_id FROM ota_order WHERE order_id = ?)", self.active["order_id"])
        self.assert_named(self.active["id"], 2)

    def test_a_changed_first_and_a_missing_last_record_are_found(self):
        self.change_history("DELETE FROM ota_history WHERE activation_id = (SELECT activation_id FROM ota_order "
                            "WHERE order_id = ?1) AND seq = (SELECT max(seq) FROM ota_history WHERE activation_id = "
                            "(SELECT activation_id FROM ota_order WHERE order_id = ?1))", self.failed["order_id"])
        self.assertEqual(self.on_store("audit", "verify").status, 3)
        self.change_history("UPDATE ota_history SET at = at + 1 WHERE seq = 1 AND activation_id = "
                            "(SELECT activation_id FROM ota_order WHERE order_id = ?)", self.failed["order_id"])
        self.assert_named(self.failed["id"], 1)

    def change_history(self, statement, order_id):
        """As somebody with the file, or the server, in hand would: the triggers do not stop him."""
        if self.database:
            statement = re.sub(r"\?1?", "'%s'" % order_id, statement)
            changed = self.database.psql("ALTER TABLE ota_history DISABLE TRIGGER ALL",
                                         "WITH changed AS (%s RETURNING 1) SELECT count(*) FROM changed" % statement)
            self.assertEqual(changed, ["1"])
            return
        with sqlite3.connect(self.db) as store:
            store.execute("DROP TRIGGER IF EXISTS ota_history_no_update")
            store.execute("DROP TRIGGER IF EXISTS ota_history_no_delete")
            self.assertEqual(store.execute(statement, (order_id,)).rowcount, 1)
        store.close()

    def assert_named(self, activation, seq):
        ended = self.on_store("audit", "verify", "--json")
        self.assertEqual(ended.status, 3, ended.err)
        self.assertEqual(ended.document(), {"ok": False, "activation": activation, "seq": seq})
        self.assertIn(activation, self.on_store("audit", "verify").out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
