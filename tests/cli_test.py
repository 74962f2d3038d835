"""Exit statuses, words and signals of the program, as scripts meet them."""

import contextlib
import json
import os
import signal
import sqlite3
import time
import unittest

from client import Client, Unreachable, an_order
from program import ProgramTest, only_on


class UsageTest(ProgramTest):
    def assert_ends(self, ended, status, *words):
        """Trouble is told on stderr, and stdout stays clean."""
        self.assertEqual(ended.status, status, ended.out + ended.err)
        self.assertEqual(ended.out, "")
        for word in words:
            self.assertIn(word, ended.err)

    def test_wrong_words_are_a_usage_error(self):
        for words in ((), ("dance",), ("serve", "--no-such-flag"), ("token", "create", "--name", "x"),
                      ("token", "create", "--role", "king", "--name", "x"), ("token",), ("audit",), ("explain",),
                      ("token", "create", "--role", "admin", "--name", "x", "--expires", "soon"),
                      ("demo", "--orders", "0"), ("demo", "--vehicles", "-1"), ("migrate", "sideways"),
                      ("ticket", "act", "tkt_0000000000000", "burn", "--text", "x")):
            with self.subTest(words=words):
                ended = self.run_program(*words)
                self.assertEqual((ended.status, ended.out), (2, ""))
                self.assertTrue(ended.err.strip())

    def test_help_and_version_are_answers(self):
        helped = self.run_program("--help")
        self.assertEqual((helped.status, helped.err), (0, ""))
        for command in ("serve", "demo", "sim", "migrate", "explain", "doctor", "token", "ticket", "audit", "vin"):
            self.assertIn(command, helped.out)
            self.assertEqual(self.run_program(command, "--help").status, 0, command)
        self.assertRegex(self.run_program("--version").out, r"^\d+\.\d+\.\d+\n$")

    def test_wrong_configuration_names_the_variable(self):
        cases = {
            "OTA_MAX_RETRIES": {"OTA_MAX_RETRIES": "many"},
            "OTA_BASE_DELAY": {"OTA_BASE_DELAY": "2h"},
            "OTA_COMMAND_TIMEOUT": {"OTA_COMMAND_TIMEOUT": "soon"},
            "OTA_COMMANDS_PER_HOUR": {"OTA_COMMANDS_PER_HOUR": "0"},
            "OTA_POLL_MIN": {"OTA_POLL_MIN": "0s"},
            "STRIPE_API_URL": {"STRIPE_SECRET_KEY": "sk", "STRIPE_API_URL": "stripe.com"},
            "API_IOT_TOKEN_URL": {"API_IOT_BASE_URL": "http://127.0.0.1:1"},
            "MAIL_FROM": {"SMTP_URL": "smtp://127.0.0.1:1"},
            "FCM_CREDENTIALS_FILE": {"FCM_PROJECT": "p", "FCM_CREDENTIALS_FILE": "/no/such/file"},
            "PUBLIC_URL": {"PUBLIC_URL": "example.org"},
        }
        for name, settings in cases.items():
            with self.subTest(name=name):
                self.assert_ends(self.on_store("serve", "--listen", "127.0.0.1:0", settings=settings), 2, name)

    def test_wrong_lines_in_the_env_file_are_named(self):
        with open(os.path.join(self.folder, ".env"), "w", encoding="utf-8") as file:
            file.write("# comment\nOTA_MAX_RETRIES=5\nnonsense\n")
        self.assert_ends(self.on_store("token", "list"), 2, ".env", "3")

    def test_the_environment_wins_over_the_env_file(self):
        with open(os.path.join(self.folder, ".env"), "w", encoding="utf-8") as file:
            file.write("OTA_MAX_RETRIES=many\n")
        self.assert_ends(self.on_store("token", "list"), 2, "OTA_MAX_RETRIES")
        self.assertEqual(self.on_store("token", "list", settings={"OTA_MAX_RETRIES": "3"}).status, 0)

    def test_the_store_must_be_named_in_a_known_way(self):
        self.assert_ends(self.run_program("token", "list", "--db", "mysql://x"), 2, "sqlite:PATH")
        self.assertEqual(self.run_program("token", "list", settings={"DATABASE_URL": "sqlite:" + self.db}).status, 0)
        self.assertTrue(os.path.exists(self.db))

    def test_an_address_that_is_none_is_a_usage_error(self):
        for text in ("8080", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:", ":80", "127.0.0.1:80x"):
            with self.subTest(text=text):
                self.assert_ends(self.on_store("serve", "--listen", text), 2, "--listen")

    def test_what_cannot_be_is_fatal(self):
        self.assert_ends(self.run_program("token", "list", "--db", "sqlite:/no/such/folder/x.db"), 1, "/no/such/folder")
        with open(self.db, "wb") as file:
            file.write(b"this is not a database " * 100)
        self.assert_ends(self.run_program("token", "list", "--db", "sqlite:" + self.db), 1, "store")


class TokenTest(ProgramTest):
    def test_tokens_are_made_listed_and_revoked(self):
        made = self.on_store("token", "create", "--role", "viewer", "--name", "wallboard", "--expires", "1d", "--json")
        self.assertEqual((made.status, made.err), (0, ""))
        self.assertEqual(set(made.document()), {"token", "id"})
        self.assertTrue(made.document()["token"].startswith("ctr_"))
        listed = self.on_store("token", "list", "--json")
        self.assertNotIn(made.document()["token"], listed.out)
        item = listed.document()["items"][0]
        self.assertEqual((item["id"], item["name"], item["role"], item["state"]),
                         (made.document()["id"], "wallboard", "viewer", "valid"))
        revoked = self.on_store("token", "revoke", item["id"], "--json")
        self.assertEqual(revoked.status, 0, revoked.err)
        self.assertEqual(revoked.document(), {"id": item["id"], "state": "revoked"})
        self.assertEqual(self.on_store("token", "list", "--json").document()["items"][0]["state"], "revoked")

    def test_an_unknown_token_cannot_be_revoked(self):
        for id in ("tok_0000000000000", "nonsense", ""):
            ended = self.on_store("token", "revoke", id)
            self.assertEqual((ended.status, ended.out), (2, ""), id)
            self.assertIn("no token", ended.err)

    def test_without_json_the_token_is_shown_in_words(self):
        made = self.on_store("token", "create", "--role", "admin", "--name", "first")
        self.assertEqual(made.status, 0, made.err)
        self.assertIn("only this once", made.out)
        self.assertIn("first", self.on_store("token", "list").out)


class MigrateTest(ProgramTest):
    def migrate(self, *words):
        ended = self.on_store("migrate", *words)
        self.assertEqual(ended.status, 0, ended.err)
        return ended

    def test_a_store_goes_up_and_down(self):
        at = self.migrate("current", "--json").document()
        self.assertEqual(at["current"], 0)
        self.assertGreater(at["head"], 0)
        planned = self.migrate("upgrade", "head", "--dry-run").out
        self.assertIn("CREATE TABLE ota_activation", planned)
        self.assertEqual(self.migrate("current", "--json").document()["current"], 0)
        self.assertEqual(self.migrate("upgrade", "head", "--json").document(), {"from": 0, "current": at["head"]})
        self.assertTrue(all(item["applied"] for item in self.migrate("history", "--json").document()["items"]))
        self.assertIn("DROP TABLE", self.migrate("downgrade", "base", "--dry-run").out)
        self.assertEqual(self.migrate("downgrade", "base", "--json").document(), {"from": at["head"], "current": 0})
        self.assertFalse(any(item["applied"] for item in self.migrate("history", "--json").document()["items"]))
        self.assertEqual(self.migrate("upgrade", "1").out, "0 -> 1\n")

    def test_a_wrong_revision_is_a_usage_error(self):
        for words in (("upgrade", "9999"), ("upgrade", "newest"), ("upgrade", "-1"), ("downgrade", "head"), ("upgrade",)):
            with self.subTest(words=words):
                ended = self.on_store("migrate", *words)
                self.assertEqual((ended.status, ended.out), (2, ""))

    def test_a_dry_run_on_a_new_store_prints_one_document_with_json(self):
        self.assertIn("CREATE TABLE", self.migrate("upgrade", "head", "--dry-run", "--json").document()["sql"])


class DoctorTest(ProgramTest):
    def findings(self, ended):
        return {(item["area"], item["level"]) for item in ended.document()["findings"]}

    def test_nothing_configured_is_partly_done(self):
        ended = self.on_store("doctor", "--json")
        self.assertEqual(ended.status, 3, ended.err)
        found = self.findings(ended)
        self.assertIn(("iot_api", "error"), found)
        self.assertIn(("payments", "warning"), found)
        self.assertIn(("store", "ok"), found)
        self.assertIn("iot_api", self.on_store("doctor").out)

    def test_a_configured_world_is_healthy(self):
        self.start_world()
        ended = self.on_store("doctor", "--json")
        self.assertEqual(ended.status, 0, ended.out)
        self.assertIn(("iot_api", "ok"), self.findings(ended))

    def test_a_wrong_secret_and_a_dead_upstream_are_found(self):
        self.start_world()
        for settings in ({"API_IOT_CLIENT_SECRET": "wrong"}, {"API_IOT_BASE_URL": "http://127.0.0.1:1"}):
            ended = self.on_store("doctor", "--json", settings=settings)
            self.assertEqual(ended.status, 3, settings)
            self.assertIn(("iot_api", "error"), self.findings(ended))

    def test_wrong_configuration_is_a_finding_with_status_2(self):
        ended = self.on_store("doctor", "--json", settings={"OTA_MAX_RETRIES": "many"})
        self.assertEqual(ended.status, 2)
        self.assertIn("OTA_MAX_RETRIES", json.dumps(ended.document()))


class ServeTest(ProgramTest):
    @only_on("sqlite", "a PostgreSQL database serves many processes")
    def test_a_second_process_is_refused_by_name(self):
        node = self.serve().listening()
        for words in (("serve", "--listen", "127.0.0.1:0"), ("migrate", "downgrade", "base")):
            with self.subTest(words=words):
                ended = self.on_store(*words)
                self.assertEqual((ended.status, ended.out), (1, ""))
                self.assertIn("in use by process %d" % node.process.pid, ended.err)
        self.assertEqual(self.on_store("doctor", "--json").status, 3)
        self.assertEqual(self.interrupt(node), 0)
        self.assertEqual(self.on_store("token", "list").status, 0)

    def test_a_taken_port_is_fatal(self):
        node = self.serve().listening()
        other = self.run_program("serve", "--listen", "%s:%d" % node.address, "--db", "sqlite:" + self.db + "2")
        self.assertEqual((other.status, other.out), (1, ""))
        self.assertIn(str(node.address[1]), other.err)

    def test_an_interrupt_ends_it_cleanly(self):
        node = self.serve().listening()
        idle = Client(node.address)
        self.addCleanup(idle.close)
        self.assertEqual(idle.get("/healthz").status, 200)
        begun_at = time.monotonic()
        self.assertEqual(self.interrupt(node), 0, node.says())
        self.assertLess(time.monotonic() - begun_at, 5, "an idle connection keeps nobody up")
        self.assertEqual(node.process.stdout.read(), "")

    def test_an_interrupt_while_it_starts_ends_it(self):
        node = self.serve()
        time.sleep(0.05)
        self.assertIn(self.interrupt(node), (0, -signal.SIGINT, 130), node.says())

    def test_the_simulated_world_ends_cleanly(self):
        world = self.start_world()
        self.assertEqual(self.interrupt(world), 0, world.says())


class LoadedServeTest(ProgramTest):
    """A node with work under way."""

    ORDERS = 60

    def setUp(self):
        super().setUp()
        self.world = Client(self.start_world().address)
        self.addCleanup(self.world.close)
        self.token = self.make_token("admin")
        self.node = self.serve().listening()
        self.api = Client(self.node.address, self.token)
        self.addCleanup(self.api.close)
        self.assertEqual(self.api.put_service("seat-heating").status, 200)

    def order_all(self):
        ids = []
        for number in range(self.ORDERS):
            order = an_order(number)
            self.world.hold(order)
            answer = self.api.order(order)
            self.assertEqual(answer.status, 201, answer.body)
            ids.append(answer.json()["id"])
        return ids

    def test_a_termination_under_load_loses_nothing(self):
        ids = self.order_all()
        self.assertEqual(self.node.end(signal.SIGTERM, 12), 0, self.node.says())
        self.assertEqual(self.on_store("audit", "verify").status, 0)
        again = self.serve().listening()
        api = Client(again.address, self.token)
        self.addCleanup(api.close)
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at:
            found = api.activations()
            if all(one["money_state"] == "captured" for one in found):
                break
            time.sleep(0.1)
        self.assertEqual(sorted(one["id"] for one in found), sorted(ids))
        self.assertEqual({(one["state"], one["money_state"], one["attempts"]) for one in found}, {("Active", "captured", 1)})
        self.assertEqual(self.interrupt(again), 0)

    def test_a_second_interrupt_leaves_at_once(self):
        # A world that never answers keeps the first interrupt waiting for its ten seconds.
        self.world.control("faults", {"iot_hang": 1})
        self.order_all()
        self.node.process.send_signal(signal.SIGINT)
        with self.assertRaises(AssertionError):
            self.node.wait(1)
        begun_at = time.monotonic()
        self.assertEqual(self.node.end(signal.SIGINT, 5), 130, self.node.says())
        self.assertLess(time.monotonic() - begun_at, 2)

    def test_a_hanging_upstream_does_not_stop_the_end(self):
        self.world.control("faults", {"iot_hang": 1})
        ids = self.order_all()
        self.assertEqual(self.node.end(signal.SIGTERM, 12), 0, self.node.says())
        self.world.control("heal", {})
        again = self.serve().listening()
        api = Client(again.address, self.token)
        self.addCleanup(api.close)
        self.assertEqual(sorted(one["id"] for one in api.activations()), sorted(ids))

    def test_no_order_is_taken_after_the_end_has_begun(self):
        self.world.control("faults", {"iot_hang": 1})
        self.order_all()
        self.node.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        late = Client(self.node.address, self.token, timeout_s=2)
        self.addCleanup(late.close)
        with self.assertRaises(Unreachable):
            late.order(an_order(9999))
        self.assertEqual(self.node.wait(12), 0)


class VinTest(ProgramTest):
    GOLF, WRONG = "WVWZZZE1ZMP000001", "WVWZZZE1ZMP00000O"

    def decode(self, *vins, stdin=None):
        return self.run_program("vin", "decode", *vins, "--json", stdin=stdin)

    def test_one_vin_is_one_object(self):
        decoded = self.decode(self.GOLF.lower())
        self.assertEqual(decoded.status, 0, decoded.err)
        self.assertEqual(json.loads(decoded.out),
                         {"vin": self.GOLF, "valid": True, "wmi": "WVW", "make": "volkswagen", "oem": "volkswagen",
                          "country": "DE", "model_year": 2021, "check_digit": "not_used"})

    def test_what_is_not_known_is_null_and_no_failure(self):
        decoded = self.decode("GZZ3E1EA7KF317000")
        self.assertEqual(decoded.status, 0, decoded.err)
        found = json.loads(decoded.out)
        self.assertEqual((found["valid"], found["make"], found["oem"], found["country"]), (True, None, None, None))

    def test_wrong_ones_are_told_beside_the_others(self):
        decoded = self.decode(self.GOLF, self.WRONG)
        self.assertEqual(decoded.status, 3, decoded.err)
        good, bad = json.loads(decoded.out)
        self.assertEqual((good["make"], good["valid"]), ("volkswagen", True))
        self.assertEqual((bad["vin"], bad["valid"]), (self.WRONG, False))
        self.assertIn("17", bad["error"])

    def test_lines_come_from_standard_input(self):
        decoded = self.decode(stdin=f"{self.GOLF}\r\n\n \x00\u00e9{self.GOLF}\n")
        self.assertEqual(decoded.status, 3, decoded.err)
        self.assertEqual([one["valid"] for one in json.loads(decoded.out)], [True, False])
        self.assertEqual(json.loads(self.decode(stdin="").out), [])

    def test_people_get_a_table(self):
        decoded = self.run_program("vin", "decode", self.GOLF, "5YJ3E1EA7KF317000")
        self.assertEqual(decoded.status, 0, decoded.err)
        self.assertRegex(decoded.out.splitlines()[1], r"5YJ3E1EA7KF317000 +tesla +tesla +US +2019 +check digit \w+")


class FailedStoreTest(ProgramTest):
    def test_a_store_that_has_failed_for_good_ends_its_node(self):
        token = self.make_token("admin")
        node = self.serve().listening()
        api = Client(node.address, token)
        self.addCleanup(api.close)
        self.assertEqual(api.put_service("seat-heating").status, 200)
        take_away = "ALTER TABLE ota_history RENAME TO elsewhere"
        if self.database:
            self.database.psql(take_away)
        else:
            with contextlib.closing(sqlite3.connect(self.db)) as store:
                store.execute(take_away)
        self.assertGreaterEqual(api.order(an_order(1)).status, 500, "nothing is acknowledged")
        self.assertEqual(node.wait(12), 1, node.says())
        self.assertIn("the store has failed", node.says())


if __name__ == "__main__":
    unittest.main(verbosity=2)
