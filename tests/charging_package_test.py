"""The common models as a package: installed into an empty folder, used by a program that has nothing else of the project.

usage: charging_package_test.py BUILD_DIR EXAMPLE_DIR CXX_COMPILER
"""

import os
import subprocess
import sys
import tempfile
import unittest

BUILD, EXAMPLE, COMPILER = sys.argv[1:4]
STEP_MAX_S = 200

EVENT = '{"provider":"p","started_at":"2026-11-21T18:00:00Z","energy_kwh":%s}\n'


def run(*command, **more):
    done = subprocess.run(command, timeout=STEP_MAX_S, text=True, capture_output=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


class ChargingPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="contactor-package-")
        cls.addClassCleanup(folder.cleanup)
        cls.prefix = os.path.join(folder.name, "prefix")
        cls.build = os.path.join(folder.name, "build")
        run("cmake", "--install", BUILD, "--component", "charging", "--prefix", cls.prefix)
        run("cmake", "-S", EXAMPLE, "-B", cls.build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={cls.prefix}",
            f"-DCMAKE_CXX_COMPILER={COMPILER}", "-DCMAKE_BUILD_TYPE=Debug")
        run("cmake", "--build", cls.build)

    def test_an_event_is_made_and_checked(self):
        said = run(os.path.join(self.build, "charging_client"))
        self.assertIn(": 11.04 kWh in 5400 s, flags: []", said)

    def test_events_come_as_json(self):
        said = run(os.path.join(self.build, "charging_reader"), input=EVENT % 7.4 + EVENT % '"0.6005"')
        self.assertEqual(said, "8 kWh\n")

    def test_what_is_no_event_is_named(self):
        reader = os.path.join(self.build, "charging_reader")
        done = subprocess.run([reader], input=EVENT % '"much"', timeout=STEP_MAX_S, text=True, capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("energy_kwh", done.stderr)

    def test_headers_include_only_what_is_installed(self):
        for folder, _, files in os.walk(os.path.join(self.prefix, "include", "contactor")):
            for file in files:
                with open(os.path.join(folder, file), encoding="utf-8") as text:
                    for line in text:
                        if line.startswith('#include "'):
                            path = os.path.join(self.prefix, "include", "contactor", line.split('"')[1])
                            self.assertTrue(os.path.exists(path), f"{file}: {line}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
