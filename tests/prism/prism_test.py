#!/usr/bin/env python3
"""Every request of the gateway to High Mobility is one that the API's description allows, and every answer it describes is understood.

usage: prism_test.py GATEWAY_REQUESTS
Starts Prism on loopback with `highmobility.yml`, or with the aggregator's own files where CONTACTOR_HM_SPECS names their folder. Prism checks
each request and refuses what the description does not allow. Status 77 (skipped) where its packages are not installed.
"""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
PRISM = HERE / "node_modules" / ".bin" / "prism"
SKIPPED = 77
START_S = 60
ORIGINALS = {"access_tokens": "hm-oauth-rest-v1.yml", "eligibility": "hm-eligibility-v1.yml",
             "fleets": "hm-fleet-clearance-v1.yml"}
# What the answers of our own description lead to.
EXPECTED = {
    "observe two": "inactive ",
    "observe a hundred": "inactive ",
    "observe all": "inactive ",
    "observe too often": "rate_limited",
    "activate after the lookup": "pending pending",
    "activate without a lookup": "pending pending",
    "activate a volvo": "pending pending",
    "deactivate": "ending revoking",
    "deactivate what is gone": "inactive ",
    "deactivate in a conflict": "inactive canceled",
    "deactivate too early": "conflict",
    "deactivate too often": "rate_limited",
}


class Prism:
    """One mock server; it is gone when the block ends."""

    def __init__(self, description):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [PRISM, "mock", "--host", "127.0.0.1", "--port", str(self.port), "--errors", str(description)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        end = time.monotonic() + START_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("Prism did not start: " + self.process.stdout.read())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)

    def exchange(self, request):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(request["method"], request["url"], request["body"] or None, request["headers"])
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer, body


def refusal_in(answer, body):
    """What Prism says against the request itself; nothing where the request is as described."""
    if answer.getheader("sl-violations"):
        return answer.getheader("sl-violations")
    return body if "stoplight.io/prism/errors" in body else None


def is_filter(url):
    """Prism does not look into a parameter that is JSON: it must name vehicles by their VINs."""
    text = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("filter", ["{}"])[0]
    vin = json.loads(text).get("vin", {})
    return vin.get("operator") == "in" and bool(vin["value"]) and all(len(each) == 17 for each in vin["value"])


def play(program, servers):
    """Returns what was found wrong, and what each scenario led to."""
    wrong = []
    outcomes = {}
    requests = 0
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as gateway:
        for line in gateway.stdout:
            message = json.loads(line)
            if "scenario" in message:
                outcomes[message["scenario"]] = message["answer"]
                continue
            requests += 1
            answer, body = servers[message["url"].split("/")[2].split("?")[0]].exchange(message)
            if refusal := refusal_in(answer, body):
                wrong.append(f'{message["method"]} {message["url"]} {message["body"]}: {refusal}')
            if message["method"] == "GET" and message["url"].startswith("/v1/fleets/vehicles?") and not is_filter(message["url"]):
                wrong.append(f'not a filter: {message["url"]}')
            gateway.stdin.write(json.dumps({"status": answer.status, "body": body}) + "\n")
            gateway.stdin.flush()
    if gateway.returncode != 0:
        wrong.append(f"the gateway's program ended with {gateway.returncode}")
    print(f"{requests} requests, {len(outcomes)} scenarios")
    return wrong, outcomes


def main():
    if not PRISM.exists():
        print("skipped: npm ci has not been run in tests/prism")
        return SKIPPED
    originals = os.environ.get("CONTACTOR_HM_SPECS")
    if originals:
        folder = pathlib.Path(originals)
        with Prism(folder / ORIGINALS["access_tokens"]) as tokens, Prism(folder / ORIGINALS["eligibility"]) as eligibility, \
                Prism(folder / ORIGINALS["fleets"]) as fleets:
            wrong, outcomes = play(sys.argv[1], {"access_tokens": tokens, "eligibility": eligibility, "fleets": fleets})
    else:
        with Prism(HERE / "highmobility.yml") as ours:
            wrong, outcomes = play(sys.argv[1], dict.fromkeys(ORIGINALS, ours))
            wrong += [f"{name}: {outcomes.get(name)!r} instead of {expected!r}"
                      for name, expected in EXPECTED.items() if outcomes.get(name) != expected]
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome}")
    for line in wrong:
        print("WRONG:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
