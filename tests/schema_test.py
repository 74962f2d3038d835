"""`contactor schema`: the common models for those who write programs against them, and docs/charging.md beside it."""

import json
import os
import subprocess
import unittest

from program import COMMAND_MAX_S, PROGRAM, environment

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "charging.md")
MODELS = ("charging_event charging_stat vehicle credential client client_service service event_log last_run_time "
          "location").split()


def schema(*words):
    return subprocess.run([PROGRAM, "schema", *words], timeout=COMMAND_MAX_S, text=True, capture_output=True,
                          env=environment({}))


class Schema(unittest.TestCase):
    def test_the_ten_are_listed(self):
        listed = json.loads(schema("--list", "--json").stdout)
        self.assertEqual([model["name"] for model in listed], MODELS)
        self.assertEqual([line.split()[0] for line in schema("--list").stdout.splitlines()], MODELS)

    def test_each_is_a_json_schema_by_any_of_its_names(self):
        for model in json.loads(schema("--json").stdout):
            by_name = schema(model["name"])
            self.assertEqual(by_name.returncode, 0)
            document = json.loads(by_name.stdout)
            self.assertEqual(document["title"], model["title"])
            self.assertFalse(document["additionalProperties"])
            for name, member in document["properties"].items():
                self.assertTrue(member["description"], name)
                self.assertTrue("x-unit" not in member or member["minimum"] <= member["maximum"], name)
            self.assertEqual(schema(model["title"]).stdout, by_name.stdout)
            self.assertEqual(schema(model["route"]).stdout, by_name.stdout)

    def test_the_units_of_the_brief_are_named(self):
        event = json.loads(schema("charging_event").stdout)["properties"]
        stat = json.loads(schema("charging_stat").stdout)["properties"]
        units = {member["x-unit"] for member in [*event.values(), *stat.values()] if "x-unit" in member}
        self.assertLessEqual({"milli-volt", "milli-amp", "micro-watt-hour", "milli-percent", "metre", "kilowatt",
                              "kilowatt-hour"}, units)

    def test_columns_have_the_same_names_as_members(self):
        for name in MODELS:
            columns = [line.split()[0] for line in schema(name, "--format", "postgres").stdout.splitlines()]
            members = json.loads(schema(name).stdout)["properties"]
            self.assertEqual([column for column in columns if column in members], list(members))
            self.assertEqual(columns, [line.split()[0] for line in
                                       schema(name, "--format", "sqlite").stdout.splitlines()])

    def test_the_document_says_what_the_tables_say(self):
        with open(DOCUMENT, encoding="utf-8") as text:
            document = text.read()
        for name in MODELS:
            self.assertIn(schema(name, "--format", "markdown").stdout, document, name)

    def test_a_name_that_no_model_has_is_a_usage_error(self):
        self.assertEqual(schema("charging_session").returncode, 2)
        self.assertEqual(schema("location", "--format", "xml").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
