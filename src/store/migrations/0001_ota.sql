-- Lines that begin with a dialect's name are for that dialect only. Moments are milliseconds since 1970.
-- PostgreSQL: `shard` stands first in every key that a write or a takeover uses, so that the tables can be
-- distributed by it; rows that are changed often leave room on their page, so that no index hears of a change.
-- Databases made before a checksum was that of one dialect's statements know this file as:
-- formerly: 55ae41908bf4d1741b7db3f24495c6b95272c0a73da640b04ff750d3b4465294

-- upgrade
CREATE TABLE vehicle (
-- sqlite:   vin TEXT PRIMARY KEY,
-- postgres:   vin TEXT NOT NULL,
  fleet TEXT,
  make TEXT,
  model TEXT,
  type TEXT,
  activation_requested_status BOOLEAN,
  activation_status BOOLEAN,
  activation_start_date BIGINT,
  activation_end_date BIGINT,
  activation_status_message TEXT,
  activation_comment TEXT,
  is_processed BOOLEAN,
  vehicle_model_id BIGINT,
  firmware_version TEXT,
  created_at BIGINT NOT NULL,
-- sqlite:   updated_at BIGINT NOT NULL
-- postgres:   updated_at BIGINT NOT NULL,
-- postgres:   shard INTEGER NOT NULL,
-- postgres:   PRIMARY KEY (shard, vin)
);

-- By activation, not by order id: loading a run of activations then reads neighbouring pages.
CREATE TABLE ota_order (
  -- sqlite: activation_id INTEGER PRIMARY KEY,
  -- postgres: activation_id BIGINT NOT NULL,
  shard INTEGER NOT NULL,
-- sqlite:   order_id TEXT NOT NULL UNIQUE,
-- postgres:   order_id TEXT NOT NULL,
  vin TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
-- sqlite:   doc TEXT NOT NULL
-- postgres:   doc TEXT NOT NULL,
-- postgres:   PRIMARY KEY (shard, activation_id)
);
-- sqlite: CREATE INDEX ota_order_by_vin ON ota_order (vin, activation_id);
-- postgres: CREATE INDEX ota_order_by_vin ON ota_order (shard, vin, activation_id);
CREATE INDEX ota_order_by_customer ON ota_order (customer_id, activation_id);
CREATE INDEX ota_order_by_payment ON ota_order (transaction_id) WHERE transaction_id <> '';
-- An order id is unique over all shards, which no index that begins with the shard can say: it has a table of its own.
-- postgres: CREATE TABLE ota_order_key (order_id TEXT PRIMARY KEY, activation_id BIGINT NOT NULL);

-- Live rows only: what is settled stands in the archive.
CREATE TABLE ota_activation (
  -- sqlite: id INTEGER PRIMARY KEY,
  -- postgres: id BIGINT NOT NULL,
  shard INTEGER NOT NULL,
-- sqlite:   version BIGINT NOT NULL CHECK (version > 0),
-- postgres:   version INTEGER NOT NULL CHECK (version > 0),
  state TEXT NOT NULL CHECK (state IN ('PaymentConfirmed', 'QueuedForActivation', 'SendingCommand', 'WaitingResponse',
    'CheckingResponse', 'Success', 'Failure', 'EvaluatingRetry', 'CalculateBackoff', 'WaitingBackoff',
    'MaxRetriesExceeded', 'NotifyingCustomer', 'Active', 'QueryingVehicleState', 'EscalatingToSupport',
    'ReversingPayment', 'NotifyingFailure', 'Failed', 'Scheduled', 'WaitingBudget', 'Canceled', 'Deactivated')),
  service_status TEXT NOT NULL,
  money_state TEXT NOT NULL CHECK (money_state IN ('none', 'held', 'prepaid', 'capturing', 'captured', 'releasing',
    'released', 'refunding', 'refunded', 'written_off')),
  next_action_at BIGINT NOT NULL,
-- sqlite:   attempts BIGINT NOT NULL,
-- postgres:   attempts INTEGER NOT NULL,
-- sqlite:   retries BIGINT NOT NULL,
-- postgres:   retries INTEGER NOT NULL,
-- sqlite:   command_ordinal BIGINT NOT NULL,
-- postgres:   command_ordinal INTEGER NOT NULL,
  generation BIGINT NOT NULL,
  accepted BOOLEAN NOT NULL,
  cancel_requested BOOLEAN NOT NULL,
  compensated BOOLEAN NOT NULL,
  sent_at BIGINT NOT NULL,
  answer_by BIGINT NOT NULL,
  horizon_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  ends_at BIGINT,
  failure_category TEXT,
-- sqlite:   failure_http_status BIGINT,
-- postgres:   failure_http_status INTEGER,
  failure_code TEXT,
  failure_message TEXT,
  ticket_id BIGINT NOT NULL,
  waits_for TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
-- sqlite:   history_count BIGINT NOT NULL CHECK (history_count >= 0),
-- postgres:   history_count INTEGER NOT NULL CHECK (history_count >= 0),
  -- sqlite: history_head BLOB NOT NULL,
  -- postgres: history_head BYTEA NOT NULL,
  CHECK (attempts >= retries AND retries >= 0),
  -- Money is taken for what the car has confirmed, and never kept for what was not delivered.
  CHECK (money_state NOT IN ('capturing', 'captured') OR confirmed_at IS NOT NULL),
  -- postgres: PRIMARY KEY (shard, id),
  CHECK (NOT (state IN ('Failed', 'Canceled') AND money_state IN ('capturing', 'captured')))
-- sqlite: );
-- postgres: ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE TABLE ota_activation_archive (
  -- sqlite: id INTEGER PRIMARY KEY,
  -- postgres: id BIGINT NOT NULL,
  shard INTEGER NOT NULL,
-- sqlite:   version BIGINT NOT NULL CHECK (version > 0),
-- postgres:   version INTEGER NOT NULL CHECK (version > 0),
  state TEXT NOT NULL CHECK (state IN ('PaymentConfirmed', 'QueuedForActivation', 'SendingCommand', 'WaitingResponse',
    'CheckingResponse', 'Success', 'Failure', 'EvaluatingRetry', 'CalculateBackoff', 'WaitingBackoff',
    'MaxRetriesExceeded', 'NotifyingCustomer', 'Active', 'QueryingVehicleState', 'EscalatingToSupport',
    'ReversingPayment', 'NotifyingFailure', 'Failed', 'Scheduled', 'WaitingBudget', 'Canceled', 'Deactivated')),
  service_status TEXT NOT NULL,
  money_state TEXT NOT NULL CHECK (money_state IN ('none', 'held', 'prepaid', 'capturing', 'captured', 'releasing',
    'released', 'refunding', 'refunded', 'written_off')),
  next_action_at BIGINT NOT NULL,
-- sqlite:   attempts BIGINT NOT NULL,
-- postgres:   attempts INTEGER NOT NULL,
-- sqlite:   retries BIGINT NOT NULL,
-- postgres:   retries INTEGER NOT NULL,
-- sqlite:   command_ordinal BIGINT NOT NULL,
-- postgres:   command_ordinal INTEGER NOT NULL,
  generation BIGINT NOT NULL,
  accepted BOOLEAN NOT NULL,
  cancel_requested BOOLEAN NOT NULL,
  compensated BOOLEAN NOT NULL,
  sent_at BIGINT NOT NULL,
  answer_by BIGINT NOT NULL,
  horizon_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  ends_at BIGINT,
  failure_category TEXT,
-- sqlite:   failure_http_status BIGINT,
-- postgres:   failure_http_status INTEGER,
  failure_code TEXT,
  failure_message TEXT,
  ticket_id BIGINT NOT NULL,
  waits_for TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
-- sqlite:   history_count BIGINT NOT NULL CHECK (history_count >= 0),
-- postgres:   history_count INTEGER NOT NULL CHECK (history_count >= 0),
  -- sqlite: history_head BLOB NOT NULL,
  -- postgres: history_head BYTEA NOT NULL,
  CHECK (attempts >= retries AND retries >= 0),
  -- Money is taken for what the car has confirmed, and never kept for what was not delivered.
  CHECK (money_state NOT IN ('capturing', 'captured') OR confirmed_at IS NOT NULL),
  -- postgres: PRIMARY KEY (shard, id),
  CHECK (NOT (state IN ('Failed', 'Canceled') AND money_state IN ('capturing', 'captured')))
);

CREATE TABLE ota_history (
  -- postgres: shard INTEGER NOT NULL,
  activation_id BIGINT NOT NULL,
-- sqlite:   seq BIGINT NOT NULL CHECK (seq > 0),
-- postgres:   seq INTEGER NOT NULL CHECK (seq > 0),
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  path TEXT NOT NULL,
  service_status TEXT NOT NULL,
  money_state TEXT NOT NULL,
-- sqlite:   attempts BIGINT NOT NULL,
-- postgres:   attempts INTEGER NOT NULL,
-- sqlite:   retries BIGINT NOT NULL,
-- postgres:   retries INTEGER NOT NULL,
  actor TEXT NOT NULL,
  command_id TEXT NOT NULL,
  failure_category TEXT,
-- sqlite:   failure_http_status BIGINT,
-- postgres:   failure_http_status INTEGER,
  failure_code TEXT,
  failure_message TEXT,
  detail TEXT NOT NULL,
  node TEXT NOT NULL,
  -- sqlite: hash BLOB NOT NULL,
  -- postgres: hash BYTEA NOT NULL,
-- sqlite:   PRIMARY KEY (activation_id, seq)
-- postgres:   PRIMARY KEY (shard, activation_id, seq)
-- sqlite: ) WITHOUT ROWID;
-- postgres: );
-- sqlite: CREATE TRIGGER ota_history_no_update BEFORE UPDATE ON ota_history
-- sqlite: BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;
-- sqlite: CREATE TRIGGER ota_history_no_delete BEFORE DELETE ON ota_history
-- sqlite: BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;
-- postgres: CREATE FUNCTION contactor_history_stays() RETURNS trigger LANGUAGE plpgsql AS
-- postgres:   $$ BEGIN RAISE EXCEPTION 'history is never changed and never deleted' USING ERRCODE = 'CT002'; END $$;
-- postgres: CREATE TRIGGER ota_history_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ota_history
-- postgres:   FOR EACH STATEMENT EXECUTE FUNCTION contactor_history_stays();

CREATE TABLE ota_ledger (
-- sqlite:   vin TEXT PRIMARY KEY,
-- postgres:   vin TEXT NOT NULL,
  shard INTEGER NOT NULL,
  version BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  last_command_id TEXT NOT NULL,
  -- sqlite: sends BLOB NOT NULL
  -- postgres: sends BYTEA NOT NULL,
  -- postgres: PRIMARY KEY (shard, vin)
-- sqlite: ) WITHOUT ROWID;
-- postgres: ) WITH (fillfactor = 70);

CREATE TABLE outbox (
  -- sqlite: id INTEGER PRIMARY KEY,
  -- postgres: id BIGINT NOT NULL,
  shard INTEGER NOT NULL,
  activation_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('money', 'email', 'push', 'display')),
-- sqlite:   key TEXT NOT NULL UNIQUE,
-- postgres:   key TEXT NOT NULL,
  purpose TEXT NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL,
  tries BIGINT NOT NULL,
  unknown BOOLEAN NOT NULL,
  first_try_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
-- sqlite:   created_at BIGINT NOT NULL
-- sqlite: );
-- sqlite: CREATE INDEX outbox_by_activation ON outbox (activation_id);
-- postgres:   created_at BIGINT NOT NULL,
-- postgres:   PRIMARY KEY (shard, id),
-- postgres:   UNIQUE (shard, activation_id, key)
-- postgres: ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE TABLE ota_notice (
  -- postgres: shard INTEGER NOT NULL,
  activation_id BIGINT NOT NULL,
  event TEXT NOT NULL,
  channel TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'sent', 'failed', 'unavailable', 'dropped')),
  at BIGINT NOT NULL,
  detail TEXT NOT NULL,
-- sqlite:   PRIMARY KEY (activation_id, event, channel)
-- postgres:   PRIMARY KEY (shard, activation_id, event, channel)
-- sqlite: ) WITHOUT ROWID;
-- postgres: ) WITH (fillfactor = 80);

CREATE TABLE ota_ticket (
  -- sqlite: id INTEGER PRIMARY KEY,
  -- postgres: id BIGINT NOT NULL,
  -- postgres: shard INTEGER NOT NULL,
  -- postgres: PRIMARY KEY (shard, id),
  activation_id BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'waiting_customer', 'resolved', 'closed')),
  priority TEXT NOT NULL CHECK (priority IN ('HIGH', 'MEDIUM')),
  version BIGINT NOT NULL,
  doc TEXT NOT NULL
);

CREATE TABLE ota_service (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE api_token (
  -- sqlite: id INTEGER PRIMARY KEY,
  -- postgres: id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  client TEXT NOT NULL,
  -- sqlite: digest BLOB NOT NULL,
  -- postgres: digest BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE TABLE idempotent_reply (
  principal TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  status BIGINT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (principal, route, key)
);

CREATE TABLE incident (
  cause TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  ended_at BIGINT,
  detail TEXT NOT NULL,
  held_back BIGINT NOT NULL,
  PRIMARY KEY (cause, opened_at)
);

CREATE TABLE seen_event (
  event_id TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

-- Called with what a statement of a batch should have touched and what it did: a difference takes back the whole batch
-- in the same round trip, and says which rows it was.
-- postgres: CREATE FUNCTION contactor_fence(what TEXT, wanted BIGINT[], passed BIGINT[]) RETURNS void
-- postgres: LANGUAGE plpgsql AS $$
-- postgres: BEGIN
-- postgres:   IF cardinality(wanted) <> coalesce(cardinality(passed), 0) THEN
-- postgres:     RAISE EXCEPTION 'fence %', what USING ERRCODE = 'CT001', DETAIL = array_to_string(
-- postgres:       ARRAY(SELECT unnest(wanted) EXCEPT SELECT unnest(passed)), ',');
-- postgres:   END IF;
-- postgres: END $$;

-- downgrade
-- postgres: DROP FUNCTION contactor_fence;
DROP TABLE seen_event;
DROP TABLE incident;
DROP TABLE idempotent_reply;
DROP TABLE api_token;
DROP TABLE ota_service;
DROP TABLE ota_ticket;
DROP TABLE ota_notice;
DROP TABLE outbox;
DROP TABLE ota_ledger;
DROP TABLE ota_history;
-- postgres: DROP FUNCTION contactor_history_stays;
DROP TABLE ota_activation_archive;
DROP TABLE ota_activation;
DROP TABLE ota_order;
-- postgres: DROP TABLE ota_order_key;
DROP TABLE vehicle;
