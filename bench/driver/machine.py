"""CPU and memory of processes by /proc, and waiting until nobody else uses the machine."""

import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
QUIET_CORES = 0.12
QUIET_WAIT_S = 600


def _stat(pid):
    """(parent, seconds of user and system time, those of ended and awaited children included), or None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), sum(map(int, fields[11:15])) / TICKS


def tree(root):
    """The process and all its descendants."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = _stat(name)
            if stat:
                children.setdefault(stat[0], []).append(int(name))
    found, open_ends = [], [root]
    while open_ends:
        pid = open_ends.pop()
        found.append(pid)
        open_ends += children.get(pid, [])
    return found


def cpu_seconds(root):
    """CPU time used so far by the process and all its descendants."""
    return sum((_stat(pid) or (0, 0.0))[1] for pid in tree(root))


def memory_mb(root, field):
    """Sum over the tree of a line of /proc/PID/status: VmRSS (now) or VmHWM (peak), in MB of 10^6 bytes."""
    total = 0
    for pid in tree(root):
        try:
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
                for line in file:
                    if line.startswith(field + ":"):
                        total += int(line.split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total * 1024 / 1e6


def busy_seconds():
    """User, nice and system time of all processors, less kernel threads, which are nobody's in particular."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system = map(int, file.readline().split()[1:4])
    kernel = sum((_stat(pid) or (0, 0.0))[1] for pid in tree(2)) if os.path.exists("/proc/2") else 0.0
    return (user + nice + system) / TICKS - kernel


class Foreign:
    """How many cores others used since it was made; `own` are the roots of our processes, this one included."""

    def __init__(self, own):
        self._own = [os.getpid(), *own]
        self._begun = time.monotonic()
        self._used = self._others()

    def _others(self):
        counted = set()
        for root in self._own:
            counted.update(tree(root))
        return busy_seconds() - sum((_stat(pid) or (0, 0.0))[1] for pid in counted)

    def cores(self):
        wall = max(time.monotonic() - self._begun, 1e-3)
        return max(0.0, (self._others() - self._used) / wall)


def wait_until_quiet(say):
    """Returns when less than QUIET_CORES were used for a second, or after QUIET_WAIT_S in any case."""
    begun = time.monotonic()
    told = False
    while True:
        before = busy_seconds()
        time.sleep(1.0)
        used = busy_seconds() - before
        if used < QUIET_CORES:
            return
        if time.monotonic() - begun > QUIET_WAIT_S:
            say(f"the machine did not become quiet ({used:.2f} cores in use); going on")
            return
        if not told:
            say(f"waiting for a quiet machine ({used:.2f} cores in use)")
            told = True


def describe():
    """Processor, cores, memory and kernel in one line."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB, Linux {os.uname().release}"
