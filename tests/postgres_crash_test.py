"""PostgreSQL that crashes under load, again and again, loses no acknowledged order and repeats no effect.

The node lives on: it finds the database again by itself. What must be true is what `crash_test.py` says of a node.
"""

import time
import unittest

import crash_test
from postgres_server import Server

crash_test.ROUNDS = 10


class PostgresCrashTest(crash_test.CrashTest):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.end)
        self.server.start()
        self.node = None
        super().setUp()

    @property
    def db_url(self):
        return self.server.url

    def start_node(self):
        if self.node is None or self.node.process.poll() is not None:
            self.node = super().start_node()
        return self.node

    def crash(self):
        node = self.start_node().listening()
        time.sleep(self.dice.uniform(0.3, 1.5))
        self.server.crash()
        time.sleep(self.dice.uniform(0, 0.5))
        self.server.resume()
        self.assertIsNone(node.process.poll(), "it ended by itself: " + node.says())


if __name__ == "__main__":
    unittest.main(verbosity=2)
