"""`contactor tesla-individual` from the terminal, against a simulated Tesla on loopback: owners in, runs, consents."""

import os
import signal
import sqlite3
import stat
import time
import unittest

from client import Client
from fleet_clouds import clouds_in
from program import ProgramTest, only_on

HEADER = "vin,name,email,region,code,callback_url\n"
FLEET_HEADER = "vin,fleet,activation_requested_status\n"
BACK = "https://fleet.example.org/back"
RUN_MAX_S = 120
# Vehicles that the simulated world connects within nine seconds: a run sees it.
CONNECT_SOON = (9, 25, 19)


def vin_of(number=1):
    return "5YJ3E7EB0NF%06d" % CONNECT_SOON[number - 1]


class OwnersTest(ProgramTest):
    def setUp(self):
        super().setUp()
        world = self.start_world()
        self.world_address = world.address
        self.key_file = os.path.join(self.folder, "seal.key")
        with open(os.open(self.key_file, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(os.urandom(32))
        clouds = clouds_in(world.url, self.folder)
        self.settings.update({name: value for name, value in clouds.items()
                              if name.startswith(("TESLA_", "FLEET_TELEMETRY_"))})
        self.settings["CONTACTOR_KEY_FILE"] = self.key_file

    def world(self):
        client = Client(self.world_address)
        self.addCleanup(client.close)
        return client

    def consent(self, vin=None):
        """The owner consents in the browser: the code that it brings back."""
        answer = self.world().send("POST", "/_sim/clouds/tesla/consents", {"vin": vin or vin_of()})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["code"]

    def withdraw(self, vin=None):
        self.world().control("clouds/tesla/consents", {"vin": vin or vin_of(), "withdrawn": True})

    def calls(self):
        return self.world().get("/_sim/clouds").json()["tesla"]["calls"]

    def is_active(self, vin=None):
        return self.world().get("/_sim/clouds/tesla/vehicles/" + (vin or vin_of())).json()["active"]

    def tesla(self, *words, settings=None, status=0):
        ended = self.on_store("tesla-individual", *words, settings=settings, within_s=RUN_MAX_S)
        self.assertEqual(ended.status, status, ended.out + ended.err)
        return ended

    def document(self, *words, settings=None, status=0):
        return self.tesla(*words, "--json", settings=settings, status=status).document()

    def write(self, text, name="owners.csv"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def enter(self, *pairs, status=0):
        lines = "".join("%s,Ada,ada@example.org,EUROPE,%s,%s\n" % (vin, code, BACK) for vin, code in pairs)
        return self.document("import", self.write(HEADER + lines), status=status)

    def run_until_active(self, vin=None):
        summary = self.document()["summary"]
        self.assertGreaterEqual(summary["activated"], 1, summary)
        self.assertTrue(self.is_active(vin))

    def owner(self, vin=None):
        return next(item for item in self.document("list")["items"] if item["vin"] == (vin or vin_of()))


class RunTest(OwnersTest):
    def test_a_consent_leads_to_an_active_vehicle_and_is_never_shown(self):
        code = self.consent()
        self.assertEqual(self.enter((vin_of(), code)),
                         {"created": 1, "changed": 0, "unchanged": 0, "bad_lines": []})
        self.assertEqual(self.owner()["consent"], "new")
        self.run_until_active()
        owner = self.owner()
        self.assertEqual(owner["consent"], "given")
        self.assertIn("state=" + vin_of(), owner["consent_url"])
        shown = self.tesla("list").out + self.tesla("list", "--json").out + self.tesla("-v").err
        self.assertNotIn(code, shown)
        self.assertIn("Ada", shown)

    def test_a_second_run_asks_nothing_where_everything_is_as_wanted(self):
        self.enter((vin_of(), self.consent()))
        self.run_until_active()
        self.document()
        before = self.calls()
        summary = self.document()["summary"]
        self.assertEqual((summary["vehicles"], summary["as_wanted"], summary["exit_status"]), (1, 1, 0))
        self.assertEqual(self.calls(), before)

    def test_without_owners_there_is_nothing_to_do(self):
        self.assertEqual(self.document()["summary"]["vehicles"], 0)
        self.assertIn("no owner", self.tesla("list").out)

    def test_a_fleet_run_leaves_single_teslas_alone(self):
        self.enter((vin_of(), self.consent()))
        fleet = self.write(FLEET_HEADER + "%s,depot,true\n" % vin_of(2), "fleet.csv")
        self.assertEqual(self.on_store("fleet", "import", fleet).status, 0)
        ended = self.on_store("fleet", "activate", "--json", within_s=RUN_MAX_S)
        self.assertEqual(ended.document()["summary"]["vehicles"], 1, ended.err)
        self.assertEqual(self.document()["summary"]["vehicles"], 1)
        told = self.enter((vin_of(2), self.consent(vin_of(2))), status=3)
        self.assertIn("depot", told["bad_lines"][0]["why"])

    def test_what_is_no_longer_wanted_is_switched_off(self):
        self.enter((vin_of(), self.consent()))
        self.run_until_active()
        fleet = self.write(FLEET_HEADER + "%s,individual,false\n" % vin_of(), "fleet.csv")
        self.assertEqual(self.on_store("fleet", "import", fleet).status, 0)
        self.assertEqual(self.document()["summary"]["deactivated"], 1)
        self.assertFalse(self.is_active())


class ConsentTest(OwnersTest):
    def test_a_withdrawn_consent_is_told_with_what_to_do_until_a_new_one_comes(self):
        self.enter((vin_of(), self.consent()))
        self.run_until_active()
        self.withdraw()
        # The next look at an active vehicle is a day away: whoever changes the wish asks at once.
        self.on_store("fleet", "import", self.write(
            "vin,fleet,activation_requested_status,comment\n%s,individual,true,asked\n" % vin_of(), "fleet.csv"))
        self.assertEqual(self.document(status=3)["summary"]["failed"], 1)
        explained = self.on_store("explain", vin_of()).out
        self.assertIn("consent again", explained)
        self.assertIn("(owner)", explained)
        before = self.calls()
        self.assertEqual(self.document(status=3)["summary"]["failed"], 1)
        self.assertEqual(self.calls(), before, "nobody asks on behalf of an owner who has said no")
        self.enter((vin_of(), self.consent()))
        self.run_until_active()

    def test_a_code_that_nobody_knows_means_that_the_owner_must_consent_again(self):
        self.enter((vin_of(), "EU_of_last_year"))
        self.assertEqual(self.document(status=3)["summary"]["failed"], 1)
        self.assertEqual(self.owner()["consent"], "none")
        told = self.enter((vin_of(), "EU_of_last_year"))
        self.assertEqual(told["unchanged"], 1, "it was used before")

    def test_one_owner_who_has_not_consented_costs_the_others_nothing(self):
        self.enter((vin_of(1), self.consent()), (vin_of(2), "nonsense"))
        self.document(status=3)
        self.on_store("tesla-individual", within_s=RUN_MAX_S)
        self.assertTrue(self.is_active(vin_of(1)))


class ConfigurationTest(OwnersTest):
    def refused(self, *words, settings):
        ended = self.on_store("tesla-individual", *words, settings=settings, within_s=RUN_MAX_S)
        self.assertEqual((ended.status, ended.out), (2, ""), ended.err)
        return ended.err

    def test_what_is_missing_is_named(self):
        owners = self.write(HEADER + "%s,,,,code,%s\n" % (vin_of(), BACK))
        for words in ((), ("import", owners), ("list",)):
            self.assertIn("CONTACTOR_KEY_FILE", self.refused(*words, settings={"CONTACTOR_KEY_FILE": ""}))
        self.assertIn("TESLA_CLIENT_SECRET", self.refused(settings={"TESLA_CLIENT_SECRET": ""}))
        self.assertIn("FLEET_TELEMETRY_HOSTNAME", self.refused(settings={"FLEET_TELEMETRY_HOSTNAME": ""}))
        os.chmod(self.key_file, 0o644)
        self.assertIn("CONTACTOR_KEY_FILE", self.refused("list", settings={}))

    def test_bad_lines_are_named_and_good_ones_are_taken(self):
        path = self.write(HEADER + "SHORT,,,,x,%s\n%s,,,,x,%s\nWBAZZZ1ZZ00000001,,,,x,%s\n"
                          % (BACK, vin_of(), BACK, BACK))
        told = self.document("import", path, status=3)
        self.assertEqual((told["created"], [bad["line"] for bad in told["bad_lines"]]), (1, [2, 4]))
        for text in ("a,b\n1,2\n", ""):
            self.assertEqual(self.on_store("tesla-individual", "import", self.write(text)).status, 2)
        self.assertEqual(self.on_store("tesla-individual", "import", "/no/such/file").status, 2)
        self.assertEqual(self.on_store("tesla-individual", "import").status, 2)
        self.assertEqual(self.on_store("tesla-individual", "nonsense").status, 2)

    def test_another_key_opens_nothing_and_says_so(self):
        self.enter((vin_of(), self.consent()))
        other = os.path.join(self.folder, "other.key")
        with open(os.open(other, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(os.urandom(32))
        run = self.document(settings={"CONTACTOR_KEY_FILE": other}, status=3)
        self.assertEqual(run["summary"]["failed"], 1, run)
        self.assertIn("key", " ".join(run["summary"]["by_oem"]["tesla"]["reasons"]), run)
        # A new consent also ends the pause after so many failures.
        self.enter((vin_of(), self.consent()))
        self.run_until_active()

    @only_on("sqlite", "reads the file")
    def test_nothing_of_a_consent_lies_open_in_the_store(self):
        code = self.consent()
        self.enter((vin_of(), code))
        self.run_until_active()
        rows = sqlite3.connect(self.db).execute("SELECT code, tokens FROM tesla_user_tokens").fetchall()
        self.assertEqual((len(rows), rows[0][0]), (1, ""), "the code was used and is gone")
        for file in os.listdir(self.folder):
            if file.startswith("store.db") and not file.endswith(".sock"):
                with open(os.path.join(self.folder, file), "rb") as content:
                    kept = content.read()
                self.assertNotIn(code.encode(), kept, file)
                self.assertNotIn(b"refresh_token", kept, file)

    def test_doctor_counts_owners_and_tries_the_app(self):
        self.enter((vin_of(1), self.consent()), (vin_of(2), ""))
        findings = self.on_store("doctor", "--json").document()["findings"]
        texts = [(item["level"], item["text"]) for item in findings if item["text"].startswith("single Teslas")]
        self.assertTrue(any("2 owners" in text and "1 without a consent" in text for _, text in texts), findings)
        self.assertTrue(any(level == "ok" and "takes the credentials" in text for level, text in texts), findings)


class RunningNodeTest(OwnersTest):
    @only_on("sqlite", "many processes share a PostgreSQL")
    def test_the_same_commands_work_beside_a_node_which_also_makes_the_key(self):
        os.remove(self.key_file)
        node = self.serve(settings={"FLEET_RUN_EVERY": "never", "TESLA_INDIVIDUAL_EVERY": "never"}).listening()
        self.assertEqual(stat.S_IMODE(os.stat(self.key_file).st_mode), 0o600)
        self.enter((vin_of(), self.consent()))
        self.run_until_active()
        self.assertEqual(self.owner()["consent"], "given")
        self.assertEqual(node.end(signal.SIGTERM, 15), 0, node.says())
        self.assertEqual(self.document()["summary"]["as_wanted"], 1)

    def test_a_node_runs_by_itself(self):
        self.enter((vin_of(), self.consent()))
        self.serve(settings={"FLEET_RUN_EVERY": "never", "TESLA_INDIVIDUAL_EVERY": "1s"}).listening()
        self.wait_for(self.is_active)

    def wait_for(self, is_so):
        give_up_at = time.monotonic() + RUN_MAX_S
        while not is_so():
            self.assertLess(time.monotonic(), give_up_at, "it never was so")
            time.sleep(1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
