"""Faults on a timetable that only the seed decides, and their execution beside the load."""

import collections
import random
import threading
import time


class Deed:
    """One fault: begins `at` seconds after the start, at one `victim`, and is over after `lasts` seconds."""

    __slots__ = ("at", "kind", "victim", "lasts", "detail")

    def __init__(self, at, kind, victim=None, lasts=0.0, detail=None):
        self.at, self.kind, self.victim, self.lasts, self.detail = at, kind, victim, lasts, detail

    def __repr__(self):
        return "%.1fs %s %s %.1fs %s" % (self.at, self.kind, self.victim or "", self.lasts, self.detail or "")


def timetable(seed, duration, victims, targets, cuts):
    """What happens when, by kind: equal seeds, equal evils.

    The database crashes every 5 to 40 s; a node is killed every 10 s, and one time in three it stays away for longer
    than its leases last; one is frozen for 20 s in each minute; one is cut off about every 20 s."""
    def draws(kind):
        return random.Random("%s/%s" % (seed, kind))

    plan = {}
    dice = draws("database")
    plan["database"], at = [], dice.uniform(5, min(40, 0.7 * duration))
    while at < duration:
        plan["database"].append(Deed(at, "database"))
        at += dice.uniform(5, 40)
    dice = draws("kill")
    plan["kill"] = [Deed(at, "kill", dice.choice(victims), dice.uniform(0.2, 3) if dice.random() < 0.67 else
                         dice.uniform(14, 20)) for at in _every(10, duration, dice)]
    dice = draws("freeze")
    plan["freeze"] = [Deed(at, "freeze", dice.choice(victims), 20.0) for at in _every(60, duration, dice)]
    dice = draws("cut")
    plan["cut"] = [Deed(at, "cut", dice.choice(victims), dice.uniform(2, 15), (dice.choice(cuts), dice.choice(targets)))
                   for at in _every(20, duration, dice)]
    dice = draws("retire")
    plan["retire"] = [Deed(at, "retire", dice.choice(victims)) for at in _every(45, duration, dice)]
    return plan


def _every(period, duration, dice):
    """One moment in each whole period, never within its last tenth; in a shorter run the first is in its first half."""
    moments, start = [], 0.0
    while start < duration:
        moments.append(start + dice.uniform(0.1, 0.9) * min(period, duration - start))
        start += period
    return moments


class Plagues:
    """Runs the deeds of each kind one after the other, the kinds beside each other."""

    def __init__(self, plan, do):
        """`do(deed)` begins a fault and returns what ends it: a callable, or None where nothing came of it."""
        self.happened = collections.Counter()
        self.missed = collections.Counter()
        self.complaints = []
        self._do = do
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(deeds,), daemon=True, name=kind)
                         for kind, deeds in plan.items()]

    def start(self):
        self._started_at = time.monotonic()
        for thread in self._threads:
            thread.start()

    def _run(self, deeds):
        try:
            for deed in deeds:
                if self._over.wait(max(0, self._started_at + deed.at - time.monotonic())):
                    return
                self._commit(deed)
        except Exception as error:  # Peace by accident would make the test pass.
            self.complaints.append("%s: %r" % (threading.current_thread().name, error))

    def _commit(self, deed):
        undo = self._do(deed)
        if undo is None:
            self.missed[deed.kind] += 1
            return
        self.happened[deed.kind if deed.detail is None else "%s %s" % (deed.kind, deed.detail[0])] += 1
        try:
            self._over.wait(deed.lasts)
        finally:
            undo()

    def end(self, within_s=90):
        """Nothing new begins, and what is going on is undone."""
        self._over.set()
        for thread in self._threads:
            thread.join(within_s)
            if thread.is_alive():
                self.complaints.append(thread.name + " does not end")
