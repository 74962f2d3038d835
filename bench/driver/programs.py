"""P10, decoding VINs, and P17, a clean build with all tests."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from driver.peers import VIN_DECODERS
from driver.report import Goal, Row
from driver.session import series

# Enough for seconds of work each.
VINS = {"universal-vin-decoder": 5_000_000, "vin-decode": 500_000, "@cardog/corgi": 20_000}


def decoded_by(session, name):
    packages = session.packages
    # corgi's native part is built for the node that npm ran under.
    node = shutil.which("node") if name.startswith("@cardog") else packages.node
    ended = subprocess.run([node, "vin.mjs", name, os.path.join(session.folder, "vins.txt"), str(VINS[name])],
                           cwd=packages.folder, capture_output=True, text=True, check=False)
    lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    if ended.returncode != 0 or not lines:
        raise RuntimeError(f"{name}: {ended.stderr[-500:]}")
    return json.loads(lines[-1])


def vin_rows(session):
    sides = {"ours": session.ours.decode_vins}
    if session.options.peers:
        sides.update({name: lambda name=name: decoded_by(session, name) for name in VIN_DECODERS})
    runs = session.repeated(sides)

    def row(key, what, unit, goal, value):
        sides_of = {name: series(found, lambda run: run[value]) for name, found in runs.items()}
        return Row(key, what, unit, goal, ours=sides_of.pop("ours", None), peers=sides_of)
    return [row("P10 speed", "VINs decoded/s on one core", "1/s", Goal("≥ 30 000 000", "value", 30e6, True), "per_s"),
            row("P10 right", "makes right of 79", "", Goal("every one", "value", 79, True), "right")]


def _timed(command, folder):
    begun = time.monotonic()
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                           env={**os.environ, "CCACHE_DISABLE": "1"})
    seconds = time.monotonic() - begun
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {(ended.stdout + ended.stderr)[-1000:]}")
    return seconds, ended.stdout


def clean_build(session):
    """A fresh clone, built and tested without a compiler cache; then one file of the core is touched and built again."""
    root = os.path.dirname(session.folder)
    with tempfile.TemporaryDirectory(prefix="contactor-bench-clone-") as folder:
        subprocess.run(["git", "clone", "-q", root, folder], check=True)
        tests, said = _timed(["./dev", "test"], folder)
        build, _ = _timed(["./dev", "build"], folder)
        touched = os.path.join(folder, "src", "ota", "advance.cpp")
        os.utime(touched)
        again, _ = _timed(["ninja", "-C", "build/dev"], folder)
        count = re.search(r"tests passed.*out of (\d+)", said)
        return {"test_s": tests, "build_s": build, "again_s": again, "tests": int(count[1]) if count else 0}


def build_rows(session):
    run = clean_build(session)
    return [Row("P17", f"clean build and all {run['tests']} tests, -O0", "min", Goal("≤ 20 min", "value", 20, False),
                ours=series([run], lambda found: found["test_s"] / 60)),
            Row("P17 release", "clean build of everything at -O2", "min", ours=series([run], lambda found: found["build_s"] / 60)),
            Row("P17 again", "build after touching one domain .cpp", "s", Goal("≤ 15 s", "value", 15, False),
                ours=series([run], lambda found: found["again_s"]))]
