"""`contactor fleet` from the terminal, against simulated clouds on loopback: import, activate, plan, apply."""

import json
import os
import signal
import time
import unittest

from client import Client
from fleet_clouds import clouds_in
from program import ProgramTest, only_on

HEADER = ("vin,fleet,activation_requested_status,activation_start_date,activation_end_date,make,model,type,comment\n")
# A vehicle of each cloud, by the name of its cloud.
MAKERS = {"tesla": "5YJ", "bmw": "WBA", "renault": "VF1", "stellantis": "VF3", "volkswagen": "WVW", "kia": "KNA",
          "high_mobility": "W1K"}
# What is not in effect at once is looked at again for 35 seconds, and what failed is tried again as long.
RUN_MAX_S = 90
PREFIX = {"volkswagen": "vw", "high_mobility": "hm"}


def vin_of(maker, number=1):
    return "%sZZZ1ZZ%08d" % (maker, number)


def line_of(vin, fleet="depot", requested="true"):
    return "%s,%s,%s,,,,,,\n" % (vin, fleet, requested)


class FleetTest(ProgramTest):
    def write(self, text, name="fleet.csv"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def fleet(self, *words, settings=None, status=0):
        ended = self.on_store("fleet", *words, settings=settings, within_s=RUN_MAX_S)
        self.assertEqual(ended.status, status, ended.out + ended.err)
        return ended

    def fleet_document(self, *words, settings=None, status=0):
        return self.fleet(*words, "--json", settings=settings, status=status).document()

    def import_vehicles(self, *vins, requested="true"):
        self.fleet("import", self.write(HEADER + "".join(line_of(vin, requested=requested) for vin in vins)))

    def assert_refused(self, ended, status, *words):
        """One line on stderr, nothing on stdout."""
        self.assertEqual((ended.status, ended.out), (status, ""), ended.err)
        complaints = [line for line in ended.err.splitlines() if line.startswith("contactor: ")]
        self.assertEqual(len(complaints), 1, ended.err)
        for word in words:
            self.assertIn(word, complaints[0])


class ImportTest(FleetTest):
    def test_a_good_file_is_taken_and_its_repetition_changes_nothing(self):
        path = self.write(HEADER + line_of(vin_of("WBA")) + line_of(vin_of("KNA"), requested="nein"))
        self.assertEqual(self.fleet_document("import", path),
                         {"created": 2, "changed": 0, "unchanged": 0, "bad_lines": []})
        self.assertEqual(self.fleet_document("import", path)["unchanged"], 2)
        self.assertIn("0 vehicles are new", self.fleet("import", path).out)

    def test_bad_lines_are_named_and_good_ones_are_taken(self):
        path = self.write(HEADER + line_of(vin_of("WBA")) + line_of("SHORT") + line_of(vin_of("KNA"), requested="maybe"))
        told = self.fleet_document("import", path, status=3)
        self.assertEqual((told["created"], [bad["line"] for bad in told["bad_lines"]]), (1, [3, 4]))
        in_words = self.fleet("import", path, status=3)
        self.assertIn("line 3: ", in_words.err)
        self.assertIn("line 4: ", in_words.err)

    def test_a_second_fleet_that_claims_a_vehicle_is_told_by_its_line(self):
        self.import_vehicles(vin_of("WBA"))
        told = self.fleet_document("import", self.write(HEADER + line_of(vin_of("WBA"), fleet="other")), status=3)
        self.assertEqual([bad["line"] for bad in told["bad_lines"]], [2])
        self.assertIn("depot", told["bad_lines"][0]["why"])

    def test_standard_input_is_read_too(self):
        ended = self.run_program("fleet", "import", "-", "--json", "--db", self.db_url,
                                 stdin=HEADER + line_of(vin_of("WBA")))
        self.assertEqual((ended.status, ended.document()["created"]), (0, 1), ended.err)

    def test_what_is_no_vehicle_file_is_a_usage_error(self):
        self.assert_refused(self.on_store("fleet", "import", "/no/such/file.csv"), 2, "/no/such/file.csv")
        self.assert_refused(self.on_store("fleet", "import", self.write("a,b\n1,2\n")), 2)
        self.assert_refused(self.on_store("fleet", "import", self.write("")), 2)
        self.assertEqual(self.on_store("fleet", "import").status, 2)


class CloudsTest(FleetTest):
    def setUp(self):
        super().setUp()
        world = self.start_world()
        self.settings.update(clouds_in(world.url, self.folder))
        self.world_address, self.world_url = world.address, world.url

    def world(self):
        """A connection of its own each time: the world closes those that rest."""
        client = Client(self.world_address)
        self.addCleanup(client.close)
        return client

    def import_one_of_each(self, requested="true"):
        self.import_vehicles(*(vin_of(maker) for maker in MAKERS.values()), requested=requested)

    def control(self, path, document):
        self.world().control("clouds/" + path, document)

    def is_active(self, oem, vin=None):
        answer = self.world().get("/_sim/clouds/%s/vehicles/%s" % (PREFIX.get(oem, oem), vin or vin_of(MAKERS[oem])))
        return answer.json()["active"]

    def changes(self):
        return sum(len(cloud["changes"]) for cloud in self.world().get("/_sim/clouds").json().values())

    def assert_sums_up(self, summary):
        counted = ("as_wanted", "activated", "deactivated", "pending", "failed", "not_configured", "held")
        rows = summary["by_oem"].values()
        self.assertEqual(summary["vehicles"],
                         sum(row[outcome] for row in rows for outcome in counted) + summary["unmapped"])
        for outcome in counted:
            self.assertEqual(summary[outcome], sum(row[outcome] for row in rows))


class ActivateTest(CloudsTest):
    def test_every_cloud_is_served_and_the_summary_sums_up(self):
        self.import_one_of_each()
        self.import_vehicles(vin_of("KMH"))
        summary = self.fleet_document("activate")["summary"]
        self.assert_sums_up(summary)
        self.assertEqual((summary["vehicles"], summary["unmapped"], summary["exit_status"]), (8, 1, 0))
        self.assertEqual(summary["activated"] + summary["pending"], 7, summary)
        self.assertEqual({change["vin"] for cloud in self.world().get("/_sim/clouds").json().values()
                          for change in cloud["changes"]}, {vin_of(maker) for maker in MAKERS.values()})

    def test_names_of_clouds_may_repeat_in_any_case(self):
        self.import_vehicles(vin_of("WBA"), vin_of("KMH"))
        summary = self.fleet_document("activate", "-o", "BMW", "--oem", "High-Mobility", "-o", "bmw", "-o", "hm")["summary"]
        self.assertEqual((summary["vehicles"], summary["activated"]), (1, 1))
        self.assertTrue(self.is_active("bmw"))
        in_words = self.fleet("activate")
        self.assertIn("no cloud serves them", in_words.out)

    def test_an_unknown_cloud_is_a_usage_error(self):
        for words in (("-o", "lada"), ("-o",), ("-o", "bmw", "-o", "lada"), ("--oem", "")):
            ended = self.on_store("fleet", "activate", *words)
            self.assertEqual((ended.status, ended.out), (2, ""), words)
            self.assertTrue(ended.err.strip())

    def test_a_cloud_without_its_variables_is_skipped_and_refused_by_name(self):
        self.import_vehicles(vin_of("WBA"), vin_of("KNA"))
        without = {"KIA_API_PWD": "", "KIA_API_KEY": ""}
        self.assert_refused(self.on_store("fleet", "activate", "-o", "bmw", "-o", "kia", settings=without), 2,
                            "Kia", "KIA_API_PWD", "KIA_API_KEY")
        self.assertEqual(self.changes(), 0)
        summary = self.fleet_document("activate", settings=without)["summary"]
        self.assertEqual((summary["by_oem"]["kia"]["not_configured"], summary["exit_status"]), (1, 0))
        self.assertIn("KIA_API_KEY", summary["by_oem"]["kia"]["missing"])
        self.assertTrue(self.is_active("bmw"))
        self.assertIn("KIA_API_KEY", self.fleet("activate", settings=without).out)

    def test_clouds_that_fail_cost_the_others_nothing(self):
        self.import_vehicles(vin_of("WBA"), vin_of("KNA"), vin_of("WVW"))
        self.control("vw", {"outage": "refuses"})
        summary = self.fleet_document("activate", settings={"KIA_API_PWD": "expired"}, status=3)["summary"]
        self.assert_sums_up(summary)
        for oem in ("kia", "volkswagen"):
            self.assertEqual(summary["by_oem"][oem]["failed"], 1, summary)
            self.assertTrue(summary["by_oem"][oem]["reasons"])
        self.assertTrue(self.is_active("bmw"))

    def test_a_dry_run_changes_nothing(self):
        self.import_one_of_each()
        run = self.fleet_document("activate", "--dry-run")
        self.assertEqual(len(run["plan"]["items"]), 7)
        self.assertEqual(self.changes(), 0)
        self.assertIn("activate", self.fleet("activate", "--dry-run").out)
        self.assertEqual(self.changes(), 0)

    def test_what_is_refused_is_told_with_its_reason(self):
        self.import_vehicles(vin_of("WBA"))
        self.control("bmw/vehicles/" + vin_of("WBA"), {"temper": "refused"})
        row = self.fleet_document("activate", status=3)["summary"]["by_oem"]["bmw"]
        self.assertEqual(row["failed"], 1)
        self.assertTrue(row["reasons"])

    def test_an_interrupted_run_says_so_and_the_next_one_finishes(self):
        self.import_vehicles(vin_of("WBA"))
        self.control("bmw", {"outage": "silent"})
        running = self.start("fleet", "activate", "--json", "--db", self.db_url)
        time.sleep(1.5)
        self.assertEqual(self.interrupt(running, 15), 130, running.says())
        self.assertTrue(json.loads(running.process.stdout.read())["summary"]["interrupted"])
        self.control("bmw", {"outage": "none"})
        give_up_at = time.monotonic() + RUN_MAX_S
        while not self.is_active("bmw"):
            self.assertLess(time.monotonic(), give_up_at, "no later run has finished it")
            self.on_store("fleet", "activate", within_s=RUN_MAX_S)
            time.sleep(0.2)


class CredentialTest(CloudsTest):
    def assert_left_out(self, oem, settings, *words):
        """Named, it is refused in one line; in a full run the others work, and the run is partly done."""
        self.import_vehicles(vin_of("WBA"), vin_of(MAKERS[oem]))
        refused = self.on_store("fleet", "activate", "-o", oem, settings=settings)
        self.assert_refused(refused, 2, *words)
        run = self.fleet_document("activate", settings=settings, status=3)
        self.assertIn(words[-1], run["summary"]["by_oem"][oem]["trouble"])
        self.assertTrue(self.is_active("bmw"))

    def test_a_key_container_with_another_password(self):
        self.assert_left_out("renault", {"RENAULT_PWD": "wrong"}, "RENAULT_PKCS12_FILE", "password")

    def test_a_key_container_that_others_may_read(self):
        os.chmod(self.settings["RENAULT_PKCS12_FILE"], 0o644)
        self.assert_left_out("renault", {}, "RENAULT_PKCS12_FILE")

    def test_a_key_container_that_is_missing(self):
        self.assert_left_out("renault", {"RENAULT_PKCS12_FILE": "/no/such/file"}, "RENAULT_PKCS12_FILE")

    def test_a_signing_key_that_is_none(self):
        path = self.write("nonsense", "nonsense.pem")
        os.chmod(path, 0o600)
        self.assert_left_out("tesla", {"TESLA_KEY_FILE": path}, "TESLA_KEY_FILE")

    def test_no_secret_is_ever_printed(self):
        self.import_vehicles(vin_of("WBA"), vin_of("VF1"))
        ended = self.on_store("fleet", "activate", "-v", settings={"RENAULT_PWD": "pa55word"})
        for secret in ("pa55word", "fleet-secret", "fleet-key"):
            self.assertNotIn(secret, ended.out + ended.err)


class DoctorTest(CloudsTest):
    def fleet_findings(self, status, settings=None):
        ended = self.on_store("doctor", "--json", settings={"SLACK_TOKEN": "xoxb-contactor",
                                                            "METRIC_SLACK_CHANNEL_ID": "C1",
                                                            "SLACK_API_URL": self.world_url + "/slack",
                                                            **(settings or {})})
        self.assertEqual(ended.status, status, ended.out + ended.err)
        return [(item["level"], item["text"]) for item in ended.document()["findings"] if item["area"] == "fleet"]

    def test_every_cloud_and_the_alerts_channel_take_the_credentials(self):
        found = self.fleet_findings(0)
        self.assertEqual({level for level, _ in found}, {"ok"}, found)
        for name in ("Tesla", "BMW", "Renault", "Stellantis", "Volkswagen", "Kia", "High Mobility", "Slack"):
            self.assertEqual(len([text for _, text in found if text.startswith(name + ":")]), 1, found)

    def test_what_is_wrong_has_a_line_each(self):
        self.control("bmw", {"outage": "refuses"})
        found = self.fleet_findings(3, {"KIA_API_PWD": "expired", "RENAULT_PWD": "wrong", "HM_CLIENT_ID": "",
                                        "SLACK_TOKEN": "xoxb-other"})
        lines = {text.split(":")[0]: (level, text) for level, text in found}
        for name in ("BMW", "Kia", "Renault", "Slack"):
            self.assertEqual(lines[name][0], "error", found)
        self.assertIn("RENAULT_PKCS12_FILE", lines["Renault"][1])
        self.assertEqual(lines["High Mobility"][0], "warning")
        self.assertIn("HM_CLIENT_ID", lines["High Mobility"][1])
        self.assertEqual(lines["Stellantis"][0], "ok")

    def test_a_wrong_route_is_a_finding_with_status_2(self):
        found = self.fleet_findings(2, {"FLEET_ROUTES": "renault=lada"})
        self.assertTrue(any(level == "error" and "lada" in text for level, text in found), found)


class ExplainTest(CloudsTest):
    def explain(self, vin, *words, status=0):
        ended = self.on_store("explain", vin, *words)
        self.assertEqual(ended.status, status, ended.out + ended.err)
        return ended

    def test_a_vehicle_is_explained_before_and_after_a_run(self):
        vin = vin_of("WBA")
        self.import_vehicles(vin)
        self.control("bmw/vehicles/" + vin, {"temper": "refused"})
        before = self.explain(vin).out
        for words in (vin + " at BMW", "wanted    on", "never read", "blocked   nothing", "next"):
            self.assertIn(words, before)
        self.fleet("activate", status=3)
        self.assertIn("refused", self.explain(vin).out)
        told = self.explain(vin, "--json").document()
        self.assertEqual((told["fleet"]["vin"], told["fleet"]["standing"]), (vin, "refused"))
        self.assertTrue(told["fleet"]["reason"]["todo"])

    def test_what_nobody_knows_is_a_usage_error(self):
        self.assertEqual(self.explain(vin_of("WBA", 9), status=2).out, "")


class PlanTest(CloudsTest):
    def plan_file(self, *words):
        path = os.path.join(self.folder, "plan.tsv")
        self.plan = self.fleet_document("plan", "--out", path, *words)
        return path

    def test_a_plan_is_applied_once(self):
        self.import_vehicles(vin_of("WBA"), vin_of("WMW"), vin_of("KNA"))
        path = self.plan_file("-o", "bmw")
        self.assertEqual((len(self.plan["items"]), self.changes()), (2, 0))
        with open(path, encoding="utf-8") as file:
            self.assertIn(vin_of("WBA"), file.read())
        self.assertEqual(self.fleet_document("apply", path)["summary"]["activated"], 2)
        changes = self.changes()
        self.assert_refused(self.on_store("fleet", "apply", path), 1, "applied before")
        self.assertEqual(self.changes(), changes)
        self.assertFalse(self.is_active("kia"))

    def test_a_file_that_was_changed_is_refused(self):
        self.import_one_of_each()
        path = self.plan_file()
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for changed in (text.replace("KNA", "KNB"), text + text.splitlines()[-1] + "\n", "", "nonsense\n"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(changed)
            self.assert_refused(self.on_store("fleet", "apply", path), 2)
        self.assert_refused(self.on_store("fleet", "apply", "/no/such/plan"), 2, "/no/such/plan")
        self.assertEqual(self.changes(), 0)

    def test_vehicles_that_have_moved_are_named_and_nothing_is_done(self):
        self.import_one_of_each()
        path = self.plan_file("-o", "bmw", "-o", "kia")
        self.control("bmw/vehicles/" + vin_of("WBA"), {"active": True})
        before = self.changes()
        self.assert_refused(self.on_store("fleet", "apply", path), 1, vin_of("WBA"))
        self.assertEqual(self.changes(), before)
        self.assertFalse(self.is_active("kia"))

    def test_more_deactivations_than_allowed_are_refused(self):
        self.import_vehicles(vin_of("WBA"), vin_of("WBA", 2))
        self.fleet("activate")
        self.import_vehicles(vin_of("WBA"), requested="false")
        path = self.plan_file()
        self.assert_refused(self.on_store("fleet", "apply", path, "--max-deactivations", "0"), 2, "1")
        self.assert_refused(self.on_store("fleet", "apply", path, "--max-deactivations", "10%"), 2)
        self.assertTrue(self.is_active("bmw"))
        self.assertEqual(self.on_store("fleet", "apply", path, "--max-deactivations", "few").status, 2)
        done = self.fleet_document("apply", path, "--max-deactivations", "1")
        self.assertEqual(done["summary"]["deactivated"], 1)
        self.assertFalse(self.is_active("bmw"))

    def test_a_plan_that_could_not_read_a_cloud_is_partly_made(self):
        self.import_vehicles(vin_of("WBA"))
        self.control("bmw", {"outage": "refuses"})
        self.assertIn("BMW", self.fleet("plan", status=3).err)


class RunningNodeTest(CloudsTest):
    """A node holds the store; the commands are answered by it, with its variables."""

    def setUp(self):
        super().setUp()
        self.node = self.serve(settings={"FLEET_RUN_EVERY": "never"}).listening()

    @only_on("sqlite", "many processes share a PostgreSQL")
    def test_the_same_commands_work_beside_a_node_that_holds_the_store(self):
        self.import_vehicles(vin_of("WBA"), vin_of("KMH"))
        path = os.path.join(self.folder, "plan.tsv")
        self.assertEqual(len(self.fleet_document("plan", "-o", "bmw", "--out", path)["items"]), 1)
        self.assertEqual(self.fleet_document("apply", path)["summary"]["activated"], 1)
        self.assert_refused(self.on_store("fleet", "apply", path), 1, "applied before")
        summary = self.fleet_document("activate")["summary"]
        self.assert_sums_up(summary)
        self.assertEqual(summary["exit_status"], 0)
        self.assertEqual(self.fleet_document("activate", "--dry-run")["summary"]["activated"], 0)
        told = self.fleet_document("import", self.write(HEADER + line_of("SHORT")), status=3)
        self.assertEqual(told["created"], 0)

    @only_on("sqlite", "many processes share a PostgreSQL")
    def test_an_interrupt_stops_the_run_and_not_the_node(self):
        self.import_one_of_each()
        self.control("bmw", {"outage": "silent"})
        running = self.start("fleet", "activate", "--json", "--db", self.db_url)
        time.sleep(1)
        self.assertEqual(self.interrupt(running, 15), 130, running.says())
        client = Client(self.node.address)
        self.addCleanup(client.close)
        self.assertEqual(client.get("/healthz").status, 200)
        self.assertEqual(self.node.end(signal.SIGTERM, 15), 0, self.node.says())


if __name__ == "__main__":
    unittest.main(verbosity=2)
