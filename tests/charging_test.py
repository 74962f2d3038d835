"""`contactor charging` and the common models over HTTP: import, repetition, correction, state of health."""

import json
import os
import random
import signal
import unittest

from client import Client
from program import ProgramTest, only_on

VIN = "WBA00000000000001"
KWH = 1_000_000_000


def moment(minute):
    return "2026-01-%02dT%02d:%02d:00Z" % (1 + minute // 1440, minute % 1440 // 60, minute % 60)


def stat(minute, charging, register, vin=VIN, **more):
    return {"provider": "telemetry", "device_id": "box-" + vin[-2:], "vin": vin, "measured_at": moment(minute),
            "charging": charging, "energy_micro_watt_hours": register, **more}


def a_charge(begin, register, steps=6, soc=20_000, vin=VIN):
    """Two idle hours, one charge of odd amounts, two idle hours; and what the register says at the end."""
    stats = [stat(begin + 20 * i, False, register, vin) for i in range(6)]
    for i in range(steps):
        stats.append(stat(begin + 120 + 10 * i, True, register, vin, state_of_charge_milli_percent=soc + 7_000 * i))
        register += 4 * KWH + 1_234_567 + i
    end = begin + 120 + 10 * steps
    stats += [stat(end + 20 * i, False, register, vin, state_of_charge_milli_percent=soc + 7_000 * steps) for i in range(6)]
    return stats, register


class ChargingTest(ProgramTest):
    def write(self, text, name="data.ndjson"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def lines(self, records, name="data.ndjson"):
        return self.write("".join(json.dumps(record) + "\n" for record in records), name)

    def charging(self, *words, status=0):
        ended = self.on_store("charging", *words)
        self.assertEqual(ended.status, status, ended.out + ended.err)
        return ended

    def import_file(self, path, *more, status=0):
        return self.charging("import", path, *more, "--json", status=status).document()

    def assert_refused(self, ended, status, *words):
        complaints = [line for line in ended.err.splitlines() if line.startswith("contactor: ")]
        self.assertEqual((ended.status, ended.out, len(complaints)), (status, "", 1), ended.err)
        for word in words:
            self.assertIn(word, complaints[0])


class ImportTest(ChargingTest):
    def test_stats_become_sessions_and_their_repetition_changes_nothing(self):
        stats, _ = a_charge(0, 5 * KWH)
        path = self.lines(stats)
        told = self.import_file(path)
        self.assertEqual((told["lines"], told["created"], told["bad_lines"]), (18, 18, []))
        self.assertEqual(told["sessions"], {"created": 1, "updated": 0, "withdrawn": 0})
        told = self.import_file(path)
        self.assertEqual((told["created"], told["unchanged"]), (0, 18))
        self.assertEqual(told["sessions"], {"created": 0, "updated": 0, "withdrawn": 0})
        self.assertIn("18 were on record", self.charging("import", path).out)

    def test_cdrs_of_ocpi_correct_their_sessions(self):
        def cdr(number, energy, **more):
            return {"country_code": "DE", "party_id": "ABC", "id": f"c-{number}", "session_id": f"s-{number}",
                    "start_date_time": moment(60 * number), "end_date_time": moment(60 * number + 45),
                    "cdr_token": {"uid": "04A1", "type": "RFID"}, "cdr_location": {"evse_uid": "3256"},
                    "total_energy": energy, "total_time": 0.75, **more}
        session = {"country_code": "DE", "party_id": "ABC", "id": "s-1", "start_date_time": moment(60), "kwh": 3.5, "evse_uid": "3256",
                   "cdr_token": {"uid": "04A1", "type": "RFID"}, "status": "ACTIVE", "last_updated": moment(80)}
        told = self.import_file(self.write(json.dumps([session]), "sessions.json"), "--format", "ocpi-sessions")
        self.assertEqual((told["lines"], told["created"]), (1, 1))
        elements = [cdr(1, 7.4), cdr(2, "lots"), cdr(3, -2, credit=True), cdr(4, 11.037000001)]
        path = self.write(json.dumps({"data": elements, "status_code": 1000, "timestamp": moment(0)}), "cdrs.json")
        told = self.import_file(path, "--format", "ocpi-cdrs", status=3)
        self.assertEqual((told["created"], told["updated"]), (1, 1))
        self.assertEqual([line["line"] for line in told["bad_lines"]], [2])
        self.assertIn("total_energy", told["bad_lines"][0]["why"])
        self.assertEqual([line["line"] for line in told["lines_without_charging"]], [3])
        self.assertEqual(self.import_file(path, "--format", "ocpi-cdrs", status=3)["unchanged"], 2)
        self.assert_refused(self.on_store("charging", "import", self.write('{"status_code": 2001}', "failed.json"),
                                          "--format", "ocpi-cdrs"), 2, "2001")

    def test_wrong_lines_are_named_and_the_others_are_taken(self):
        stats, _ = a_charge(0, 0)
        wrong = [json.dumps(stats[0]), "nonsense", "", json.dumps({**stats[1], "colour": "red"}),
                 json.dumps({"provider": "x"}), json.dumps({**stats[2], "state_of_charge_milli_percent": 100_001}),
                 json.dumps(stats[3])]
        path = self.write("\r\n".join(wrong))
        told = self.import_file(path, status=3)
        self.assertEqual((told["created"], [bad["line"] for bad in told["bad_lines"]]), (2, [2, 4, 5, 6]))
        self.assertIn("colour", told["bad_lines"][1]["why"])
        in_words = self.charging("import", path, status=3).err
        self.assertEqual([line.split(":")[0] for line in in_words.splitlines()],
                         ["line 2", "line 4", "line 5", "line 6"])

    def test_csv_says_the_same_as_ndjson(self):
        stats, _ = a_charge(0, 5 * KWH)
        names = sorted({name for one in stats for name in one})
        rows = [",".join(names)]
        rows += [",".join(str(one.get(name, "")) for name in names) for one in stats]
        told = self.import_file(self.write("\ufeff" + "\r\n".join(rows) + "\r\n", "data.csv"))
        self.assertEqual((told["created"], told["sessions"]["created"]), (18, 1))
        self.assertEqual(self.import_file(self.lines(stats))["unchanged"], 18)
        bad = self.import_file(self.write("provider,measured_at,vin\np,yesterday,%s\np,%s,%s,too,much\n"
                                          % (VIN, moment(0), VIN), "bad.csv"), status=3)
        self.assertEqual([line["line"] for line in bad["bad_lines"]], [2, 3])

    def test_events_and_stats_may_stand_in_one_file_and_on_standard_input(self):
        event = {"provider": "network", "provider_event_id": "7", "vin": VIN, "started_at": moment(4000),
                 "ended_at": moment(3000), "energy_kwh": 1}
        stats, _ = a_charge(0, 0)
        text = "".join(json.dumps(record) + "\n" for record in [event, *stats])
        ended = self.run_program("charging", "import", "-", "--json", "--db", self.db_url, stdin=text)
        self.assertEqual(ended.status, 0, ended.err)
        told = ended.document()
        self.assertEqual(told["created"], 18)
        self.assertEqual(told["quarantined_lines"], [{"line": 1, "why": "end_before_start"}])

    def test_what_is_no_file_of_ours_is_a_usage_error(self):
        self.assert_refused(self.on_store("charging", "import", "/no/such/file.csv"), 2, "/no/such/file.csv")
        self.assert_refused(self.on_store("charging", "import", self.write("a,b\n1,2\n", "x.csv")), 2, "header")
        self.assert_refused(self.on_store("charging", "import", self.write("", "y.csv")), 2, "header")
        self.assertEqual(self.on_store("charging", "import").status, 2)

    def test_whatever_the_order_the_sums_are_those_of_the_register(self):
        rng = random.Random(7)
        stats, register = [], 3 * KWH
        for day in range(4):
            more, register = a_charge(day * 1440, register)
            stats += more
        rng.shuffle(stats)
        for part in (stats[:30], stats[20:55], stats[50:], stats[:10]):
            self.import_file(self.lines(part))
        node = self.serve().listening()
        api = Client(node.address, self.make_token("admin"))
        self.addCleanup(api.close)
        events = api.get("/v1/charging/events?quarantined=false&limit=500").json()["items"]
        self.assertEqual(len(events), 4)
        exact = sum(event["provider_info"]["energy_micro_watt_hours"] for event in events)
        self.assertEqual(exact, register - 3 * KWH)


class SohTest(ChargingTest):
    def test_too_little_is_said_and_enough_is_an_answer(self):
        self.assert_refused(self.on_store("charging", "soh", "SHORT"), 2)
        self.assertNotEqual(self.on_store("charging", "soh", VIN).status, 0)
        register, stats = 0, []
        for day in range(2):
            more, register = a_charge(day * 1440, register)
            stats += more
        self.import_file(self.lines(stats))
        report = self.charging("soh", VIN, "--json").document()
        self.assertEqual((report["outcome"], report["sessions_missing"]), ("not_enough_data", 3))
        stats = []
        for day in range(2, 12):
            more, register = a_charge(day * 1440, register)
            stats += more
        self.import_file(self.lines(stats))
        report = self.charging("soh", VIN, "--json").document()
        self.assertEqual(report["outcome"], "capacity_only")
        self.assertEqual(len(report["sessions_used"]), 12)
        low, high = report["capacity_kwh"]["low"], report["capacity_kwh"]["high"]
        self.assertTrue(low < report["capacity_kwh"]["value"] < high)
        self.assertIn("usable capacity", self.charging("soh", VIN).out)


class NodeTest(ChargingTest):
    """The same beside a running node, and over HTTP."""

    def setUp(self):
        super().setUp()
        self.node = self.serve().listening()
        self.api = Client(self.node.address, self.make_token("admin"), timeout_s=30)
        self.addCleanup(self.api.close)

    def post_lines(self, records):
        body = "".join(json.dumps(record) + "\n" for record in records).encode()
        return self.api.send("POST", "/v1/charging/stats", body, {"Content-Type": "application/x-ndjson"})

    def test_commands_and_requests_see_one_store(self):
        stats, _ = a_charge(0, 0)
        self.assertEqual(self.import_file(self.lines(stats[:9]))["created"], 9)
        answer = self.post_lines(stats)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual((answer.json()["created"], answer.json()["unchanged"]), (9, 9))
        events = self.api.get("/v1/charging/events").json()["items"]
        self.assertEqual([event["quarantined"] for event in events], [False])
        self.assertEqual(self.charging("soh", VIN, "--json").document()["outcome"], "not_enough_data")
        places = self.api.get("/v1/charging/locations").json()["items"]
        self.assertEqual(places, [])

    def test_every_model_has_its_routes(self):
        for model in ("events", "stats", "vehicles", "credentials", "clients", "client-services", "services",
                      "event-log", "last-run-times", "locations"):
            self.assertEqual(self.api.get("/v1/charging/" + model).json(), {"items": [], "next_cursor": None}, model)
            self.assertEqual(self.api.get("/v1/charging/" + model + "/none").status, 404)
        made = self.api.send("POST", "/v1/charging/vehicles", {"vin": VIN}, {"Idempotency-Key": "1"})
        self.assertEqual(made.status, 201, made.body)
        again = self.api.send("POST", "/v1/charging/vehicles", {"vin": VIN}, {"Idempotency-Key": "1"})
        self.assertEqual((again.status, again.json()), (201, made.json()))
        place = {"provider": "network", "provider_event_id": "1", "vin": VIN, "started_at": moment(0),
                 "ended_at": moment(60), "energy_kwh": 7.4, "latitude": 48.137, "longitude": 11.575}
        told = self.api.send("POST", "/v1/charging/events", place)
        self.assertEqual(told.status, 201, told.body)
        where = self.api.get("/v1/charging/locations/" + told.json()["location_id"]).json()
        self.assertEqual((where["latitude"], where["longitude"]), (48.137, 11.575))
        # A program that was built without the towns knows no country.
        self.assertIn(where["country"], ("DE", None))

    @only_on("sqlite", "one process at a time has the file")
    def test_a_node_that_is_killed_loses_nothing_that_it_answered(self):
        stats, _ = a_charge(0, 0)
        self.assertEqual(self.post_lines(stats[:10]).status, 201)
        self.node.end(signal.SIGKILL, 10)
        told = self.import_file(self.lines(stats))
        self.assertEqual((told["created"], told["unchanged"]), (8, 10))
        self.assertEqual(self.charging("soh", VIN, "--json").document()["sessions_missing"], 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
