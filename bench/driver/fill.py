"""Fills a store with finished activations by the million: one that the engine really finished is copied, with ids, vehicles
and customers of its own, by the database itself."""

import concurrent.futures
import os
import sqlite3
import time

NUMBERS = 1_000_000_000
CHUNK = 250_000
# Every table that one activation leaves a row in, and the column that leads to it. Not every store has all of them.
TABLES = {"ota_activation_archive": "id", "ota_order_key": "activation_id", "ota_order": "activation_id", "ota_history": "activation_id",
          "ota_notice": "activation_id", "ota_ledger": "vin", "vehicle": "vin"}
# A vehicle of the copies may be one of those that wait: it has one row, as it would have in life.
SHARED = ("ota_ledger", "vehicle")
FIRST_ORDER = 100_000_000
FIRST_MOMENT_MS = 1_500_000_000_000


def _or_ignore(table):
    return "OR IGNORE " if table in SHARED else ""


def _padded(dialect, expression):
    return f"printf('%09d', {expression})" if dialect == "sqlite" else f"lpad(({expression})::text, 9, '0')"


def _expressions(dialect, columns, template, total):
    """What each column of a copy is. `i` is its number; vehicles lie evenly over all that there may be, in id order."""
    vehicle = _padded(dialect, f"i * {NUMBERS // total}")
    vin, customer = f"'WVWZZZBN' || {vehicle}", f"'customer-' || {vehicle}"
    order = f"'order-' || {_padded(dialect, f'{FIRST_ORDER} + i')}"
    # As SortableId has it: milliseconds, sequence, shard.
    identity = f"((({FIRST_MOMENT_MS} + i / 8192) << 21) | ((i % 8192) << 8) | (i * 167 % 256))"
    changed = {"id": identity, "activation_id": identity, "shard": "i * 167 % 256", "order_id": order, "vin": vin,
               "customer_id": customer}
    expressions = []
    for name, kind in columns:
        expression = changed.get(name, f"t.{name}")
        if name == "doc":
            cast = "" if dialect == "sqlite" else "::text"
            expression = (f"replace(replace(t.doc{cast}, '{template['vin']}', {vin}), '{template['order_id']}', {order})")
        if dialect != "sqlite" and expression != f"t.{name}":
            expression = f"({expression})::{kind}"
        expressions.append(expression)
    return expressions


class _Sqlite:
    dialect = "sqlite"
    lanes = 1

    def __init__(self, store):
        self._connection = sqlite3.connect(store.url[len("sqlite:"):], isolation_level=None)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("PRAGMA cache_size=-500000")

    def columns(self, table):
        return [(row[1], row[2]) for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def one(self, question):
        return self._connection.execute(question).fetchone()

    def copy(self, statements, first, last):
        series = f"WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
        self._connection.execute("BEGIN")
        for table, names, expressions in statements:
            self._connection.execute(
                f"INSERT {_or_ignore(table)}INTO {table} ({names}) {series} SELECT {expressions} "
                f"FROM n CROSS JOIN temp.model_{table} AS t")
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def take_models(self, keys):
        for table, (column, value) in keys.items():
            self._connection.execute(f"CREATE TEMP TABLE model_{table} AS SELECT * FROM {table} WHERE {column} = {value}")

    def close(self):
        self._connection.close()


class _Postgres:
    dialect = "postgres"
    lanes = 2
    # Nothing that is filled in need survive a crash of the filling; all of it is set back before anything is measured.
    QUICKLY = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "'32GB'"}

    def __init__(self, store):
        self._postgres, self._name = store.postgres, store.name
        self._postgres.query("postgres", *(f"ALTER SYSTEM SET {name} = {value}" for name, value in self.QUICKLY.items()),
                             "SELECT pg_reload_conf()")

    def columns(self, table):
        found = self._postgres.query(
            self._name, "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND "
            f"table_name = '{table}' ORDER BY ordinal_position")
        return [tuple(line.split("|")) for line in found.splitlines()]

    def one(self, question):
        return self._postgres.query(self._name, question).split("|")

    def copy(self, statements, first, last):
        orders = ["SET synchronous_commit = off"]
        for table, names, expressions in statements:
            orders.append(f"INSERT INTO {table} ({names}) SELECT {expressions} "
                          f"FROM generate_series({first}::bigint, {last}::bigint) AS n (i) CROSS JOIN model_{table} AS t"
                          + (" ON CONFLICT DO NOTHING" if table in SHARED else ""))
        self._postgres.query(self._name, *orders)

    def take_models(self, keys):
        for table, (column, value) in keys.items():
            self._postgres.query(self._name, f"DROP TABLE IF EXISTS model_{table}",
                                 f"CREATE TABLE model_{table} AS SELECT * FROM {table} WHERE {column} = {value}")

    def close(self):
        self._postgres.query(self._name, *(f"DROP TABLE IF EXISTS model_{table}" for table in TABLES))
        self._postgres.query("postgres", *(f"ALTER SYSTEM RESET {name}" for name in self.QUICKLY), "SELECT pg_reload_conf()",
                             "CHECKPOINT")


def _copy_all(database, statements, count, say):
    begun = time.monotonic()
    chunks = [(first, min(first + CHUNK, count) - 1) for first in range(0, count, CHUNK)]
    with concurrent.futures.ThreadPoolExecutor(database.lanes) as lanes:
        copied = lanes.map(lambda chunk: database.copy(statements, *chunk), chunks) if database.lanes > 1 else \
            (database.copy(statements, *chunk) for chunk in chunks)
        for number, _ in enumerate(copied):
            if number % 8 == 7 and number + 1 < len(chunks):
                say(f"{chunks[number][1] + 1:,} of {count:,} stored after {time.monotonic() - begun:.0f} s")


def finished(store, order_id, count, say):
    """Copies the finished activation of this order `count` times."""
    database = _Sqlite(store) if store.kind == "sqlite" else _Postgres(store)
    try:
        activation, vin = database.one(f"SELECT activation_id, vin FROM ota_order WHERE order_id = '{order_id}'")
        keys = {table: (column, f"'{vin}'" if column == "vin" else activation) for table, column in TABLES.items()}
        columns_of = {table: database.columns(table) for table in TABLES}
        columns_of = {table: columns for table, columns in columns_of.items() if columns}
        database.take_models({table: keys[table] for table in columns_of})
        statements = []
        for table, columns in columns_of.items():
            expressions = _expressions(database.dialect, columns, {"vin": vin, "order_id": order_id}, count)
            statements.append((table, ", ".join(name for name, _ in columns), ", ".join(expressions)))
        _copy_all(database, statements, count, say)
    finally:
        database.close()
        os.sync()
