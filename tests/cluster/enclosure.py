"""A network of a test's own: a switch, machines on it that can be cut off, and nothing of it left afterwards.

The test re-executes itself in fresh network, mount and process namespaces. When it ends, however it ends, the kernel
ends every process in them and removes every interface and rule; the machine around never sees any of it. Root is not
needed where the kernel lets ordinary users make user namespaces.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time

SKIPPED = 77  # CTest's SKIP_RETURN_CODE
PR_SET_PDEATHSIG = 1
INSIDE = "CONTACTOR_TEST_ENCLOSED"
NEEDED = ("unshare", "nsenter", "setpriv", "ip", "nft", "mount")
SWITCH = "switch"
OUR_ADDRESS = "10.77.0.1"
SETTLED_WITHIN_S = 20


def enter(*needed):
    """To be called first. Returns inside the enclosure; ends the process with `SKIPPED` where there can be none.
    `needed`: further programs without which the test cannot run."""
    if os.environ.get(INSIDE) is None:
        _re_execute(needed)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    # Named namespaces are files below /run: in a /run of our own they cannot meet anybody else's.
    _run("mount", "-t", "tmpfs", "tmpfs", "/run")
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "add", SWITCH, "type", "bridge")
    _run("ip", "addr", "add", OUR_ADDRESS + "/24", "dev", SWITCH)
    _run("ip", "link", "set", SWITCH, "up")
    _become_a_child_of_init()


def _re_execute(needed):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [name for name in (*NEEDED, *needed) if shutil.which(name, path=path) is None]
    if missing:
        skip("not installed: " + " ".join(missing))
    refusals = []
    as_root_of_our_own = ["--user", "--map-root-user"]
    for user in ([], as_root_of_our_own) if os.geteuid() == 0 else (as_root_of_our_own,):
        wanted = ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]
        probe = subprocess.run([*wanted, "sh", "-c", "ip link add probe type bridge && nft add table inet probe"],
                               env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
        if probe.returncode == 0:
            sys.exit(_run_inside([*wanted, sys.executable, *sys.orig_argv[1:]]))
        refusals.append(probe.stderr.strip())
    skip("no network namespaces: " + "; ".join(refusals))


def _run_inside(command):
    """Waits for it. What ends us ends the enclosure: asked to, it may clean up; killed, it is killed as well."""
    def die_with_parent():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    def ask_to_end(*_):
        with open("/proc/%d/task/%d/children" % (unshare.pid, unshare.pid), encoding="ascii") as children:
            for pid in children.read().split():
                os.kill(int(pid), signal.SIGTERM)

    unshare = subprocess.Popen(command, env={**os.environ, INSIDE: "1"}, preexec_fn=die_with_parent)
    signal.signal(signal.SIGINT, lambda *_: None)  # The terminal tells the test itself.
    signal.signal(signal.SIGTERM, ask_to_end)
    return _exit_code(unshare.wait())


def _exit_code(status):
    """As a shell says it: 130 after Ctrl+C."""
    return status if status >= 0 else 128 - status


def skip(why):
    print("SKIPPED, " + why, flush=True)
    sys.exit(SKIPPED)


def _become_a_child_of_init():
    """The first process of a process namespace inherits every orphan and must bury it: a dead database server that
    nobody has waited for still looks alive to whoever starts the next one."""
    test = os.fork()
    if test == 0:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # The clean-ups run, as they do after Ctrl+C.
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(test, signal.SIGTERM))
    while True:
        try:
            ended, status = os.wait()
        except InterruptedError:
            continue
        if ended == test:
            os._exit(_exit_code(os.waitstatus_to_exitcode(status)))


def _run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (" ".join(arguments), done.stderr.strip()))
    return done.stdout


def as_ordinary_user():
    """What to put before a command that refuses to run as root. The folders it writes must belong to `ordinary_ids`."""
    if _is_real_root():
        uid, gid = ordinary_ids()
        return ["setpriv", "--reuid=%d" % uid, "--regid=%d" % gid, "--clear-groups", "--"]
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]


def ordinary_ids():
    """User and group of `as_ordinary_user`, as this process must name them to `chown`."""
    if not _is_real_root():
        return os.getuid(), os.getgid()
    entry = pwd.getpwnam("postgres")
    return entry.pw_uid, entry.pw_gid


def _is_real_root():
    """Root of a user namespace of our own is the ordinary user that made it."""
    with open("/proc/self/uid_map", encoding="ascii") as mapping:
        return os.geteuid() == 0 and mapping.read().split()[1] == "0"


def wait_until(condition, within_s, what, instead=lambda: ""):
    """`condition()` again and again until it is true; what it returned. `instead()` tells how things stand otherwise."""
    give_up_at = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > give_up_at:
            raise AssertionError("not within %s s: %s %s" % (within_s, what, instead()))
        time.sleep(0.05)


class Machine:
    """A network namespace with an address on the switch."""

    CUTS = ("silent", "reset", "deaf", "mute")

    def __init__(self, name, number):
        self.name = name
        self.address = "10.77.0.%d" % number
        self._wire = "wire%d" % number
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", self._wire, "type", "veth", "peer", "name", "eth0", "netns", name)
        _run("ip", "link", "set", self._wire, "master", SWITCH, "up")
        self._inside("ip", "link", "set", "lo", "up")
        self._inside("ip", "addr", "add", self.address + "/24", "dev", "eth0")
        self._inside("ip", "link", "set", "eth0", "up")

    def prefix(self):
        """What to put before a command that shall run on this machine."""
        return ["nsenter", "--net=/run/netns/" + self.name, "--"]

    def _inside(self, *arguments):
        return _run(*self.prefix(), *arguments)

    def cut(self, how, peer=None):
        """`silent`: every packet vanishes; `reset`: connections are refused and broken; `deaf`: nothing comes in;
        `mute`: nothing goes out. `peer` (address, port): only what is exchanged with that one."""
        to, of = "", ""
        if peer:
            to = "ip daddr %s tcp dport %d" % peer
            of = "ip saddr %s tcp sport %d" % peer
        verdict = "meta l4proto tcp reject with tcp reset" if how == "reset" else "drop"
        rules = ["add table inet cut", "add chain inet cut in { type filter hook input priority 0; }",
                 "add chain inet cut out { type filter hook output priority 0; }"]
        if how in ("silent", "reset", "deaf"):
            rules.append("add rule inet cut in iifname eth0 %s %s" % (of, verdict))
        if how in ("silent", "reset", "mute"):
            rules.append("add rule inet cut out oifname eth0 %s %s" % (to, verdict))
        self.heal()
        self._inside("nft", "; ".join(rules))

    def heal(self):
        # Named before it is deleted, so that deleting what was never cut is no error.
        self._inside("nft", "add table inet cut; delete table inet cut")

    # -- everything that runs on it at once ---------------------------------------------------------------------------

    def processes(self):
        return [int(pid) for pid in _run("ip", "netns", "pids", self.name).split()]

    def power_off(self):
        """Every process dies at the same moment, and nothing is written any more."""
        self._signal_all(signal.SIGKILL)
        wait_until(lambda: not self.processes(), SETTLED_WITHIN_S, self.name + " is off")

    def freeze(self):
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number):
        signalled = set()
        # Until no new one appears: what is being started at this moment must not escape.
        while left := set(self.processes()) - signalled:
            for pid in left:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            signalled |= left
