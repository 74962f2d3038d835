"""Two versions on one database, forward and back again under load: nothing is lost, repeated or left lying.

usage: upgrade_test.py [--old-program PATH | --old-ref REF] [--per-second N] [--seed N]

The old version is `CONTACTOR_OLD_PROGRAM`, or is built from a commit of this repository (`CONTACTOR_OLD_REF`) in a folder
of its own.
"""

import argparse
import os
import random
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import enclosure  # noqa: E402
from enclosure import OUR_ADDRESS, wait_until  # noqa: E402
from postgres import Postgres, needed_programs  # noqa: E402
from program import PROGRAM  # noqa: E402
from stage import Stage  # noqa: E402

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
NODES = ("n1", "n2", "n3")
BUILD_MAX_S = 1800
OLD_VERSION = "0.0.1"
# The first commit in which every command knows PostgreSQL and nodes share it.
OLD_REF = "4fe3e65dbfb26916bbd162d36bbc8486bf8181b8"
CAPTURES_BETWEEN_STEPS = 60
STEP_MAX_S = 120


def is_known(ref):
    """Not in a source archive, nor in a clone without its history."""
    return subprocess.run(["git", "-C", SOURCE, "cat-file", "-e", ref + "^{commit}"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def build(ref, folder):
    """The program of another commit; the checkout around this file is left as it is."""
    tree = os.path.join(folder, "old")
    _run("git", "-C", SOURCE, "worktree", "add", "--detach", tree, ref)
    try:
        _call_it_older(os.path.join(tree, "CMakeLists.txt"))
        output = os.path.join(folder, "old-build")
        _run("cmake", "--preset", "dev", "-S", tree, "-B", output, cwd=tree)
        _run("ninja", "-C", output, "contactor")
        return os.path.join(output, "src", "app", "contactor")
    finally:
        _run("git", "-C", SOURCE, "worktree", "remove", "--force", tree)


def _call_it_older(path):
    """Two commits between releases have one version number; here they must be told apart, in logs and in the store."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^project\(contactor VERSION \S+", "project(contactor VERSION " + OLD_VERSION, text, flags=re.MULTILINE))


def _run(*arguments, cwd=None):
    done = subprocess.run(arguments, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=BUILD_MAX_S, check=False)
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (" ".join(arguments), done.stdout[-3000:]))


class Rollout:
    """Nodes change their program one at a time, each handing over first, while the load goes on."""

    def __init__(self, stage):
        self._stage = stage

    def replace(self, node, program):
        status = node.stop()
        if status != 0:
            raise AssertionError("%s ended with %s when it was asked to hand over: %s" % (node.name, status, node.says()))
        node.program = program
        node.start()
        node.wait_ready()
        self.work_on("%s runs %s" % (node.name, self._version(node)))

    def work_on(self, words):
        """Until the mixed cluster has delivered enough to have shown what it does."""
        before = self._stage.witness.captures()
        wait_until(lambda: self._stage.witness.captures() >= before + CAPTURES_BETWEEN_STEPS, STEP_MAX_S,
                   "work goes on after " + words)
        print("  %s; schema %s; %d delivered" % (words, self._revision(), self._stage.witness.captures()), flush=True)

    def _revision(self):
        return self._stage.on_store("migrate", "current", "--json")["current"]

    def migrate(self):
        """The schema goes first, under nodes of the old version, and stays where it is when they come back."""
        self._stage.on_store("migrate", "upgrade", "head", "--json")
        self.work_on("the schema is the new version's")

    @staticmethod
    def _version(node):
        return "the new version" if node.program == PROGRAM else "the old version"


def run(options):
    with Stage("upgrade", options.seed) as stage:
        old = options.old_program or build(options.old_ref, stage.folder)
        database = Postgres(stage.folder, OUR_ADDRESS)
        stage.callback(database.close)
        database.start()
        database.create_database("contactor")
        stage.build_world()
        stage.build_nodes(NODES, database.url("contactor"), old)
        stage.open_for_business(options.per_second, old)
        rollout = Rollout(stage)
        rollout.work_on("every node runs the old version")
        rollout.migrate()
        dice = random.Random(options.seed)
        for program in (PROGRAM, old, PROGRAM):
            for node in dice.sample(stage.nodes, len(stage.nodes)):
                rollout.replace(node, program)
        stage.make_peace()
        activations, took_s = stage.settle()
        print("%d activations, settled %.1f s after the last order" % (len(activations), took_s))
        stage.judge(activations)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--old-program", default=os.environ.get("CONTACTOR_OLD_PROGRAM"))
    parser.add_argument("--old-ref", default=os.environ.get("CONTACTOR_OLD_REF", OLD_REF))
    parser.add_argument("--per-second", type=float, default=12, help="orders a second")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**32))
    options = parser.parse_args()
    if not options.old_program and not is_known(options.old_ref):
        enclosure.skip("no repository that knows %s, and CONTACTOR_OLD_PROGRAM names no program" % options.old_ref)
    print("upgrade_test.py --per-second %g --seed %d" % (options.per_second, options.seed), flush=True)
    run(options)


if __name__ == "__main__":
    enclosure.enter(*needed_programs())
    main()
