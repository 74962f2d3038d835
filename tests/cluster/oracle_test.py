"""The oracle finds what it is there to find: a clean run passes, and each thing that must never happen is blamed."""

import copy
import os
import sys
import types
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from client import an_order, vin_of  # noqa: E402
from oracle import judge, moment  # noqa: E402
from plagues import timetable  # noqa: E402

SERVICES = ("seat-heating", "range-boost")
ORDERS = 20


def at(second):
    return "2026-01-01T%02d:%02d:%02d.000Z" % (second // 3600, second // 60 % 60, second % 60)


class Story:
    """Twenty orders for ten cars: two cars refuse, the others obey, each after the command before it has ended."""

    def __init__(self):
        self.log = types.SimpleNamespace(commands=[], changes=[], money=[])
        self.ends = {}
        self.activations = []
        self.shop = types.SimpleNamespace(acknowledged=[], complaints=[], canceled=set(), repeats=0,
                                          orders=types.SimpleNamespace(moods={vin_of(0): "failing", vin_of(1): "failing"}))
        for number in range(ORDERS):
            self._order(number)

    def _order(self, number):
        order = an_order(number, vin_of(number // 2), SERVICES[number % 2])
        fails = order["vin"] in self.shop.orders.moods
        id, second = "act_%d" % number, 60 * number
        self.shop.acknowledged.append((order, id))
        self.activations.append({"id": id, "order_id": order["order_id"], "vin": order["vin"], "parent": None,
                                 "state": "Failed" if fails else "Active", "waits_for": None,
                                 "money_state": "released" if fails else "captured"})
        self.command(order, id + "-1", second)
        self.ends[id + "-1"] = moment(at(second + 3))
        if not fails:
            self.log.changes.append({"vin": order["vin"], "serviceId": order["service_id"], "active": True, "changed": True,
                                     "commandId": id + "-1", "at": at(second + 2)})
        self.money(number, "authorized", second)
        self.money(number, "voided" if fails else "captured", second + 4)

    def command(self, order, command_id, second, outcome="accepted"):
        self.log.commands.append({"vin": order["vin"], "serviceId": order["service_id"], "commandId": command_id,
                                  "action": "enable", "generation": len(self.log.commands), "outcome": outcome, "at": at(second),
                                  "expiresAt": at(second + 300)})

    def money(self, number, effect, second):
        self.log.money.append({"payment": "pi_%06d" % number, "effect": effect, "at": at(second)})

    def order(self, number):
        return self.shop.acknowledged[number][0]

    def violations(self):
        return judge(self.log, lambda vin: self.ends, self.shop, self.activations).violations


class OracleTest(unittest.TestCase):
    def setUp(self):
        self.story = Story()

    def assert_blamed(self, words):
        found = self.story.violations()
        self.assertTrue(any(words in violation for violation in found), found)

    def test_a_clean_run_passes(self):
        self.assertEqual(self.story.violations(), [])

    def test_a_lost_order_is_blamed(self):
        del self.story.activations[7]
        self.assert_blamed("acknowledged and lost")

    def test_another_id_than_the_receipt_says_is_blamed(self):
        self.story.activations[7]["id"] = "act_other"
        self.assert_blamed("acknowledged and lost")

    def test_an_order_that_exists_twice_is_blamed(self):
        self.story.activations.append(copy.copy(self.story.activations[7]))
        self.assert_blamed("one order is two activations")

    def test_what_never_ends_is_blamed(self):
        self.story.activations[7]["state"] = "WaitingBackoff"
        self.assert_blamed("not settled")

    def test_a_second_capture_is_blamed(self):
        self.story.money(7, "captured", 2000)
        self.assert_blamed("money")

    def test_a_missing_capture_is_blamed(self):
        self.story.log.money = [line for line in self.story.log.money if line["payment"] != "pi_000007"]
        self.assert_blamed("money")

    def test_a_hold_that_stays_is_blamed(self):
        self.story.log.money = [line for line in self.story.log.money if line["effect"] != "voided"]
        self.assert_blamed("money")

    def test_a_capture_before_the_car_confirmed_is_blamed(self):
        self.story.log.changes[0]["at"] = at(3000)
        self.assert_blamed("captured before the car confirmed")

    def test_a_feature_left_on_that_nobody_paid_is_blamed(self):
        order = self.story.order(0)
        self.story.log.changes.append({"vin": order["vin"], "serviceId": order["service_id"], "active": True, "changed": True,
                                       "commandId": "act_0-1", "at": at(3000)})
        self.assert_blamed("car and money disagree")

    def test_an_eleventh_command_within_an_hour_is_blamed(self):
        for number in range(10):
            self.story.command(self.story.order(4), "more-%d" % number, 1000 + number, "repeated")
        self.assert_blamed("more than ten commands in an hour")

    def test_ten_commands_within_an_hour_and_one_after_it_pass(self):
        for number in range(8):
            self.story.command(self.story.order(4), "more-%d" % number, 1000 + number, "repeated")
        self.story.command(self.story.order(4), "late", 4000, "repeated")
        self.assertEqual(self.story.violations(), [])

    def test_a_command_sent_before_the_last_one_ended_is_blamed(self):
        self.story.ends["act_4-1"] = moment(at(3000))
        self.assert_blamed("two commands in flight")

    def test_a_command_sent_after_one_that_never_ended_is_blamed(self):
        del self.story.ends["act_4-1"]
        self.assert_blamed("two commands in flight")

    def test_a_command_sent_after_the_time_of_the_last_one_is_over_passes(self):
        self.story.ends["act_4-1"] = moment(at(3000))
        self.story.log.commands[4]["expiresAt"] = self.story.log.commands[5]["at"]
        self.assertEqual(self.story.violations(), [])

    def test_one_command_id_for_two_payloads_is_blamed(self):
        line = dict(self.story.log.commands[4], generation=99)
        self.story.log.commands.append(line)
        self.assert_blamed("one command id, two payloads")

    def test_a_budget_that_the_api_had_to_enforce_is_blamed(self):
        self.story.command(self.story.order(4), "one-more", 1000, "rate_limited")
        self.assert_blamed("enforce the budget")

    def test_a_run_in_which_everything_fails_is_blamed(self):
        for one in self.story.activations:
            one.update(state="Failed", money_state="released")
        self.assert_blamed("ended well")


class TimetableTest(unittest.TestCase):
    def plan(self, seed, seconds):
        return {kind: [repr(deed) for deed in deeds]
                for kind, deeds in timetable(seed, seconds, ("a", "b"), ("x", "y"), ("p", "q")).items()}

    def test_a_seed_decides_everything(self):
        self.assertEqual(self.plan(5, 600), self.plan(5, 600))
        self.assertNotEqual(self.plan(5, 600), self.plan(6, 600))

    def test_twenty_minutes_bring_each_fault_as_often_as_promised(self):
        plan = timetable(1, 1200, ("a", "b"), ("x",), ("p",))
        self.assertEqual(len(plan["kill"]), 120)
        self.assertEqual(len(plan["freeze"]), 20)
        self.assertGreaterEqual(len(plan["database"]), 1200 // 40 - 1)
        self.assertTrue(all(deed.lasts == 20 for deed in plan["freeze"]))
        gaps = [after.at - before.at for before, after in zip(plan["database"], plan["database"][1:])]
        self.assertTrue(all(5 <= gap <= 40 for gap in gaps), gaps)

    def test_a_short_run_still_has_every_fault(self):
        for seed in range(50):
            plan = timetable(seed, 20, ("a", "b"), ("x",), ("p",))
            self.assertTrue(all(plan.values()), plan)


if __name__ == "__main__":
    unittest.main(verbosity=2)
