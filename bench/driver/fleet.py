"""P11, a plan over a million vehicles, and P12, a run over a hundred thousand of seven clouds: both by the program itself,
the clouds simulated by `contactor sim` in a process of its own."""

import base64
import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

from driver import machine
from driver.ours import Store
from driver.report import Goal, Row, Series
from driver.session import series

KINDS = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
LATENCY_S = 0.05  # what `contactor sim` lets every cloud take for an answer
FAR_MS = 4_000_000_000_000

# The cloud's name -> first letters of a vehicle of it, its path at the simulation, and how many requests it may have in
# flight: `limits().calls_at_once` of its gateway; a call of Stellantis asks for ten vehicles at the same time.
CLOUDS = {"tesla": ("5YJ3E7EB", "tesla", 8), "bmw": ("WBY8P210", "bmw", 8), "renault": ("VF1AG000", "renault", 8),
          "stellantis": ("VF3UHZKX", "stellantis", 20), "volkswagen": ("WVWZZZE1", "vw", 2), "kia": ("KNACC81G", "kia", 2),
          "hm": ("W1K2978U", "hm", 4)}


def vin(number):
    prefix = list(CLOUDS.values())[number % len(CLOUDS)][0]
    return f"{prefix}AAA{number // len(CLOUDS):06}"


def write_vehicles(path, count, fleets):
    with open(path, "w", encoding="ascii") as file:
        file.write("vin,fleet,activation_requested_status,activation_start_date,activation_end_date\n")
        for number in range(count):
            file.write(f"{vin(number)},fleet-{number % fleets},true,2024-01-01,{'2099-12-31' if number % 3 == 0 else ''}\n")


class Site:
    """A folder with keys, and the settings under which all seven clouds are configured; `world` is where they are."""

    def __init__(self, program, world="http://127.0.0.1:9"):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="contactor-bench-fleet-")
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        self.settings = {**kept, **self._clouds(world)}

    def _clouds(self, world):
        secret, client = "fleet-secret", "contactor"
        tesla, telemetry, renault = (os.path.join(self.folder, name) for name in ("tesla.pem", "stream.pem", "renault.txt"))
        self._make_keys(tesla, renault, secret)
        with open(telemetry, "w", encoding="ascii") as file:
            file.write("-----BEGIN CERTIFICATE-----\nYmVuY2g=\n-----END CERTIFICATE-----\n")
        return {"TESLA_CLIENT_ID": client, "TESLA_CLIENT_SECRET": secret, "TESLA_BASE_URL": world + "/tesla",
                "TESLA_AUTH_URL": world + "/tesla-auth/oauth2/v3/token", "TESLA_KEY_FILE": tesla,
                "TESLA_AUTH_CODES": "fleet-0=consent", "FLEET_TELEMETRY_HOSTNAME": "telemetry.example.org",
                "FLEET_TELEMETRY_CERT_PATH": telemetry,
                "BMW_AUTH_URL": world + "/bmw-auth", "BMW_BASE_URL": world + "/bmw", "BMW_CLIENT_ID": client,
                "BMW_FLEET_ID": "fleet-org", "BMW_CLIENT_USERNAME": client, "BMW_CLIENT_PASSWORD": secret,
                "RENAULT_KID": "bench", "RENAULT_AUD": world + "/renault-auth/token", "RENAULT_CLIENT": client,
                "RENAULT_SCOPE": "fleet", "RENAULT_PWD": secret, "RENAULT_PKCS12_FILE": renault,
                "RENAULT_BASE_URL": world + "/renault", "RENAULT_API_KEY": "fleet-key",
                "STELLANTIS_BASE_URL": world + "/stellantis", "STELLANTIS_EMAIL": client, "STELLANTIS_PASSWORD": secret,
                "STELLANTIS_COMPANY_ID": "fleet-org", "STELLANTIS_FLEET_ID": "fleet-org",
                "VW_AUTH_URL": world + "/vw-auth", "VW_BASE_URL": world + "/vw", "VW_ORGANIZATION_ID": "fleet-org",
                "VW_CLIENT_USERNAME": client, "VW_CLIENT_PASSWORD": secret,
                "KIA_AUTH_URL": world + "/kia-auth/oauth2/token", "KIA_BASE_URL": world + "/kia",
                "KIA_API_USERNAME": client, "KIA_API_PWD": secret, "KIA_API_KEY": "fleet-key",
                "HM_BASE_URL": world + "/hm", "HM_AUTH_URL": world + "/hm-auth/v1/access_tokens",
                "HM_CLIENT_ID": client, "HM_CLIENT_SECRET": secret,
                "CONTACTOR_KEY_FILE": os.path.join(self.folder, "contactor.key")}

    def _make_keys(self, elliptic, container, password):
        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, capture_output=True)
        key, certificate, packed = (os.path.join(self.folder, name) for name in ("rsa.pem", "rsa.crt", "rsa.p12"))
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", elliptic)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bench", "-keyout", key, "-out", certificate)
        openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", packed, "-passout", f"pass:{password}")
        with open(packed, "rb") as file, open(container, "wb") as out:
            out.write(base64.b64encode(file.read()))
        for secret in (elliptic, container):
            os.chmod(secret, 0o600)

    def run(self, store, *words):
        """`contactor …` to its end: its document, seconds, and peak memory."""
        out = os.path.join(self.folder, "out")
        with open(out, "wb") as said, open(out + ".err", "wb") as told:
            begun = time.monotonic()
            process = subprocess.Popen([self.program, *words, "--json", "--db", store.url], cwd=self.folder, env=self.settings,
                                       stdin=subprocess.DEVNULL, stdout=said, stderr=told)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        with open(out, encoding="utf-8") as said:
            text = said.read()
        if not text.startswith("{"):
            with open(out + ".err", encoding="utf-8", errors="replace") as told:
                raise RuntimeError(f"contactor {' '.join(words)}: {told.read()[-1000:]}")
        return {"document": json.loads(text), "seconds": seconds, "peak_mb": usage.ru_maxrss * 1024 / 1e6,
                "user_s": usage.ru_utime + usage.ru_stime}

    def fill(self, store, count, fleets):
        """Vehicles that are wanted and that no cloud has been asked about, put on record as a user does."""
        path = os.path.join(self.folder, "vehicles.csv")
        write_vehicles(path, count, fleets)
        created = self.run(store, "fleet", "import", path)["document"]["created"]
        if created != count:
            raise RuntimeError(f"{created} of {count} vehicles were stored")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Simulation:
    """`contactor sim`: all clouds on one port, each answer after LATENCY_S."""

    def __init__(self, program):
        self._process = subprocess.Popen([program, "sim", "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        try:
            first = lines.get(timeout=30)
            self.url = re.search(r"http://\S+:\d+", first)[0]
        except (queue.Empty, TypeError):
            self.close()
            raise RuntimeError("contactor sim did not start") from None

    def _read(self, lines):
        for line in self._process.stderr:
            lines.put(line)

    def clouds(self):
        """Of each cloud by its path: requests, and when the first and the last came."""
        with urllib.request.urlopen(self.url + "/_sim/log", timeout=10) as answer:
            return {line["cloud"]: line for line in json.load(answer)["clouds"]}

    def close(self):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# ---- P11 ----------------------------------------------------------------------------------------------------------------


def settle_fleet(store):
    """As a run leaves vehicles that are as wanted: active at their clouds, and not due for a long time."""
    moment = FAR_MS - 3_000_000_000_000
    cases = " ".join(f"WHEN vin LIKE '{prefix}%' THEN '{name}'" for name, (prefix, _, _) in CLOUDS.items())
    store.write(
        "UPDATE vehicle SET activation_status = TRUE, activation_status_message = 'ACTIVATED', standing = 'active', "
        f"oem = CASE {cases} END, handle = lower(vin), accepted_at = {moment}, observed_at = {moment}, "
        f"next_check_at = {FAR_MS}, version = version + 1", "VACUUM FULL vehicle" if store.postgres else "VACUUM")


def copied(store, session):
    """`psql \\copy` of the same rows to a file."""
    with tempfile.TemporaryDirectory(prefix="contactor-bench-copy-") as folder:
        begun = time.monotonic()
        session.postgres.query(store.name, f"\\copy vehicle TO '{folder}/vehicles'")
        return {"seconds": time.monotonic() - begun}


def planned(site, store, count):
    foreign = machine.Foreign(())
    run = site.run(store, "fleet", "plan")
    plan = run["document"]
    run["foreign"] = foreign.cores()
    if plan["as_wanted"] != count or plan["changes"] != 0:
        run["wrong"] = f"{plan['as_wanted']} of {count} are as wanted, {plan['changes']} are not"
    return run


def plan_rows(session):
    count = session.options.vehicles
    program = session.ours.program
    with Site(program) as site:
        stores = {}
        try:
            # The rows that psql copies are needed in any case.
            for kind in {"postgres": None, **dict.fromkeys(session.options.db)}:
                session.say(f"storing {count:,} vehicles ({kind})")
                stores[kind] = Store(kind, session.postgres, "plan")
                site.fill(stores[kind], count, 40)
                settle_fleet(stores[kind])
                stores[kind].settle()
            sides = {kind: lambda kind=kind: planned(site, stores[kind], count) for kind in session.options.db}
            sides["copy"] = lambda: copied(stores["postgres"], session)
            runs = session.repeated(sides)
        finally:
            for store in stores.values():
                store.remove()
    copy = series(runs["copy"], lambda run: run["seconds"]) if "copy" in runs else None
    rows = []
    for kind in session.options.db:
        found = runs.get(kind)
        if not found:
            rows.append(Row(f"P11 {kind}", "fleet plan", "s", missing="failed"))
            continue
        rows.append(Row(f"P11 {kind}", f"fleet plan over {count:,} vehicles, {KINDS[kind]}", "s",
                        Goal("≤ 2 × psql \\copy", "limit", 2, False), limit=copy, limit_is="psql \\copy",
                        ours=series(found, lambda run: run["seconds"])))
        rows.append(Row(f"P11 {kind} memory", f"its peak memory, {KINDS[kind]}", "MB", Goal("≤ 200 MB", "value", 200, False),
                        ours=series(found, lambda run: run["peak_mb"])))
    return rows


# ---- P12 ----------------------------------------------------------------------------------------------------------------


def ran(session, kind):
    """One run over vehicles of which each cloud has a seventh, all wanted and none active."""
    count = session.options.fleet
    program = session.ours.program
    with Store(kind, session.postgres, "fleet") as store, Simulation(program) as simulation, \
            Site(program, simulation.url) as site:
        site.fill(store, count, 1)  # the one whose consent Tesla has
        store.settle()
        foreign = machine.Foreign(())
        run = site.run(store, "fleet", "activate")
        run["foreign"] = foreign.cores()
        told = simulation.clouds()
    run["clouds"] = {name: of_cloud(told[path], in_flight) for name, (_, path, in_flight) in CLOUDS.items()}
    run["ideal"] = max(cloud["ideal"] for cloud in run["clouds"].values())
    summary = run["document"]["summary"]
    # A vehicle of Tesla takes its configuration when it connects, which may be after the run.
    if summary["activated"] + summary["pending"] != count or summary["pending"] > count // 20:
        run["wrong"] = f"{summary['activated']} of {count} are active, {summary['pending']} pending"
    return run


def of_cloud(told, in_flight):
    return {"calls": told["calls"], "ideal": told["calls"] * LATENCY_S / in_flight,
            "seconds": (told["last_ms"] - told["first_ms"]) / 1000 + LATENCY_S if told["calls"] else 0.0}


def run_rows(session):
    runs = session.repeated({kind: lambda kind=kind: ran(session, kind) for kind in session.options.db})
    rows = []
    for kind, found in runs.items():
        slowest = max(CLOUDS, key=lambda name: found[0]["clouds"][name]["ideal"])
        rows.append(Row(f"P12 {kind}", f"fleet run over {session.options.fleet:,} vehicles, {KINDS[kind]}", "s",
                        Goal("≤ 1.3 × ideal", "limit", 1.3, False), ours=series(found, lambda run: run["seconds"]),
                        limit=Series([run["ideal"] for run in found]), limit_is=f"ideal of {slowest}"))
        for name, (_, _, in_flight) in CLOUDS.items():
            calls = found[0]["clouds"][name]["calls"]
            rows.append(Row(f"P12 {kind} {name}", f"{calls:,} requests, {in_flight} in flight", "s",
                            ours=Series([run["clouds"][name]["seconds"] for run in found]),
                            limit=Series([run["clouds"][name]["ideal"] for run in found]), limit_is="ideal"))
    return rows
