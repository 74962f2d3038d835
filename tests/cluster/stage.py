"""What every cluster test needs around its faults: the simulated world, nodes, a shop, witnesses, and an end."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

from client import Client, Unreachable, is_settled
from enclosure import OUR_ADDRESS, Machine, wait_until
from load import SERVICES, Orders, Shop
from nodes import Balancer, Node
from oracle import VehicleRecords, judge, moment
from program import PROGRAM, environment, upstreams_in
from world_log import WorldLog

# The brief's schedule in a sixtieth of its time: long enough for a node that is cut off to come back.
SHORT_DELAYS = {"OTA_BASE_DELAY": "500ms", "OTA_MAX_DELAY": "8s", "OTA_POLL_MIN": "50ms", "OTA_POLL_MAX": "500ms",
                "OTA_COMMAND_TIMEOUT": "5s"}
# Answers that get lost or lie about what was done, at both upstreams. Nothing here makes a caller wait for a timeout.
WORLD_FAULTS = {
    "iot_server_error": 0.01, "iot_html_error_after": 0.02, "iot_broken_body": 0.01, "iot_empty_body": 0.01,
    "callback_lost": 0.2, "callback_duplicate": 0.2, "callback_reordered": 0.1, "callback_before_answer": 0.1,
    "broker_duplicate": 0.1, "stripe_conflict": 0.02, "stripe_html_error": 0.02,
}
WORLD_PORT, FRONT_PORT = 9000, 8000
SETTLED_WITHIN_S = 180
BUDGET_IS_SPENT_S = 600  # Whoever waits longer than this waits for the hour of its vehicle to pass.


class Stage(contextlib.ExitStack):
    """Everything on it ends with it; its folder stays when the test failed."""

    def __init__(self, name, seed):
        super().__init__()
        self.seed = seed
        self.complaints = []
        self.nodes = []
        self.folder = tempfile.mkdtemp(prefix="contactor-%s-" % name)
        os.chmod(self.folder, 0o755)  # The database server is another user.

    def __exit__(self, kind, error, trace):
        # A stopped process cannot be asked to end.
        for node in self.nodes:
            node.kill()
        ended = super().__exit__(kind, error, trace)
        if kind is None or not issubclass(kind, Exception):  # Passed, or interrupted.
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print("the logs are in " + self.folder, flush=True)
        return ended

    # -- what stands on it --------------------------------------------------------------------------------------------

    def build_world(self):
        address = (OUR_ADDRESS, WORLD_PORT)
        with open(os.path.join(self.folder, "world.log"), "w", encoding="utf-8") as log:
            world = subprocess.Popen([PROGRAM, "sim", "--listen", "%s:%d" % address, "--seed", str(self.seed)], stdout=log,
                                     stderr=log, stdin=subprocess.DEVNULL, env=environment({}), start_new_session=True)
        self.callback(world.wait)
        self.callback(world.kill)
        self.world = WorldClient(address)
        self.callback(self.world.close)

        def answers():
            try:
                return self.world.get("/_sim/log").status == 200
            except Unreachable:
                return False
        wait_until(answers, 30, "the simulated world answers")
        self.world.control("faults", WORLD_FAULTS)
        self.witness = Witness(WorldClient(address))
        self.callback(self.witness.stop)

    def build_nodes(self, names, db, program=PROGRAM):
        """Machines with nodes that work against the world; none is started."""
        self.db = db
        self.settings = {**upstreams_in("http://%s:%d" % (OUR_ADDRESS, WORLD_PORT)), **SHORT_DELAYS,
                         "PUBLIC_URL": "http://%s:%d" % (OUR_ADDRESS, FRONT_PORT)}
        machines = [Machine(name, 11 + number) for number, name in enumerate(names)]
        self.nodes = [Node(machine, db, self.settings, self.folder, program) for machine in machines]
        self.front = Balancer((OUR_ADDRESS, FRONT_PORT), self.nodes, self.seed)
        self.callback(self.front.close)
        return self.nodes

    def on_store(self, *arguments, program=PROGRAM):
        done = subprocess.run([program, *arguments, "--db", self.db], cwd=self.folder, env=environment(self.settings),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise AssertionError("contactor %s: %d %s%s" % (" ".join(arguments), done.returncode, done.stdout, done.stderr))
        return json.loads(done.stdout)

    def token(self, role, *more, program=PROGRAM):
        return self.on_store("token", "create", "--role", role, "--name", role + "-of-test", "--json", *more,
                             program=program)["token"]

    def open_for_business(self, per_second, program=PROGRAM):
        """Starts the nodes and everything that orders from them."""
        self.admin_token = self.token("admin", program=program)
        shop_token = self.token("service", "--client", "shop", program=program)
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_ready()
        admin = Client(self.nodes[0].address, self.admin_token)
        for service in SERVICES:
            answer = admin.put_service(service)
            if answer.status >= 300:
                raise AssertionError("the catalogue was refused: %d %s" % (answer.status, answer.body))
        admin.close()
        self.witness.start()
        orders_world = WorldClient(self.world.address)
        self.callback(orders_world.close)
        self.shop = Shop(Orders(self.seed, orders_world), [node.address for node in self.nodes], shop_token, self.seed,
                         per_second)
        self.shop.open()
        self.callback(self.shop.given_up.set)

    # -- the end ------------------------------------------------------------------------------------------------------

    def make_peace(self):
        """The faults are over: the world behaves, every node runs, and the shop takes no more orders."""
        self.world.control("faults", {"preset": "calm"})
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_ready()
        self.shop.close()

    def settle(self, within_s=SETTLED_WITHIN_S):
        """Waits until no activation has anything left to do; all of them, and how long it took."""
        begun_at = time.monotonic()
        told_off = set()
        admins = itertools.cycle([Client(node.address, self.admin_token, 30) for node in self.nodes])
        while True:
            found = self._ask(next(admins), Client.activations)
            waiting = [one for one in found or [] if not is_settled(one)]
            if found is not None and not waiting:
                return found, time.monotonic() - begun_at
            self._cancel_what_waits_for_its_hour(next(admins), waiting, told_off)
            if time.monotonic() - begun_at > within_s:
                self._keep_stories(next(admins), waiting)
                raise AssertionError("%d of %d are not settled: %s" % (len(waiting), len(found or []), "; ".join(
                    "%(id)s %(order_id)s %(state)s %(money_state)s, waits for %(waits_for)s" % one for one in waiting[:5])))
            threading.Event().wait(0.5)

    def _cancel_what_waits_for_its_hour(self, admin, waiting, told_off):
        """The hour of a vehicle cannot be made shorter; its customer does not want to wait."""
        for one in waiting:
            if one["state"] != "WaitingBudget" or one["id"] in told_off:
                continue
            until = moment(one["next_action_at"]).timestamp()
            if until - time.time() > BUDGET_IS_SPENT_S and self._ask(
                    admin, lambda node, id=one["id"]: node.send("POST", "/v1/ota/activations/%s/cancel" % id)):
                told_off.add(one["id"])
                self.shop.canceled.add(one["order_id"])

    @staticmethod
    def _ask(client, question):
        try:
            return question(client)
        except (Unreachable, KeyError, ValueError):
            client.close()
            return None

    def _keep_stories(self, admin, waiting):
        with open(os.path.join(self.folder, "unsettled.json"), "w", encoding="utf-8") as file:
            for one in waiting[:5]:
                answer = self._ask(admin, lambda node, id=one["id"]: node.get("/v1/ota/activations/%s/history" % id))
                file.write((answer.body.decode() if answer else json.dumps(one)) + "\n")

    def judge(self, activations):
        """Raises with every violation; prints what was in danger."""
        self.witness.stop()
        with contextlib.closing(VehicleRecords(self.world.address)) as records:
            verdict = judge(self.witness.log, records.ends_of, self.shop, activations)
        audit = self.on_store("audit", "verify", "--json")
        if audit["activations"] != len(activations):
            verdict.blame("the audit saw other activations", audit, len(activations))
        for complaint in [*self.complaints, *self.witness.complaints]:
            verdict.blame("complaint", complaint)
        for name, figure in verdict.figures.items():
            print("  %-55s %s" % (name, figure))
        if verdict.violations:
            raise AssertionError("%d violations\n%s" % (len(verdict.violations), "\n".join(verdict.violations[:20])))


class WorldClient(Client):
    """The world answers whoever reaches it, and everything asked of it here may be asked twice: when it has closed an
    idle connection, the question goes over a new one."""

    def send(self, method, path, body=None, headers=None):
        try:
            return super().send(method, path, body, headers)
        except Unreachable:
            return super().send(method, path, body, headers)


class Witness(threading.Thread):
    """Reads along in the world's log, which shows only its latest lines, and counts how the work goes on."""

    def __init__(self, client):
        super().__init__(daemon=True, name="witness")
        self.log = WorldLog(client)
        self.complaints = []
        self._client = client
        self._over = threading.Event()

    def run(self):
        try:
            while not self._over.wait(0.5):
                self.log.read()
        except Exception as error:  # Half a log would show no violation.
            self.complaints.append("the world's log: %r" % error)

    def stop(self):
        if self._over.is_set():
            return
        self._over.set()
        if self.is_alive():
            self.join(30)
            self.log.read()
        self._client.close()

    def captures(self):
        return sum(line["effect"] == "captured" for line in self.log.money)
