WITH i AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bytea[], $6::bigint[], $7::bytea[])
    AS given (id, version, state, due, entry, outbox_id, owed)
), u AS (
  UPDATE bare_activation AS a SET version = i.version + 1, state = i.state, due = i.due
  FROM i WHERE a.id = i.id AND a.version = i.version
  RETURNING a.id, a.version, i.entry, i.outbox_id, i.owed
), h AS (
  INSERT INTO bare_history (activation_id, seq, data) SELECT id, version, entry FROM u
), o AS (
  INSERT INTO bare_outbox (id, activation_id, data) SELECT outbox_id, id, owed FROM u
)
SELECT id FROM u
