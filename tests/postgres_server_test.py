"""The server of a run of tests ends with that run, however it ends."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from postgres_database import psql

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "postgres_server.py")
ENDS_WITHIN_S = 30


class PostgresServerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="contactor-test-")
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "url")
        self.environment = {name: value for name, value in os.environ.items() if name != "CONTACTOR_TEST_POSTGRES"}
        self.addCleanup(self.call, "stop", self.file)

    def call(self, *words):
        return subprocess.run([sys.executable, "-B", SCRIPT, *words], env=self.environment, capture_output=True, text=True,
                              check=False)

    def start_for(self, runner):
        """Starts the server on behalf of another process, which waits for a word before and after."""
        runner.stdin.write("go\n")
        runner.stdin.flush()
        self.assertEqual(runner.stdout.readline(), "started\n")
        with open(self.file + ".pid", encoding="utf-8") as note:
            return json.load(note)

    def runner(self):
        script = "import subprocess, sys; input(); subprocess.run(sys.argv[1:], check=True); print('started', flush=True); input()"
        runner = subprocess.Popen([sys.executable, "-c", script, sys.executable, "-B", SCRIPT, "start", self.file],
                                  env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def end():
            runner.kill()
            runner.communicate()
        self.addCleanup(end)
        return runner

    def assert_gone(self, note):
        give_up_at = time.monotonic() + ENDS_WITHIN_S
        while any(os.path.exists("/proc/%d" % note[who]["pid"]) for who in ("keeper", "server")):
            self.assertLess(time.monotonic(), give_up_at, "the server outlives its tests")
            time.sleep(0.02)

    def test_it_ends_with_whoever_started_it(self):
        runner = self.runner()
        note = self.start_for(runner)
        with open(self.file, encoding="utf-8") as url:
            self.assertEqual(psql(url.read(), "SELECT current_setting('fsync')"), ["on"])
        runner.kill()
        self.assert_gone(note)
        self.assertFalse(os.path.exists(note["home"]))
        self.assertFalse(os.path.exists(self.file))

    def test_it_ends_with_its_keeper_and_the_next_run_tidies_up(self):
        note = self.start_for(self.runner())
        os.kill(note["keeper"]["pid"], signal.SIGKILL)
        self.assert_gone(note)
        self.assertTrue(os.path.exists(note["home"]))
        again = self.start_for(self.runner())
        self.assertFalse(os.path.exists(note["home"]))
        self.assertNotEqual(again["server"], note["server"])

    def test_two_runs_do_not_share_one_file(self):
        note = self.start_for(self.runner())
        second = self.call("start", self.file)
        self.assertEqual(second.returncode, 1)
        self.assertIn("process %d" % note["runner"]["pid"], second.stderr)
        self.assertTrue(os.path.exists("/proc/%d" % note["server"]["pid"]))

    def test_a_command_finds_it_and_its_status_is_ours(self):
        script = "import os, sys; sys.exit(7 if os.environ['CONTACTOR_TEST_POSTGRES'].startswith('postgres://') else 1)"
        self.assertEqual(self.call("run", sys.executable, "-c", script).returncode, 7)

    def test_a_given_server_is_passed_on(self):
        self.environment["CONTACTOR_TEST_POSTGRES"] = "postgres://elsewhere/postgres"
        self.assertEqual(self.call("start", self.file).returncode, 0)
        with open(self.file, encoding="utf-8") as url:
            self.assertEqual(url.read(), "postgres://elsewhere/postgres")
        self.assertFalse(os.path.exists(self.file + ".pid"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
