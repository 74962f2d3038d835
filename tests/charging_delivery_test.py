"""Ten thousand deliveries to a client that verifies with the official library of Standard Webhooks: its answers get lost,
its secret is replaced, and the program dies in the middle. None is lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

from client import Client
from program import ProgramTest

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "webhooks")
EVENTS = 5000
NAMES = ("a", "b")
DELIVERED_MAX_S = 150


class Receiver:
    """The client's side, in a process of its own."""

    def __init__(self):
        self.process = subprocess.Popen(["node", os.path.join(FOLDER, "receiver.mjs")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.client = Client(("127.0.0.1", self.port))

    def url(self, name):
        return "http://127.0.0.1:%d/in/%s" % (self.port, name)

    def knows(self, secrets):
        assert self.client.send("PUT", "/_secrets", secrets).status == 204

    def seen(self):
        return self.client.get("/_seen").json()

    def close(self):
        self.client.close()
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class DeliveryTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.settings.update({"CONTACTOR_KEY_FILE": os.path.join(self.folder, "key"),
                              "CONTACTOR_ALLOW_PRIVATE_WEBHOOKS": "true",
                              "WEBHOOK_RETRY_DELAYS": "300ms,1s"})
        self.token = self.make_token("admin")
        self.links = {}

    def command(self, *words):
        ended = self.on_store(*words, "--json")
        self.assertEqual(ended.status, 0, ended.err)
        return ended.document()

    def subscribe(self, name):
        client = self.command("client", "add", "--name", name)
        self.assertTrue(client["token"].startswith("ctr_"))
        service = self.command("service", "add", "--name", name, "--url", self.receiver.url(name))
        link = self.command("service", "subscribe", "--client", client["id"], "--service", service["id"])
        self.links[name] = link["id"]
        self.receiver.knows({name: link["signing_secret"]})

    def send_events(self, node, first, count):
        lines = [json.dumps({"provider": "samsara", "provider_event_id": "e-%d" % number,
                             "vin": "WVWZZZE1ZMP%06d" % (number % 500),
                             "started_at": "2026-11-%02dT06:%02d:00Z" % (1 + number % 20, number % 60),
                             "energy_kwh": 7.4}) for number in range(first, first + count)]
        client = Client(node.address, self.token, timeout_s=60)
        answer = client.send("POST", "/v1/charging/events", "\n".join(lines).encode(),
                             {"Content-Type": "application/x-ndjson"})
        self.assertIn(answer.status, (200, 201), answer.body)
        client.close()

    def open_deliveries(self, node):
        client = Client(node.address, self.token)
        found = sum(len(client.get("/v1/charging/event-log?limit=500&status=" + status).json()["items"])
                    for status in ("pending", "delivering", "retrying", "paused", "dead"))
        client.close()
        return found

    def wait_until(self, is_so, what):
        until = time.monotonic() + DELIVERED_MAX_S
        while not is_so():
            self.assertLess(time.monotonic(), until, "%s; so far %s" % (what, self.receiver.seen()))
            time.sleep(0.2)

    def taken(self):
        return sum(one["taken"] for one in self.receiver.seen().values())

    def test_ten_thousand_arrive_through_lost_answers_a_rotation_and_a_crash(self):
        node = self.serve().listening()
        for name in NAMES:
            self.subscribe(name)
        for first in range(0, EVENTS, 1000):
            self.send_events(node, first, 1000)
        self.wait_until(lambda: self.taken() > EVENTS // 2, "the first quarter")
        fresh = self.command("service", "rotate", self.links["a"])
        self.assertIsNotNone(fresh["previous_until"])
        self.wait_until(lambda: self.taken() > EVENTS, "the first half")
        before_crash = self.receiver.seen()
        node.end(signal.SIGKILL, 10)
        self.receiver.knows({"a": fresh["signing_secret"]})
        node = self.serve().listening()
        self.wait_until(lambda: self.taken() == 2 * EVENTS, "all of them")
        self.wait_until(lambda: self.open_deliveries(node) == 0, "all on record")
        seen = self.receiver.seen()
        for name in NAMES:
            self.assertEqual((seen[name]["taken"], seen[name]["events"]), (EVENTS, EVENTS))
            self.assertEqual(seen[name]["forged"], 0)
            # After an answer that arrived there is a repeat only where the crash came before it was on record.
            self.assertLessEqual(seen[name]["again"], 64, before_crash)
        self.interrupt(node)


if __name__ == "__main__":
    if not shutil.which("node") or not os.path.isdir(os.path.join(FOLDER, "node_modules", "standardwebhooks")):
        print("the library of Standard Webhooks is not installed: ./dev setup", file=sys.stderr)
        sys.exit(77)
    unittest.main()
