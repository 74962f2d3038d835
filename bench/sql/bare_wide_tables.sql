-- The product's own shapes, keys and checks: its three tables again, in a database that holds one activation to copy from.
DROP TABLE IF EXISTS bare_activation, bare_history, bare_outbox;
CREATE TABLE bare_activation (LIKE ota_activation INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE bare_history (LIKE ota_history INCLUDING ALL);
CREATE TABLE bare_outbox (LIKE outbox INCLUDING ALL) WITH (fillfactor = 80);
INSERT INTO bare_activation
SELECT r.* FROM generate_series(0, :rows - 1) AS i, ota_activation AS a,
  LATERAL jsonb_populate_record(a, jsonb_build_object('id', i, 'shard', i & 255, 'version', 1)) AS r;
