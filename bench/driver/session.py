"""What all figures of one run share: servers, both sides, the number of runs, and what was measured already."""

import os
import subprocess

from driver import machine
from driver.ours import Ours
from driver.peers import ENGINES, Packages, Peer
from driver.report import Series
from driver.servers import IotStub, Postgres

FOREIGN_MAX = 0.15
REPEATS_MAX = 3


class Session:
    def __init__(self, options, folder, say):
        self.options = options
        self.say = say
        self.folder = folder
        self.postgres = Postgres()
        try:
            self.stub = IotStub()
        except BaseException:
            self.postgres.stop()
            raise
        self.ours = Ours(options.programs, folder)
        self._packages = None
        self._measured = {}

    def close(self):
        self.stub.stop()
        self.postgres.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def packages(self):
        if self._packages is None:
            self._packages = Packages(os.path.join(self.folder, "peers"), self.options.peers_folder, self.say)
        return self._packages

    def peer(self, name):
        with open(os.path.join(self.folder, "peers", "tables.sql"), encoding="utf-8") as tables:
            return Peer(name, self.packages, self.postgres, self.stub, tables.read())

    def engines(self):
        """Names of the peers to run beside ours; none without --peers."""
        if not self.options.peers:
            return []
        return [name for name in ENGINES if not self.options.engines or self.options.engines in name]

    def undisturbed(self, what, action):
        """One run on a quiet machine; again where others used more than FOREIGN_MAX cores meanwhile."""
        for attempt in range(REPEATS_MAX + 1):
            if not self.options.no_wait:
                machine.wait_until_quiet(self.say)
            run = action()
            foreign = run.get("foreign", 0.0)
            if self.options.no_wait or foreign <= FOREIGN_MAX:
                break
            self.say(f"{what}: others used {foreign:.2f} cores" + (", once more" if attempt < REPEATS_MAX else ", kept"))
        return run

    def repeated(self, sides):
        """Each side `--runs` times, in turn, so that a slow minute hits all of them.

        `sides`: name -> action; returns name -> list of runs. A side that fails is left out and told of."""
        runs, _ = self._repeated(sides)
        return runs

    def only(self, name, action):
        """The runs of a single side; its failure is an error."""
        runs, failed = self._repeated({name: action})
        if name in failed:
            raise RuntimeError(failed[name])
        return runs[name]

    def _repeated(self, sides):
        runs = {name: [] for name in sides}
        failed = {}
        for turn in range(self.options.runs):
            for name, action in sides.items():
                if name in failed:
                    continue
                self.say(f"run {turn + 1} of {self.options.runs}: {name}")
                try:
                    runs[name].append(self.undisturbed(name, action))
                except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
                    failed[name] = str(error)
                    self.say(f"{name} failed: {error}")
        return {name: of for name, of in runs.items() if of and name not in failed}, failed

    def once(self, key, measure):
        """What was measured under this key, measured now if it was not yet: P1, P5 and P6 look at the same runs."""
        if key not in self._measured:
            self._measured[key] = measure()
        return self._measured[key]


def series(runs, value):
    """The numbers that `value` reads off the runs, with what was wrong or disturbed."""
    found = Series([value(run) for run in runs])
    for run in runs:
        if run.get("wrong"):
            found.notes.append(run["wrong"])
    return found


def about(session):
    """Machine, versions and time, for the head of a report."""
    def first_line(*command):
        try:
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return "not installed"
        return (ended.stdout or ended.stderr).strip().split("\n")[0]
    root = os.path.dirname(session.folder)
    return {"at": first_line("date", "-u", "+%Y-%m-%dT%H:%M:%SZ"), "machine": machine.describe(),
            "commit": first_line("git", "-C", root, "describe", "--always", "--dirty"),
            "postgres": session.postgres.version, "nginx": first_line("nginx", "-v"), "runs": session.options.runs}
