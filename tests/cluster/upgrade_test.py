"""Two versions on one database, over a revision of the schema, forward and back again under load: nothing is lost, repeated
or left lying.

usage: upgrade_test.py [--old-program PATH | --old-ref REF] [--per-second N] [--seed N]

The old version is this program and the new one is `CONTACTOR_NEXT_PROGRAM`, the same with one more migration. With
`--old-program`, or `--old-ref` for a commit of this repository that is built in a folder of its own, this program is the
new one.
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
NEXT_PROGRAM = os.environ.get("CONTACTOR_NEXT_PROGRAM", "")
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

    def __init__(self, stage, old, new):
        self._stage, self._old, self._new = stage, old, new
        self._first_revision = self._revision()

    def replace_all(self, program, dice):
        for node in dice.sample(self._stage.nodes, len(self._stage.nodes)):
            self._replace(node, program)

    def _replace(self, node, program):
        status = node.stop()
        if status != 0:
            raise AssertionError("%s ended with %s when it was asked to hand over: %s" % (node.name, status, node.says()))
        node.program = program
        node.start()
        node.wait_ready()
        self.work_on("%s runs the %s version" % (node.name, "new" if program == self._new else "old"))

    def work_on(self, words):
        """Until the mixed cluster has delivered enough to have shown what it does."""
        before = self._stage.witness.captures()
        wait_until(lambda: self._stage.witness.captures() >= before + CAPTURES_BETWEEN_STEPS, STEP_MAX_S,
                   "work goes on after " + words)
        print("  %s; schema %s; %d delivered" % (words, self._revision(), self._stage.witness.captures()), flush=True)

    def _revision(self):
        return self._stage.on_store("migrate", "current", "--json", program=self._new)["current"]

    def upgrade_schema(self):
        """It goes first, under nodes of the old version, and stays where it is when they come back."""
        self._stage.on_store("migrate", "upgrade", "head", "--json", program=self._new)
        if self._new == NEXT_PROGRAM and self._revision() != self._first_revision + 1:
            raise AssertionError("the new version brought revision %d after %d" % (self._revision(), self._first_revision))
        self.work_on("the schema is the new version's")

    def downgrade_schema(self):
        """It goes last, when nobody is left that needs what it takes away."""
        self._stage.on_store("migrate", "downgrade", str(self._first_revision), "--json", program=self._new)
        self.work_on("the schema is the old version's")


def run(options):
    with Stage("upgrade", options.seed) as stage:
        old, new = programs(options, stage.folder)
        database = Postgres(stage.folder, OUR_ADDRESS)
        stage.callback(database.close)
        database.start()
        database.create_database("contactor")
        stage.build_world()
        stage.build_nodes(NODES, database.url("contactor"), old)
        stage.open_for_business(options.per_second, old)
        rollout = Rollout(stage, old, new)
        rollout.work_on("every node runs the old version")
        dice = random.Random(options.seed)
        rollout.upgrade_schema()
        rollout.replace_all(new, dice)
        rollout.replace_all(old, dice)
        rollout.downgrade_schema()
        stage.make_peace()
        activations, took_s = stage.settle()
        print("%d activations, settled %.1f s after the last order" % (len(activations), took_s))
        stage.judge(activations)


def programs(options, folder):
    """The old one and the new one."""
    if options.old_program:
        return options.old_program, PROGRAM
    if options.old_ref:
        return build(options.old_ref, folder), PROGRAM
    return PROGRAM, NEXT_PROGRAM


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--old-program", default=os.environ.get("CONTACTOR_OLD_PROGRAM"))
    parser.add_argument("--old-ref", default=os.environ.get("CONTACTOR_OLD_REF"))
    parser.add_argument("--per-second", type=float, default=12, help="orders a second")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**32))
    options = parser.parse_args()
    if options.old_ref and not is_known(options.old_ref):
        enclosure.skip("no repository that knows " + options.old_ref)
    if not (options.old_program or options.old_ref or NEXT_PROGRAM):
        enclosure.skip("CONTACTOR_NEXT_PROGRAM names no program")
    print("upgrade_test.py --per-second %g --seed %d" % (options.per_second, options.seed), flush=True)
    run(options)


if __name__ == "__main__":
    enclosure.enter(*needed_programs())
    main()
