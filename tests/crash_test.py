"""`kill -9` at any moment under load loses no acknowledged order and repeats no effect.

The world outlives every crash and is asked at the end, together with the API: nothing is read from the store itself.
`CRASH_SEED` repeats the moments and the faults of one run.
"""

import json
import os
import random
import signal
import threading
import time
import unittest

from client import Client, Unreachable, an_order, is_settled, vin_of
from program import BACKEND, ProgramTest, free_address
from world_log import WorldLog

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "50" if BACKEND == "sqlite" else "20"))
SEED = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(2**32)))
SERVICES = ("seat-heating", "range-boost", "matrix-light")
SHOPS = 2
BETWEEN_ORDERS_S = 0.06
# Difficult cars come early, so that their last retries do not make the test wait.
DIFFICULT_CARS = 4 * ROUNDS
SETTLED_WITHIN_S = 120
ATTEMPTS_MAX = 6

# Answers that get lost or lie about what was done, at both upstreams. Nothing here makes a caller wait for a timeout.
FAULTS = {
    "iot_server_error": 0.02, "iot_html_error_after": 0.03, "iot_broken_body": 0.02, "iot_empty_body": 0.02,
    "callback_lost": 0.2, "callback_duplicate": 0.2, "callback_reordered": 0.1, "callback_before_answer": 0.1,
    "broker_duplicate": 0.1, "stripe_conflict": 0.02, "stripe_html_error": 0.02,
}


def mood_of(car):
    """Most cars answer at once; some refuse every command, some miss the first few."""
    roll = random.Random(SEED * 1_000_003 + car).random()
    if car >= DIFFICULT_CARS or roll > 0.12:
        return None
    return "failing" if roll < 0.08 else "flaky"


class Shop(threading.Thread):
    """Posts one order after the other. What was not answered is posted again under the same key."""

    def __init__(self, number, test):
        super().__init__(daemon=True)
        self.acknowledged = []  # (order, id), as a customer's receipt would say
        self.complaints = []
        self.repeats = 0
        self.finishing = threading.Event()
        self._next = number
        self._dice = random.Random(SEED + number)
        self._node = Client(test.address, test.shop_token)
        self._world = Client(test.world.address)
        self._test = test

    def run(self):
        try:
            while not self.finishing.is_set():
                self._one_order()
                time.sleep(BETWEEN_ORDERS_S)
        except Exception as error:  # A silent shop would make the test pass.
            self.complaints.append(repr(error))
        finally:
            self._node.close()
            self._world.close()

    def _one_order(self):
        number = self._next
        self._next += SHOPS
        # Three services in each car: commands of one car must wait for each other.
        car, service = divmod(number, len(SERVICES))
        mood = mood_of(car)
        if mood and service > 0:
            return  # The retries of two services would spend the ten commands that a car takes in an hour.
        order = an_order(number, vin_of(car), SERVICES[service])
        if mood:
            self._test.difficult.add(order["vin"])
            self._world.control("vehicles/" + order["vin"], {"mood": mood})
        self._world.hold(order)
        first = self._post(order)
        self.acknowledged.append((order, first["id"]))
        if self._dice.random() < 0.2:
            self._repeat(*self._dice.choice(self.acknowledged))

    def _post(self, order):
        while True:
            try:
                answer = self._node.order(order)
            except Unreachable:
                self.repeats += 1
                time.sleep(0.005)
                continue
            if answer.status in (200, 201):
                return answer.json()
            if answer.status not in (409, 429, 503):
                raise AssertionError("%s: %d %s" % (order["order_id"], answer.status, answer.body))
            time.sleep(0.02)

    def _repeat(self, order, known_id):
        again = self._post(order)
        if again["id"] != known_id:
            self.complaints.append("%s was %s and is now %s" % (order["order_id"], known_id, again["id"]))


class CrashTest(ProgramTest):
    def setUp(self):
        super().setUp()
        print("CRASH_SEED=%d" % SEED, flush=True)
        self.dice = random.Random(SEED)
        self.round = 0
        self.difficult = set()
        self.world = self.start_world()
        self.address = free_address("127.0.0.2")
        self.settings["PUBLIC_URL"] = "http://%s:%d" % self.address
        self.admin_token = self.make_token("admin")
        self.shop_token = self.make_token("service", "--client", "shop")
        self.control = Client(self.world.address)
        self.addCleanup(self.control.close)
        self.control.control("faults", FAULTS)
        self.log = WorldLog(self.control)

    def start_node(self):
        return self.serve("%s:%d" % self.address)

    def put_catalogue(self):
        node = self.start_node().listening()
        admin = Client(node.address, self.admin_token)
        for service in SERVICES:
            self.assertLess(admin.put_service(service).status, 300)
        admin.close()
        node.close()

    def crash(self):
        """One life of the node: every tenth ends while it is still starting."""
        node = self.start_node()
        if self.round % 10 == 9:
            time.sleep(self.dice.uniform(0, 0.2))
        else:
            node.listening()
            time.sleep(self.dice.uniform(0.05, 0.8))
        self.assertIsNone(node.process.poll(), "it ended by itself: " + node.says())
        self.assertEqual(node.end(signal.SIGKILL, 10), -signal.SIGKILL)
        node.close()

    def settle(self, node):
        """Waits until no activation has anything left to do; returns all of them."""
        admin = Client(node.address, self.admin_token)
        self.addCleanup(admin.close)
        give_up_at = time.monotonic() + SETTLED_WITHIN_S
        while True:
            found = admin.activations()
            waiting = [one for one in found if not is_settled(one)]
            if not waiting:
                return found
            if time.monotonic() > give_up_at:
                story = admin.get("/v1/ota/activations/%s/history" % waiting[0]["id"]).json()
                self.fail("%d of %d are not settled, for example %s" % (len(waiting), len(found), json.dumps(story, indent=1)))
            self.log.read()
            time.sleep(0.25)

    def test_no_acknowledged_order_is_lost_and_no_effect_is_repeated(self):
        self.put_catalogue()
        shops = [Shop(number, self) for number in range(SHOPS)]
        for shop in shops:
            shop.start()
        for self.round in range(ROUNDS):
            self.crash()
            self.log.read()
        captured_between_crashes = sum(line["effect"] == "captured" for line in self.log.money)
        node = self.start_node().listening()
        for shop in shops:
            shop.finishing.set()
        for shop in shops:
            shop.join(30)
            self.assertFalse(shop.is_alive(), "an order is never answered")
            self.assertEqual(shop.complaints, [])
        acknowledged = [receipt for shop in shops for receipt in shop.acknowledged]
        begun_at = time.monotonic()
        activations = self.settle(node)
        self.log.read()
        print("%d crashes, %d orders, %d repeated posts, %d commands at the world; %d captures between crashes, "
              "settled %.1f s after the last" % (
                  ROUNDS, len(acknowledged), sum(shop.repeats for shop in shops), len(self.log.commands),
                  captured_between_crashes, time.monotonic() - begun_at), flush=True)
        self.assertGreater(captured_between_crashes, ROUNDS // 5, "no effect was in danger")
        self.check_orders(acknowledged, activations)
        self.check_world([order for order, _ in acknowledged], activations)
        self.assertEqual(node.end(signal.SIGTERM, 12), 0, node.says())
        self.check_audit(len(activations))

    # -- what must be true at the end --------------------------------------------------------------------------------

    def check_orders(self, acknowledged, activations):
        """Every acknowledged order exists exactly once, under the id that was told."""
        self.assertGreater(len(acknowledged), 2 * ROUNDS, "that was no load")
        ordered = [one for one in activations if one["parent"] is None]
        self.assertEqual(sorted((one["order_id"], one["id"]) for one in ordered),
                         sorted((order["order_id"], id) for order, id in acknowledged))
        difficult = [one for one in ordered if one["vin"] in self.difficult]
        for one in ordered:
            self.assertLessEqual(one["attempts"], ATTEMPTS_MAX, one)
            ends = [("Active", "captured"), ("Failed", "released")] if one in difficult else [("Active", "captured")]
            self.assertIn((one["state"], one["money_state"]), ends, one)
        self.assertTrue(difficult, "no car was difficult")

    def check_world(self, orders, activations):
        by_order = {one["order_id"]: one for one in activations if one["parent"] is None}
        self.assertNotIn("conflicting", {line["outcome"] for line in self.log.commands}, "one command id, two payloads")
        for order in orders:
            with self.subTest(order=order["order_id"]):
                self.check_money(order, by_order[order["order_id"]])
                self.check_commands(order, by_order[order["order_id"]])

    def check_money(self, order, activation):
        """One economic effect, and no capture before the car changed."""
        effects = self.log.money_of(order)
        wanted = "captured" if activation["state"] == "Active" else "voided"
        self.assertEqual([line["effect"] for line in effects], [wanted])
        if wanted == "captured":
            switched_on = [line["at"] for line in self.log.changes_of(order) if line["active"]]
            self.assertTrue(switched_on, "money was captured for a car that never changed")
            self.assertLessEqual(min(switched_on), effects[0]["at"])

    def check_commands(self, order, activation):
        accepted = {line["commandId"] for line in self.log.commands_of(order) if line["outcome"] == "accepted"}
        self.assertLessEqual(len(accepted), activation["attempts"])
        if order["vin"] not in self.difficult:
            self.assertEqual(len(accepted), 1, "a car that works was told more than once")
            changed = [line for line in self.log.changes_of(order) if line["changed"]]
            self.assertEqual(len(changed), 1)

    def check_audit(self, activations):
        audit = self.on_store("audit", "verify", "--json")
        self.assertEqual(audit.status, 0, audit.out + audit.err)
        self.assertEqual(audit.document()["activations"], activations)


if __name__ == "__main__":
    unittest.main(verbosity=2)
