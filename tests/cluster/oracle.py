"""What must be true in the end, judged from outside: by the simulated world's own records and the shop's receipts.

What a node says about itself counts in one place only: an acknowledged order must be found under the id that was told.
"""

import base64
import collections
import datetime

from client import Client, is_settled

COMMANDS_PER_HOUR = 10
HOUR = datetime.timedelta(hours=1)
WELL_SHARE_MIN = 0.8


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def key_of(line):
    return line["vin"], line["serviceId"]


class Verdict:
    """Violations found, and figures that show that something was in danger at all."""

    def __init__(self):
        self.violations = []
        self.figures = {}

    def blame(self, what, *about):
        self.violations.append("%s: %s" % (what, " ".join(map(str, about))))


def judge(log, ends_of, shop, activations):
    """Everything at once. `log` has been read to its end, `ends_of(vin)` is the IoT API's own record of when each command
    ended, and `activations` are all there are, settled."""
    verdict = Verdict()
    ordered = {one["order_id"]: one for one in activations if one["parent"] is None}
    _receipts(verdict, shop, activations, ordered)
    _commands(verdict, log)
    _one_in_flight(verdict, log, ends_of)
    _money(verdict, log, ordered, shop)
    _well_ended(verdict, shop, ordered)
    return verdict


def _receipts(verdict, shop, activations, ordered):
    """No acknowledged order is lost, and each exists once."""
    for complaint in shop.complaints:
        verdict.blame("complaint", complaint)
    if len(ordered) != sum(one["parent"] is None for one in activations):
        verdict.blame("one order is two activations")
    for order, known_id in shop.acknowledged:
        found = ordered.get(order["order_id"])
        if found is None or found["id"] != known_id:
            verdict.blame("acknowledged and lost", order["order_id"], known_id, found and found["id"])
    for one in activations:
        if not is_settled(one):
            verdict.blame("not settled", one["id"], one["state"], one["money_state"], one["waits_for"])
    verdict.figures["acknowledged orders"] = len(shop.acknowledged)
    verdict.figures["posts without an answer"] = shop.repeats


def _commands(verdict, log):
    """The budget at the place where the commands arrive, and one payload a command id."""
    arrivals = collections.defaultdict(list)
    payloads = {}
    for line in log.commands:
        arrivals[line["vin"]].append(moment(line["at"]))
        payload = (line["vin"], line["serviceId"], line["action"], line["generation"])
        if line["outcome"] == "conflicting" or payloads.setdefault(line["commandId"], payload) != payload:
            verdict.blame("one command id, two payloads", line)
        if line["outcome"] == "rate_limited":
            verdict.blame("the API had to enforce the budget", line)
    fullest = 0
    for vin, moments in arrivals.items():
        moments.sort()
        for start, at in enumerate(moments):
            in_hour = sum(at <= other < at + HOUR for other in moments[start:])
            fullest = max(fullest, in_hour)
            if in_hour > COMMANDS_PER_HOUR:
                verdict.blame("more than ten commands in an hour", vin, in_hour)
                break
    verdict.figures["commands"] = len(payloads)
    verdict.figures["most commands of one vehicle in an hour"] = fullest


def _one_in_flight(verdict, log, ends_of):
    """A command is in flight from its acceptance until the API's own record says how it ended, or until its time is over:
    from then on the car ignores it. (A report that was late all the same replaces what the record said before.)"""
    accepted = collections.defaultdict(list)
    for line in log.commands:
        if line["outcome"] == "accepted":
            accepted[line["vin"]].append((moment(line["at"]), line["commandId"], moment(line["expiresAt"])))
    followed = 0
    for vin, commands in accepted.items():
        if len(commands) < 2:
            continue
        ends = ends_of(vin)
        commands.sort()
        for (_, before, expires_at), (at, after, _) in zip(commands, commands[1:]):
            followed += 1
            if min(ends.get(before, expires_at), expires_at) > at:
                verdict.blame("two commands in flight", vin, before, after, at, ends.get(before), expires_at)
    verdict.figures["commands that followed another to the same vehicle"] = followed


class VehicleRecords:
    """The IoT API's history of one vehicle, read as any client of it would."""

    def __init__(self, world_address):
        self._client = Client(world_address)
        basic = base64.b64encode(b"contactor:iot-secret").decode()
        answer = self._client.send("POST", "/iot-auth/token", b"grant_type=client_credentials", {
            "Authorization": "Basic " + basic, "Content-Type": "application/x-www-form-urlencoded"})
        self._client.token = answer.json()["access_token"]

    def ends_of(self, vin):
        answer = self._client.get("/iot/vehicle/%s/history" % vin)
        if answer.status != 200:
            raise AssertionError("the IoT API does not show its history: %d %s" % (answer.status, answer.body))
        return {item["commandId"]: moment(item["at"]) for item in answer.json()["items"]
                if item["status"] in ("applied", "rejected", "timed_out")}

    def close(self):
        self._client.close()


def _money(verdict, log, ordered, shop):
    """Captured exactly once and only after the car changed, or given back exactly once; and who did not pay has nothing."""
    effects, changes = collections.defaultdict(list), collections.defaultdict(list)
    for line in log.money:
        if line["effect"] != "authorized":
            effects[line["payment"]].append(line)
    for line in log.changes:
        changes[key_of(line)].append(line)
    payments = {order["payment"]["transaction_id"] for order, _ in shop.acknowledged}
    captured = 0
    for order, _ in shop.acknowledged:
        done = effects[order["payment"]["transaction_id"]]
        in_car = changes[(order["vin"], order["service_id"])]
        activation = ordered.get(order["order_id"])
        if activation is None:
            continue  # Already blamed.
        is_active = activation["state"] == "Active"
        captured += is_active
        wanted = ["captured"] if is_active else ["voided"]
        if [line["effect"] for line in done] != wanted:
            verdict.blame("money", order["order_id"], activation["state"], done)
        elif is_active and not any(line["active"] and moment(line["at"]) <= moment(done[0]["at"]) for line in in_car):
            verdict.blame("captured before the car confirmed", order["order_id"], done, in_car)
        is_on = bool(in_car) and in_car[-1]["active"]
        if is_on != is_active:
            verdict.blame("car and money disagree", order["order_id"], activation["state"], in_car)
    for payment, lines in effects.items():
        if payment not in payments and [line["effect"] for line in lines] not in (["captured"], ["voided"]):
            verdict.blame("money of an order without receipt", lines)
    verdict.figures["captured"] = captured
    verdict.figures["released"] = len(shop.acknowledged) - captured


def _well_ended(verdict, shop, ordered):
    """A run in which everything fails would satisfy every rule above."""
    difficult, well = 0, 0
    for order, _ in shop.acknowledged:
        activation = ordered.get(order["order_id"])
        expected = order["vin"] in shop.orders.moods or order["order_id"] in shop.canceled
        difficult += expected
        well += activation is not None and (activation["state"] == "Active" or expected)
        if activation and activation["state"] == "Canceled" and order["order_id"] not in shop.canceled:
            verdict.blame("canceled by nobody", order["order_id"])
    share = well / max(1, len(shop.acknowledged))
    verdict.figures["ended well"] = "%.1f %%" % (100 * share)
    verdict.figures["orders for difficult cars or canceled"] = difficult
    if share < WELL_SHARE_MIN:
        verdict.blame("only %.0f %% ended well" % (100 * share))
    if difficult == 0 or difficult == len(shop.acknowledged):
        verdict.blame("that was no mixed load")
