-- What several nodes on one PostgreSQL database know of each other. SQLite serves one process and needs none of it.
-- Moments are the server's own here: its clock decides, whatever the nodes' clocks say.

-- upgrade
-- postgres: CREATE TABLE node (
-- postgres:   name TEXT PRIMARY KEY,
-- postgres:   process TEXT NOT NULL,
-- postgres:   version TEXT NOT NULL,
-- postgres:   leaving BOOLEAN NOT NULL,
-- postgres:   beat_at TIMESTAMPTZ NOT NULL,
-- postgres:   until TIMESTAMPTZ NOT NULL
-- postgres: ) WITH (fillfactor = 50);

-- A lease lives as long as its owner's row in `node`: a beat then touches one row, and not each batch's lease rows.
-- postgres: CREATE TABLE shard_lease (
-- postgres:   shard INTEGER PRIMARY KEY CHECK (shard BETWEEN 0 AND 255),
-- postgres:   owner TEXT NOT NULL,
-- postgres:   epoch BIGINT NOT NULL
-- postgres: ) WITH (fillfactor = 50);
-- postgres: INSERT INTO shard_lease SELECT shard, '', 0 FROM generate_series(0, 255) AS shard;

-- postgres: CREATE TABLE node_leader (one BOOLEAN PRIMARY KEY CHECK (one), owner TEXT NOT NULL, term BIGINT NOT NULL);
-- postgres: INSERT INTO node_leader VALUES (TRUE, '', 0);

-- postgres: CREATE TABLE letter (
-- postgres:   shard INTEGER NOT NULL,
-- postgres:   id BIGINT NOT NULL,
-- postgres:   request BYTEA NOT NULL,
-- postgres:   reply BYTEA,
-- postgres:   sent_at TIMESTAMPTZ NOT NULL,
-- postgres:   PRIMARY KEY (shard, id)
-- postgres: );

-- Which server wrote last. Another one, or a later timeline, may have lost what was acknowledged shortly before.
-- postgres: CREATE TABLE store_timeline (
-- postgres:   one BOOLEAN PRIMARY KEY CHECK (one),
-- postgres:   system_identifier TEXT NOT NULL,
-- postgres:   timeline BIGINT NOT NULL,
-- postgres:   generation BIGINT NOT NULL,
-- postgres:   seen_at TIMESTAMPTZ NOT NULL
-- postgres: );

-- The last numbered commit of each writer: how one whose answer was lost is looked up where no row of its own tells.
-- postgres: CREATE TABLE store_commit (
-- postgres:   writer TEXT PRIMARY KEY,
-- postgres:   number BIGINT NOT NULL,
-- postgres:   at TIMESTAMPTZ NOT NULL
-- postgres: ) WITH (fillfactor = 50);

-- downgrade
-- postgres: DROP TABLE store_commit;
-- postgres: DROP TABLE store_timeline;
-- postgres: DROP TABLE letter;
-- postgres: DROP TABLE node_leader;
-- postgres: DROP TABLE shard_lease;
-- postgres: DROP TABLE node;
