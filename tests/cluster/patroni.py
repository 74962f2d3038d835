"""Three database machines as `docs/operations.md` sets them up: every command comes out of that page."""

import json
import os
import subprocess
import urllib.request

from document import blocks_of
from enclosure import Machine, as_ordinary_user, wait_until
from postgres import owned_folder

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "operations.md")
NEEDED = ("etcd", "patroni", "patronictl", "psql", "openssl", "sysctl")
COMMAND_MAX_S = 120
FORMED_WITHIN_S = 180
PATRONI_PORT = 8008


class DatabaseMachine(Machine):
    """PostgreSQL, Patroni and etcd on one machine."""

    def __init__(self, name, number, folder):
        super().__init__(name, number)
        self.folder = owned_folder(folder, name)
        self._processes = []

    def member(self):
        """What Patroni says of itself; empty where it does not answer."""
        return self._ask("patroni")

    def roles(self):
        """Of all members, by what etcd knows."""
        return [member["role"] for member in self._ask("cluster").get("members", [])]

    def _ask(self, path):
        try:
            with urllib.request.urlopen(self._url(path), timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}

    def is_leader(self):
        try:
            with urllib.request.urlopen(self._url("leader"), timeout=2) as answer:
                return answer.status == 200
        except OSError:  # 503 from everyone else.
            return False

    def _url(self, path):
        return "http://%s:%d/%s" % (self.address, PATRONI_PORT, path)

    def keep(self, process):
        self._processes.append(process)

    def power_off(self):
        super().power_off()
        for process in self._processes:
            process.wait()
        self._processes.clear()


class DatabaseCluster:
    """`settings`: the page's own variables, with this cluster's values."""

    def __init__(self, folder):
        self.blocks = blocks_of(PAGE, "ha")
        self.machines = [DatabaseMachine("db%d" % number, 20 + number, folder) for number in (1, 2, 3)]
        self._settings = {"DB%d" % (index + 1): machine.address for index, machine in enumerate(self.machines)}
        self._settings.update(AUTHORITY=owned_folder(folder, "authority"), ADMIN_PASSWORD="admin-of-test", REPLICATION_PASSWORD="copy-of-test",
                              CONTACTOR_PASSWORD="contactor-of-test")

    # -- the page's commands ------------------------------------------------------------------------------------------

    def _shell(self, machine, *names):
        """The blocks as one script on one machine, by the user that the page says."""
        script = "set -eu\n" + "".join(self.blocks[name] for name in ("settings", *names))
        return [*machine.prefix(), *as_ordinary_user(), "bash", "-c", script]

    def run_as_root(self, machine, name):
        subprocess.run([*machine.prefix(), "bash", "-euc", self.blocks[name]], stdout=subprocess.DEVNULL, check=True)

    def _environment(self, machine):
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": machine.folder, "NAME": machine.name,
                "SELF": machine.address, "BASE": machine.folder, **self._settings}

    def run(self, machine, *names):
        done = subprocess.run(self._shell(machine, *names), env=self._environment(machine), cwd=machine.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=COMMAND_MAX_S, check=False)
        if done.returncode != 0:
            raise AssertionError("block '%s' on %s: %s" % (" ".join(names), machine.name, done.stdout))
        return done.stdout

    def _keep_running(self, machine, name):
        with open(os.path.join(machine.folder, name + ".log"), "a", encoding="utf-8") as log:
            machine.keep(subprocess.Popen(
                self._shell(machine, name), env=self._environment(machine), cwd=machine.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True))

    # -- the cluster --------------------------------------------------------------------------------------------------

    def build(self):
        self.run(self.machines[0], "authority")
        for machine in self.machines:
            self.run_as_root(machine, "network")
            self.run(machine, "certificate", "patroni-configuration")
            self.power_on(machine)
        self.wait_whole()
        self.run(self.machines[0], "database")

    def power_on(self, machine):
        self._keep_running(machine, "etcd")
        self._keep_running(machine, "patroni")

    def url(self):
        return self.run(self.machines[0], "url").strip()

    def primary(self):
        return wait_until(lambda: next((machine for machine in self.machines if machine.is_leader()), None),
                          FORMED_WITHIN_S, "one database is the primary")

    def wait_whole(self):
        """Until one leads, both others follow it, and one of them is noted in etcd as the synchronous standby: before that
        nobody may succeed the leader."""
        def whole():
            leader = next((machine for machine in self.machines if machine.is_leader()), None)
            followers = leader.member().get("replication", []) if leader else []
            return (sorted(each["sync_state"] for each in followers) == ["async", "sync"]
                    and all(each["state"] == "streaming" for each in followers)
                    and "sync_standby" in leader.roles())
        wait_until(whole, FORMED_WITHIN_S, "the database cluster is whole", self.status)

    def status(self):
        return [machine.member() for machine in self.machines]

    def close(self):
        for machine in self.machines:
            machine.power_off()
