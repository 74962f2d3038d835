"""`contactor demo` does its main job from the first vehicle to the summary, and ends when it is told to."""

import json
import signal
import time
import unittest

from client import Client
from program import ProgramTest

SUMMARY = {
    "fleet": {"vehicles", "activated", "deactivated", "pending", "failed", "unmapped", "by_oem"},
    "ota": {"orders", "active", "failed", "retried", "captured", "released", "refunded", "tickets",
            "captured_not_confirmed"},
    "charging": {"stats", "events", "deliveries", "delivered"},
}
# The slowest order needs every retry and the grace after it: about an hour, at forty times its speed.
ONCE_MAX_S = 280


class DemoTest(ProgramTest):
    def start_demo(self, *arguments):
        return self.start("demo", "--json", "--orders", "40", "--vehicles", "30", *arguments)

    def test_once_ends_with_the_summary_as_one_document(self):
        demo = self.start_demo("--once")
        self.assertEqual(demo.wait(ONCE_MAX_S), 0, demo.says())
        summary = json.loads(demo.process.stdout.read())
        self.assertEqual(set(summary), {*SUMMARY, "wall_s"})
        for part, members in SUMMARY.items():
            self.assertEqual(set(summary[part]), members)
        ota = summary["ota"]
        self.assertEqual(ota["orders"], 40)
        self.assertEqual(ota["captured_not_confirmed"], 0)
        self.assertGreater(ota["active"], ota["failed"])
        self.assertGreater(ota["retried"], 0)
        # One ticket for each failure, and no failure that was paid.
        self.assertEqual(ota["tickets"], ota["failed"])
        self.assertLessEqual(ota["captured"], ota["active"])
        self.assertGreater(summary["wall_s"], 0)

    def test_an_interrupt_before_the_summary_is_told_by_the_exit_status(self):
        demo = self.start_demo("--once").listening()
        time.sleep(1)
        self.assertEqual(demo.end(signal.SIGINT, 12), 130, demo.says())
        self.assertEqual(demo.process.stdout.read(), "")

    def test_the_console_is_up_while_it_runs(self):
        demo = self.start_demo().listening()
        self.assertIn("console: http://", demo.says())
        client = Client(demo.address)
        self.addCleanup(client.close)
        self.assertEqual(client.get("/healthz").status, 200)
        self.assertEqual(demo.end(signal.SIGTERM, 12), 130, demo.says())


if __name__ == "__main__":
    unittest.main(verbosity=2)
