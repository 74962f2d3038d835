"""P11, a plan over a million vehicles by the program itself."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

from driver import machine
from driver.ours import Store
from driver.report import Goal, Row
from driver.session import series

KINDS = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
FAR_MS = 4_000_000_000_000

# The cloud's name -> first letters of a vehicle of it.
CLOUDS = {"tesla": "5YJ3E7EB", "bmw": "WBY8P210", "renault": "VF1AG000", "stellantis": "VF3UHZKX", "volkswagen": "WVWZZZE1",
          "kia": "KNACC81G", "hm": "W1K2978U"}


def vin(number):
    prefix = list(CLOUDS.values())[number % len(CLOUDS)]
    return f"{prefix}AAA{number // len(CLOUDS):06}"


def write_vehicles(path, count):
    with open(path, "w", encoding="ascii") as file:
        file.write("vin,fleet,activation_requested_status,activation_start_date,activation_end_date\n")
        for number in range(count):
            file.write(f"{vin(number)},fleet-{number % 40},true,2024-01-01,{'2099-12-31' if number % 3 == 0 else ''}\n")


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
                "TESLA_AUTH_CODES": "bench=consent", "FLEET_TELEMETRY_HOSTNAME": "telemetry.example.org",
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

    def fill(self, store, count):
        """Vehicles that are wanted and that no cloud has been asked about, put on record as a user does."""
        path = os.path.join(self.folder, "vehicles.csv")
        write_vehicles(path, count)
        created = self.run(store, "fleet", "import", path)["document"]["created"]
        if created != count:
            raise RuntimeError(f"{created} of {count} vehicles were stored")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# ---- P11 ----------------------------------------------------------------------------------------------------------------


def settle_fleet(store):
    """As a run leaves vehicles that are as wanted: active at their clouds, and not due for a long time."""
    moment = FAR_MS - 3_000_000_000_000
    cases = " ".join(f"WHEN vin LIKE '{prefix}%' THEN '{name}'" for name, prefix in CLOUDS.items())
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
                site.fill(stores[kind], count)
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
