"""`contactor migrate` on PostgreSQL: environments, two runners at once, changed migrations, distributed tables."""

import os
import subprocess
import unittest
from urllib.parse import unquote, urlsplit

from postgres_database import PostgresDatabase
from program import COMMAND_MAX_S, PROGRAM, ProgramTest, environment

# What the extension brings, as far as we call it. It notes what it was asked.
FAKE_CITUS = """
CREATE SCHEMA citus;
CREATE TABLE citus.asked (number SERIAL, what TEXT);
CREATE TABLE citus.pg_dist_partition (logicalrelid regclass);
CREATE FUNCTION citus.create_distributed_table(table_name regclass, distribution_column text, colocate_with text)
  RETURNS void LANGUAGE sql AS $$
  INSERT INTO citus.asked (what) VALUES (concat_ws(' ', table_name::text, distribution_column, colocate_with));
  INSERT INTO citus.pg_dist_partition VALUES (table_name) $$;
CREATE FUNCTION citus.create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO citus.asked (what) VALUES (table_name::text || ' everywhere');
  INSERT INTO citus.pg_dist_partition VALUES (table_name) $$;
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  VALUES (99999, 'citus', 10, 'citus'::regnamespace, false, '13.0');
"""


def variables(database, suffix=""):
    """A database as the brief's five variables name it."""
    at = urlsplit(database.url)
    return {"POSTGRES_USER" + suffix: at.username, "POSTGRES_PASSWORD" + suffix: unquote(at.password),
            "POSTGRES_HOST" + suffix: at.hostname, "POSTGRES_PORT" + suffix: str(at.port),
            "POSTGRES_DB" + suffix: database.name}


class MigrateTest(ProgramTest):
    def tables(self, database=None):
        return (database or self.database).psql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                                                "'public'::regnamespace ORDER BY relname")

    def head(self):
        return self.on_store("migrate", "current", "--json").document()["head"]


class EnvironmentTest(MigrateTest):
    def setUp(self):
        super().setUp()
        self.production = PostgresDatabase()
        self.addCleanup(self.production.close)
        self.settings.update(variables(self.database))
        self.settings.update(variables(self.production, "_PRODUCTION"))

    def migrate(self, *words, stdin=None):
        return self.run_program("migrate", *words, stdin=stdin)

    def test_local_is_the_local_database(self):
        for words in (("-x", "environment=local", "upgrade", "head"), ("--environment", "local", "downgrade", "base"),
                      ("--environment", "local", "upgrade", "head")):
            ended = self.migrate(*words)
            self.assertEqual(ended.status, 0, ended.err)
        self.assertIn("ota_activation", self.tables())
        self.assertEqual(self.tables(self.production), [])

    def test_production_asks_for_its_name(self):
        upgrade = ("--environment", "production", "upgrade", "head")
        for words, stdin in ((upgrade, None), (upgrade, "yes\n"), (upgrade, self.database.name + "\n"),
                             (("--confirm", "x", *upgrade), None)):
            ended = self.migrate(*words, stdin=stdin)
            self.assertEqual((ended.status, ended.out), (2, ""), ended.err)
            self.assertEqual(self.tables(self.production), [])
        self.assertEqual(self.migrate("--environment", "production", "upgrade", "head", "--dry-run").status, 0)
        self.assertEqual(self.migrate("--environment", "production", "current").status, 0)
        ended = self.migrate(*upgrade, stdin=self.production.name + "\n")
        self.assertEqual(ended.status, 0, ended.err)
        self.assertIn(self.production.name, ended.err)
        self.assertIn("ota_activation", self.tables(self.production))
        ended = self.migrate("--confirm", self.production.name, "--environment", "production", "downgrade", "base")
        self.assertEqual(ended.status, 0, ended.err)

    def test_one_database_under_both_names_is_refused(self):
        self.settings.update(variables(self.database, "_PRODUCTION"))
        for name in ("local", "production"):
            ended = self.migrate("--environment", name, "--confirm", self.database.name, "upgrade", "head")
            self.assertEqual((ended.status, ended.out), (2, ""))
            self.assertIn("the same database", ended.err)
        self.assertEqual(self.tables(), [])

    def test_the_variables_may_stand_in_the_env_file(self):
        lines = ["%s=%s\n" % one for one in variables(self.database).items()]
        self.settings = {}
        with open(os.path.join(self.folder, ".env"), "w", encoding="utf-8") as file:
            file.writelines(lines)
        self.assertEqual(self.migrate("--environment", "local", "upgrade", "head").status, 0)
        ended = self.migrate("--environment", "production", "current")
        self.assertEqual(ended.status, 2)
        self.assertIn("POSTGRES_HOST_PRODUCTION", ended.err)


class SchemaTest(MigrateTest):
    def test_a_dry_run_prints_what_postgresql_would_run(self):
        planned = self.on_store("migrate", "upgrade", "head", "--dry-run").out
        self.assertIn("BYTEA", planned)
        self.assertNotIn("WITHOUT ROWID", planned)
        self.assertEqual(self.tables(), [])
        # It is complete: psql brings the same about.
        self.database.psql(planned)
        by_hand = self.tables()
        self.database.psql("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0)
        self.assertEqual([table for table in self.tables() if table != "schema_migration"], by_hand)

    def test_each_step_goes_up_and_down(self):
        for revision in range(1, self.head() + 1):
            before = self.tables()
            for words in (("upgrade", str(revision)), ("downgrade", str(revision - 1)), ("upgrade", str(revision))):
                ended = self.on_store("migrate", *words)
                self.assertEqual(ended.status, 0, ended.err)
                if words[0] == "downgrade":
                    self.assertEqual([table for table in self.tables() if table != "schema_migration"],
                                     [table for table in before if table != "schema_migration"])
        self.assertEqual(self.on_store("migrate", "downgrade", "base").status, 0)
        self.assertEqual(self.tables(), ["schema_migration"])

    def test_two_runners_at_once_do_it_once(self):
        runners = [subprocess.Popen([PROGRAM, "migrate", "upgrade", "head", "--db", self.db_url], cwd=self.folder,
                                    env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for _ in range(4)]
        told = [runner.communicate(timeout=COMMAND_MAX_S)[1] for runner in runners]
        self.assertEqual([runner.returncode for runner in runners], [0, 0, 0, 0], told)
        applied = self.database.psql("SELECT count(*), max(rev) FROM schema_migration")
        self.assertEqual(applied, ["%d|%d" % (self.head(), self.head())])

    def test_a_migration_that_was_changed_afterwards_is_refused(self):
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0)
        self.database.psql("UPDATE schema_migration SET checksum = 'other' WHERE rev = 1")
        for words in (("upgrade", "head"), ("downgrade", "base"), ("current",)):
            ended = self.on_store("migrate", *words)
            self.assertEqual((ended.status, ended.out), (2, ""), ended.err)
            self.assertIn("migration 1", ended.err)

    def test_an_older_program_is_told(self):
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0)
        self.database.psql("INSERT INTO schema_migration SELECT rev + 1, 'later', checksum, applied_at FROM schema_migration "
                           "ORDER BY rev DESC LIMIT 1")
        for words in (("upgrade", "head"), ("downgrade", "base")):
            ended = self.on_store("migrate", *words)
            self.assertEqual((ended.status, ended.out), (2, ""), ended.err)
            self.assertIn("use a newer program", ended.err)

    def test_an_older_program_works_on_the_next_revision_where_that_allows_it(self):
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0)
        head = self.head()
        self.database.psql("INSERT INTO schema_migration (rev, name, checksum, applied_at, oldest_program) "
                           "VALUES (%d, 'later', 'x', 0, %d)" % (head + 1, head))
        current = self.on_store("migrate", "current", "--json").document()
        self.assertEqual(current, {"current": head + 1, "head": head, "oldest_program": head})
        self.assertIn("which works on it", self.on_store("migrate", "current").out)
        self.assertIn("later", self.on_store("migrate", "history").out)
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0, "a deployment may repeat it")
        findings = self.on_store("doctor", "--json").document()["findings"]
        told = [one["level"] for one in findings if "one newer than this program's" in one["text"]]
        self.assertEqual(told, ["warning"])
        self.serve().listening()
        ended = self.on_store("migrate", "downgrade", "base")
        self.assertEqual((ended.status, ended.out), (2, ""), ended.err)
        self.assertIn("run the newer program's", ended.err)


class DistributedTest(MigrateTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.on_store("migrate", "upgrade", "head").status, 0)

    def test_without_the_extension_nothing_is_done(self):
        ended = self.on_store("migrate", "--distributed")
        self.assertEqual((ended.status, ended.out), (2, ""))
        self.assertIn("citus is not available", ended.err)

    def test_a_dry_run_says_what_would_be_done(self):
        planned = self.on_store("migrate", "--distributed", "--dry-run").out
        self.assertIn("CREATE EXTENSION citus;", planned)
        self.assertIn("create_distributed_table('ota_activation', 'shard', colocate_with => 'none')", planned)

    def test_every_table_is_spread_once(self):
        self.database.psql("ALTER DATABASE %s SET search_path = public, citus" % self.database.name)
        self.database.psql(FAKE_CITUS)
        self.addCleanup(self.database.psql, "SET allow_system_table_mods = on; DELETE FROM pg_extension WHERE oid = 99999")
        ended = self.on_store("migrate", "--distributed")
        self.assertEqual(ended.status, 0, ended.err)
        asked = self.database.psql("SELECT what FROM citus.asked ORDER BY number")
        self.assertEqual(asked[0], "ota_activation shard none")
        of_vehicles = [what for what in asked if " shard " in what][1:]
        self.assertTrue(of_vehicles)
        self.assertEqual({what.split()[2] for what in of_vehicles}, {"ota_activation"})
        self.assertIn("ota_service everywhere", asked)
        stay = {"schema_migration", "node_leader", "store_timeline"}
        # PostgreSQL writes a name that is one of its own words in quotes.
        self.assertEqual({what.split()[0].strip('"') for what in asked}, set(self.tables()) - stay)
        # What was interrupted is taken up again, and what is done is left alone.
        self.assertEqual(self.on_store("migrate", "--distributed").status, 0)
        self.assertEqual(self.database.psql("SELECT what FROM citus.asked ORDER BY number"), asked)

    def test_sqlite_cannot_be_distributed(self):
        ended = self.run_program("migrate", "--distributed", "--db", "sqlite:" + self.db)
        self.assertEqual((ended.status, ended.out), (2, ""))
        self.assertIn("PostgreSQL", ended.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
