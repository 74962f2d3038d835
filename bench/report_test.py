"""The table, the JSON and the picture, on recorded numbers: nothing is measured here."""

import json
import os
import sys
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from driver import machine, picture, report  # noqa: E402
from driver.report import Goal, Row, Series  # noqa: E402

THREE_TIMES_PEER = Goal("≥ 3 × best peer", "peer", 3, True)


def speed(ours, **peers):
    return Row("P1", "activations/s", "1/s", THREE_TIMES_PEER, ours=Series(ours),
               peers={name: Series(runs) for name, runs in peers.items()})


class Judging(unittest.TestCase):
    def test_a_rate_is_held_against_the_fastest_peer(self):
        row = speed([46_000, 45_000, 47_000], slow=[7_000, 7_100, 6_900], fast=[15_000, 15_200, 14_900])
        self.assertEqual(row.best_peer()[0], "fast")
        self.assertAlmostEqual(report.ratio(row, [row]), 46_000 / 15_000)
        self.assertIs(report.met(row, [row]), True)

    def test_just_below_the_goal_is_not_met(self):
        row = speed([44_999], peer=[15_000])
        self.assertIs(report.met(row, [row]), False)

    def test_a_duration_is_held_against_the_shortest_peer(self):
        row = Row("P4", "p99", "ms", Goal("below best peer", "peer", 1, False), ours=Series([3.9]),
                  peers={"a": Series([7.9]), "b": Series([4.0])})
        self.assertEqual(row.best_peer()[0], "b")
        self.assertIs(report.met(row, [row]), True)

    def test_another_row_may_be_the_reference(self):
        first = Row("P1", "", "1/s", ours=Series([20_000]))
        second = Row("P3", "", "1/s", Goal("≥ P1 / 2", "P1", 0.5, True), ours=Series([9_000]))
        self.assertAlmostEqual(report.ratio(second, [first, second]), 0.45)
        self.assertIs(report.met(second, [first, second]), False)

    def test_without_the_reference_nothing_is_claimed(self):
        row = speed([46_000])
        self.assertIsNone(report.ratio(row, [row]))
        self.assertIsNone(report.met(row, [row]))

    def test_a_wrong_run_meets_no_goal(self):
        row = speed([90_000], peer=[1_000])
        row.ours.notes += ["59 999 of 60 000 are Active"] * 2
        self.assertIs(report.met(row, [row]), False)
        self.assertEqual(report.notes([row]), ["P1, ours: 59 999 of 60 000 are Active"])

    def test_a_value_is_a_limit_by_itself(self):
        for memory, verdict in ((64.0, True), (64.1, False)):
            row = Row("P6", "memory", "MB", Goal("≤ 64 MB", "value", 64, False), ours=Series([memory]))
            self.assertIs(report.met(row, [row]), verdict)


class Printing(unittest.TestCase):
    ROWS = [speed([46_000, 45_000, 47_000], fast=[15_000]), Row("P11", "fleet plan", "", missing="not built yet")]

    def test_every_row_is_one_line_of_aligned_columns(self):
        lines = report.text_table(self.ROWS).splitlines()
        self.assertEqual(len(lines), 1 + len(self.ROWS))
        self.assertEqual(lines[0].index("what"), lines[1].index("activations/s"))
        self.assertIn("46 000", lines[1])
        self.assertIn("15 000 fast", lines[1])
        self.assertIn("3.07", lines[1])
        self.assertIn("not built yet", lines[2])

    def test_markdown_has_a_cell_for_every_head(self):
        for line in report.markdown_table(self.ROWS).splitlines():
            self.assertEqual(line.count("|"), len(report.HEADS) + 1)

    def test_json_reads_back_to_the_same_table(self):
        said = json.loads(json.dumps(report.document(self.ROWS, {"at": "now"})))
        self.assertEqual(said["at"], "now")
        self.assertEqual(said["rows"][0]["ours"]["median"], 46_000)
        self.assertIs(said["rows"][0]["met"], True)
        self.assertEqual(report.text_table(report.read_document(said)), report.text_table(self.ROWS))

    def test_numbers_keep_three_digits(self):
        self.assertEqual([report.number(value) for value in (0, 0.09123, 7.912, 259.4, 15_283.7)],
                         ["0", "0.0912", "7.91", "259", "15 284"])


class Drawing(unittest.TestCase):
    def test_each_size_is_a_point_of_its_curve(self):
        rows = [Row(f"P8 {kind} {stored:,}", "", "µs", ours=Series([cost, cost + 5]))
                for kind, cost in (("sqlite", 80), ("postgres", 40)) for stored in (1_000, 100_000, 10_000_000)]
        drawn = xml.etree.ElementTree.fromstring(picture.draw(rows))
        space = "{http://www.w3.org/2000/svg}"
        self.assertEqual(len(drawn.findall(space + "circle")), 6)
        lines = drawn.findall(space + "polyline")
        self.assertEqual(len(lines), 2)
        for line in lines:
            places = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
            self.assertEqual([x for x, _ in places], sorted(x for x, _ in places))
            self.assertTrue(all(0 <= x <= picture.WIDTH and 0 <= y <= picture.HEIGHT for x, y in places))

    def test_without_curves_it_says_so(self):
        with self.assertRaisesRegex(ValueError, "no P8"):
            picture.draw([Row("P1", "", "")])


class Looking(unittest.TestCase):
    def test_this_process_has_memory_and_used_a_processor(self):
        sum(number * number for number in range(400_000))
        self.assertGreater(machine.cpu_seconds(os.getpid()), 0)
        self.assertGreater(machine.memory_mb(os.getpid(), "VmRSS"), 1)
        self.assertIn(os.getpid(), machine.tree(os.getppid()))


if __name__ == "__main__":
    unittest.main()
