"""Three nodes on one PostgreSQL, everything around them breaking for as long as wanted: nothing is lost, nothing repeated.

usage: chaos_test.py [--seconds N] [--per-second N] [--seed N]
"""

import argparse
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import enclosure  # noqa: E402
from enclosure import OUR_ADDRESS, Machine, wait_until  # noqa: E402
from nodes import SHARDS  # noqa: E402
from plagues import Plagues, timetable  # noqa: E402
from postgres import Postgres, needed_programs  # noqa: E402
from stage import WORLD_PORT, Stage  # noqa: E402

NODES = ("n1", "n2", "n3")
TARGETS = {"everything": None, "database": (OUR_ADDRESS, 5432), "world": (OUR_ADDRESS, WORLD_PORT)}
# Longer than a lease lasts: whoever stays away for so long has lost its shards to the others.
LONG_AWAY_S = 13
DATABASE_AWAY = "is away"  # what a node says when it gives up starting because of it


class Chaos:
    """How each deed is done to this cluster."""

    def __init__(self, stage, database):
        self._stage, self._server = stage, database
        self._nodes = {node.name: node for node in stage.nodes}
        self.self_ended = []
        self.takeovers_s = []

    def do(self, deed):
        return getattr(self, deed.kind)(deed)

    def database(self, _):
        self._server.restart("immediate")
        return lambda: None

    def kill(self, deed):
        node = self._nodes[deed.victim]
        if not node.kill():
            # It is away already: somebody else, then.
            node = next((other for other in self._stage.nodes if other.kill()), None)
        if node is None:
            return None
        if deed.lasts > LONG_AWAY_S:
            threading.Thread(target=self._time_takeover, args=(node,), daemon=True).start()
        return node.start

    def _time_takeover(self, dead):
        """How long until the others hold everything; nothing if it came back first, or was not the only one in trouble."""
        killed_at = time.monotonic()
        others = [node for node in self._stage.nodes if node is not dead]
        while not dead.is_up:
            held = [node.shards() for node in others]
            if None not in held and sum(held) == SHARDS:
                self.takeovers_s.append(time.monotonic() - killed_at)
                return
            threading.Event().wait(0.1)

    def retire(self, deed):
        """The operator's own restart: the node hands its work over and ends by itself."""
        node = self._nodes[deed.victim]
        if not node.is_up:
            return None
        status = node.stop()
        # Frozen or killed meanwhile it cannot end as asked, and before it listens to signals it just ends.
        excused = (0, None, -signal.SIGKILL, -signal.SIGTERM)
        if status not in excused and not (status in (1, 2) and DATABASE_AWAY in node.says()[-500:]):
            self._stage.complaints.append("%s ended with %d when it was asked to end" % (node.name, status))
        node.kill()
        return node.start

    def freeze(self, deed):
        return self._nodes[deed.victim].freeze()

    def cut(self, deed):
        machine = self._nodes[deed.victim].machine
        how, target = deed.detail
        machine.cut(how, TARGETS[target])
        return machine.heal

    def revive(self):
        """A service manager's part. A node may give up and say why; it may not crash."""
        for node in self._stage.nodes:
            status = node.revive()
            if status is None:
                continue
            self.self_ended.append((node.name, status))
            if status < 0:
                self._stage.complaints.append("%s crashed with signal %d: %s" % (node.name, -status, node.says()))


def run(options):
    plan = timetable(options.seed, options.seconds, NODES, tuple(TARGETS), Machine.CUTS)
    with Stage("chaos", options.seed) as stage:
        database = Postgres(stage.folder, OUR_ADDRESS)
        stage.callback(database.close)
        database.start()
        database.create_database("contactor")
        stage.build_world()
        stage.build_nodes(NODES, database.url("contactor"))
        stage.open_for_business(options.per_second)

        chaos = Chaos(stage, database)
        plagues = Plagues(plan, chaos.do)
        plagues.start()
        keep_alive_until(time.monotonic() + options.seconds, chaos, stage)
        in_danger = stage.witness.captures()
        plagues.end()
        stage.complaints += plagues.complaints
        stage.make_peace()
        activations, took_s = stage.settle()
        print("%d s of faults, %d activations, %d captured under fire, settled %.1f s after the last fault" % (
            options.seconds, len(activations), in_danger, took_s))
        print("  faults: " + ", ".join("%s %d" % item for item in sorted(plagues.happened.items())))
        print("  nodes that gave up by themselves: %d; lives: %s" % (
            len(chaos.self_ended), " ".join("%s %d" % (node.name, node.lives) for node in stage.nodes)))
        print("  takeovers after a kill: " + (" ".join("%.1f s" % took for took in sorted(chaos.takeovers_s)) or "none seen whole"))
        stage.judge(activations)
        check_danger(options, stage, plagues, in_danger)


def keep_alive_until(end_at, chaos, stage):
    while time.monotonic() < end_at:
        chaos.revive()
        threading.Event().wait(0.5)
        if stage.shop.complaints or stage.complaints:
            return  # What is broken already need not be broken for longer.


def check_danger(options, stage, plagues, in_danger):
    """A peaceful run proves nothing."""
    ordered = len(stage.shop.acknowledged)
    # In a few seconds one frozen node and one dead one leave little.
    least = 0.8 if options.seconds >= 120 else 0.25
    if ordered < least * options.seconds * options.per_second:
        raise AssertionError("only %d orders were acknowledged: the faults left no time to work" % ordered)
    if in_danger < ordered // 3:
        raise AssertionError("only %d of %d orders were delivered during the faults" % (in_danger, ordered))
    silent = [kind for kind in ("database", "kill", "freeze")
              if plagues.happened[kind] == 0 and plagues.missed[kind] == 0]
    if silent or not any(kind.startswith("cut") for kind in plagues.happened):
        raise AssertionError("these faults never struck: %s" % (silent or "cut"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=120, help="how long things break; 1200 is the full form")
    parser.add_argument("--per-second", type=float, default=10, help="orders a second")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("CHAOS_SEED", 0)) or random.SystemRandom().randrange(1, 2**32))
    options = parser.parse_args()
    print("chaos_test.py --seconds %d --per-second %g --seed %d" % (options.seconds, options.per_second, options.seed), flush=True)
    run(options)


if __name__ == "__main__":
    enclosure.enter(*needed_programs())
    main()
