WITH i AS MATERIALIZED (
  SELECT (id & 255)::int AS shard, * FROM
    unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bytea[], $6::bigint[], $7::bytea[])
    AS given (id, version, state, due, entry, outbox_id, owed)
), u AS (
  UPDATE bare_activation AS a
  SET version = i.version + 1, state = CASE WHEN i.state % 2 = 0 THEN 'WaitingBackoff' ELSE 'WaitingBudget' END,
    next_action_at = i.due, updated_at = i.due, history_count = i.version + 1, history_head = substr(i.entry, 1, 32)
  FROM i WHERE a.shard = i.shard AND a.id = i.id AND a.version = i.version
  RETURNING a.shard, a.id, a.version, a.state, i.due, a.history_head, i.outbox_id
), h AS (
  INSERT INTO bare_history (shard, activation_id, seq, at, event, path, service_status, money_state, attempts, retries, actor,
    command_id, detail, node, hash)
  SELECT shard, id, version, due, 'budget_exhausted', state, 'Pending', 'none', 0, 0, 'engine', '', '', 'bench', history_head FROM u
), o AS (
  INSERT INTO bare_outbox (id, shard, activation_id, kind, key, purpose, event, detail, tries, unknown, first_try_at,
    next_try_at, created_at)
  SELECT outbox_id, shard, id, 'email', 'act_0000000000000-step-' || version, 'capture', 'PaymentConfirmed', '', 0, false, 0, due, due
  FROM u
)
SELECT id FROM u
