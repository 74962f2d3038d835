"""A shop that orders at an even pace at whichever node answers, and remembers every receipt it was given."""

import itertools
import random
import threading
import time

from client import Client, Unreachable, an_order, vin_of

SERVICES = ("seat-heating", "range-boost", "matrix-light", "lane-assist", "cold-pack", "sound-plus")
# Each waits with its order until the vehicle's shard has an owner again: enough that others go on meanwhile.
TILLS = 24
# A frozen or cut-off node must not hold up the till for long: the same order is posted at another one.
ANSWER_MAX_S = 3
REPEATED_SHARE = 0.1
CANCELED_SHARE = 0.03


class Orders:
    """Deals out orders, car by car, so that several commands of one car want to be sent at the same time.

    Most cars work. A few reject every command, a few miss the first ones, and a few of the rejecting ones are asked
    for more than the ten commands that a car takes in an hour."""

    def __init__(self, seed, world):
        self.moods = {}  # of the cars that do not simply work, by VIN
        self.dealt = 0
        self._seed, self._world = seed, world
        self._lock = threading.Lock()
        self._stream = self._all()

    def next(self):
        """An order whose money is held, in a car of the mood it shall have."""
        with self._lock:
            order, mood = next(self._stream)
            if mood:
                self.moods[order["vin"]] = mood
                self._world.control("vehicles/" + order["vin"], {"mood": mood})
            self._world.hold(order)
            return order

    def _all(self):
        for car in itertools.count():
            mood, services = self._nature(car)
            for service in services:
                yield an_order(self.dealt, vin_of(car), service), mood
                self.dealt += 1

    def _nature(self, car):
        roll = random.Random(self._seed * 1_000_003 + car).random()
        if roll < 0.005:
            return "failing", SERVICES[:2]
        if roll < 0.06:
            return "failing", SERVICES[:1]
        if roll < 0.09:
            return "flaky", SERVICES[:1]
        return None, SERVICES if roll < 0.12 else SERVICES[:3]


class Till(threading.Thread):
    """One order after the other. What was not answered is posted again under the same key, at another node."""

    def __init__(self, number, shop):
        super().__init__(daemon=True, name="till-%d" % number)
        self.repeats = 0
        self._shop = shop
        self._dice = random.Random(shop.seed * 31 + number)
        self._nodes = [Client(address, shop.token, ANSWER_MAX_S) for address in shop.addresses]

    def run(self):
        try:
            while self._shop.wait_for_turn():
                self._serve()
        except Exception as error:  # A silent till would make the test pass.
            self._shop.complaints.append("%s: %r" % (self.name, error))
        finally:
            for node in self._nodes:
                node.close()

    def _serve(self):
        order = self._shop.orders.next()
        receipt = self._insist(lambda node: node.order(order))
        if receipt is None:
            return  # Never acknowledged: whether it exists is nobody's claim.
        self._shop.acknowledged.append((order, receipt["id"]))
        if self._dice.random() < REPEATED_SHARE:
            self._repeat(*self._dice.choice(self._shop.acknowledged))
        # What a car that refuses everything may have taken is switched off again, and that is tried for ever.
        obeys = self._shop.orders.moods.get(order["vin"]) != "failing"
        if self._dice.random() < CANCELED_SHARE and obeys:
            self._cancel(order, receipt["id"])

    def _insist(self, ask):
        """Asks one node after the other until one says yes; None: the shop closed before."""
        while not self._shop.given_up.is_set():
            try:
                answer = ask(self._dice.choice(self._nodes))
            except Unreachable:
                self.repeats += 1
                self._shop.given_up.wait(0.02)
                continue
            if answer.status in (200, 201):
                return answer.json()
            if answer.status not in (409, 429, 503):
                raise AssertionError("%d %s" % (answer.status, answer.body))
            self._shop.given_up.wait(0.05)
        return None

    def _repeat(self, order, known_id):
        again = self._insist(lambda node: node.order(order))
        if again is not None and again["id"] != known_id:
            self._shop.complaints.append("%s was %s and is now %s" % (order["order_id"], known_id, again["id"]))

    def _cancel(self, order, known_id):
        """One honest try: the car may be faster, and then there is nothing to cancel."""
        try:
            answer = self._dice.choice(self._nodes).send("POST", "/v1/ota/activations/%s/cancel" % known_id)
        except Unreachable:
            self._shop.canceled.add(order["order_id"])
            return
        if answer.status == 200 or answer.status >= 500:
            self._shop.canceled.add(order["order_id"])
        elif answer.status != 409:
            self._shop.complaints.append("cancel: %d %s" % (answer.status, answer.body))


class Shop:
    """`per_second` orders on average; what could not be ordered in time is made up for."""

    def __init__(self, orders, addresses, token, seed, per_second):
        self.orders, self.addresses, self.token, self.seed = orders, addresses, token, seed
        self.acknowledged = []  # (order, id), as a customer's receipt would say
        self.canceled = set()  # ids of orders that somebody at least tried to cancel
        self.complaints = []
        self.given_up = threading.Event()
        self._interval_s = 1 / per_second
        self._closing = threading.Event()
        self._turn_lock = threading.Lock()
        self._tills = [Till(number, self) for number in range(TILLS)]

    def open(self):
        self._next_turn_at = time.monotonic()
        for till in self._tills:
            till.start()

    def wait_for_turn(self):
        """True when the next order may be placed, False when the shop closes."""
        with self._turn_lock:
            turn_at = self._next_turn_at
            self._next_turn_at += self._interval_s
        return not self._closing.wait(max(0, turn_at - time.monotonic()))

    def close(self, within_s=60):
        """Every order that was begun is seen through; what then has no receipt is given up."""
        self._closing.set()
        give_up_at = time.monotonic() + within_s
        for till in self._tills:
            till.join(max(0, give_up_at - time.monotonic()))
        unanswered = sum(till.is_alive() for till in self._tills)
        self.given_up.set()
        for till in self._tills:
            till.join(2 * ANSWER_MAX_S)
        if unanswered:
            self.complaints.append("%d orders are never answered" % unanswered)

    @property
    def repeats(self):
        return sum(till.repeats for till in self._tills)
