-- Generated: the sum of all migrations in SQLite's dialect.

CREATE TABLE api_token (
id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  client TEXT NOT NULL,
digest BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE TABLE charging_event (
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  provider TEXT NOT NULL,
  provider_event_id TEXT,
  vehicle_id TEXT,
  vin TEXT,
  device_id TEXT,
  credential_id TEXT,
  location_id TEXT,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  duration_seconds BIGINT,
  direction TEXT NOT NULL,
  energy_kwh NUMERIC(10,3),
  start_energy_micro_watt_hours BIGINT,
  end_energy_micro_watt_hours BIGINT,
  energy_difference_micro_watt_hours BIGINT,
  charging_power_kw NUMERIC(9,3),
  voltage_milli_volts BIGINT,
  current_milli_amps BIGINT,
  start_state_of_charge_milli_percent BIGINT,
  end_state_of_charge_milli_percent BIGINT,
  latitude NUMERIC(9,7),
  longitude NUMERIC(10,7),
  provider_info TEXT NOT NULL,
  quality TEXT NOT NULL,
  quarantined BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  supersedes BIGINT,
  same_as TEXT,
  created_at BIGINT,
  updated_at BIGINT,
  stream TEXT NOT NULL,
  is_computed BOOLEAN NOT NULL,
  PRIMARY KEY (shard, id)
);

CREATE INDEX charging_event_by_start ON charging_event (started_at, id);

CREATE INDEX charging_event_by_stream ON charging_event (stream, started_at);

CREATE INDEX charging_event_by_vin ON charging_event (vin, started_at, id) WHERE vin IS NOT NULL;

CREATE INDEX charging_event_open ON charging_event (started_at) WHERE is_computed AND ended_at IS NULL;

CREATE TABLE charging_event_version (
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (shard, id, version)
);

CREATE TABLE charging_stat (
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  provider TEXT NOT NULL,
  device_id TEXT,
  vehicle_id TEXT,
  vin TEXT,
  credential_id TEXT,
  charging_event_id TEXT,
  measured_at BIGINT NOT NULL,
  charging BOOLEAN,
  state_of_charge_milli_percent BIGINT,
  voltage_milli_volts BIGINT,
  current_milli_amps BIGINT,
  charging_power_kw NUMERIC(9,3),
  energy_micro_watt_hours BIGINT,
  latitude NUMERIC(9,7),
  longitude NUMERIC(10,7),
  odometer_meters BIGINT,
  battery_temperature_milli_celsius BIGINT,
  telemetry TEXT NOT NULL,
  quality TEXT NOT NULL,
  created_at BIGINT,
  stream TEXT NOT NULL,
  PRIMARY KEY (shard, id)
);

CREATE INDEX charging_stat_by_stream ON charging_stat (stream, measured_at);

CREATE INDEX charging_stat_by_vin ON charging_stat (vin, measured_at) WHERE vin IS NOT NULL;

CREATE TABLE charging_stream (
  shard INTEGER NOT NULL,
  stream TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (shard, stream)
);

CREATE TABLE client (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  token_hash TEXT,
  previous_token_hash TEXT,
  previous_token_until BIGINT,
  preferred_provider TEXT,
  allowed_hosts TEXT,
  active BOOLEAN NOT NULL,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

CREATE INDEX client_by_previous_token ON client (previous_token_hash) WHERE previous_token_hash IS NOT NULL;

CREATE UNIQUE INDEX client_by_token ON client (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE client_service (
  id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  endpoint TEXT,
  event_types TEXT,
  signing_secret TEXT,
  previous_signing_secret TEXT,
  previous_signing_secret_until BIGINT,
  ordered_by_vehicle BOOLEAN NOT NULL,
  active BOOLEAN NOT NULL,
  paused_because TEXT,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

CREATE INDEX client_service_by_client ON client_service (client_id);

CREATE INDEX client_service_by_service ON client_service (service_id);

CREATE TABLE credential (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  provider TEXT NOT NULL,
  url TEXT,
  username TEXT,
  secret TEXT,
  metadata TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  expires_at BIGINT,
  rotated_at BIGINT,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

CREATE TABLE delivery_attempt (
  shard INTEGER NOT NULL,
  event_log_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL,
  status_code BIGINT,
  outcome TEXT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (shard, event_log_id, number)
);

CREATE TABLE endpoint_health (
  client_service_id TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  failing_since BIGINT,
  counted_at BIGINT NOT NULL,
  last_success_at BIGINT,
  rests_until BIGINT NOT NULL,
  disabled_at BIGINT,
  gone BOOLEAN NOT NULL,
  last_error TEXT NOT NULL
);

CREATE TABLE event_log (
  shard INTEGER NOT NULL,
  id TEXT NOT NULL,
  charging_event_id TEXT NOT NULL,
  charging_event_version BIGINT NOT NULL,
  client_service_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  last_attempt_at BIGINT,
  next_attempt_at BIGINT,
  last_status_code BIGINT,
  last_error TEXT,
  delivered_at BIGINT,
  created_at BIGINT,
  updated_at BIGINT,
  vehicle_key TEXT NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (shard, charging_event_id, charging_event_version, client_service_id)
);

CREATE INDEX event_log_by_id ON event_log (id);

CREATE INDEX event_log_by_position ON event_log (position, id);

CREATE INDEX event_log_by_subscription ON event_log (client_service_id, position, id);

CREATE INDEX event_log_due ON event_log (client_service_id, next_attempt_at)
  WHERE status IN ('pending', 'retrying', 'delivering');

CREATE INDEX event_log_in_order ON event_log (client_service_id, vehicle_key, position)
  WHERE status IN ('pending', 'retrying', 'delivering', 'paused');

CREATE INDEX event_log_paused ON event_log (client_service_id) WHERE status = 'paused';

CREATE TABLE fct_activation_metric (
  date TEXT NOT NULL,
  oem TEXT NOT NULL,
  nb_vehicles_activated BIGINT NOT NULL,
  partial BOOLEAN NOT NULL,
  run TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (date, oem)
);

CREATE TABLE fleet (
  id TEXT PRIMARY KEY,
  fleet_name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE fleet_alert (
  vin TEXT NOT NULL,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  oem TEXT,
  raised_at BIGINT NOT NULL,
  told_at BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (vin, kind, about)
) WITHOUT ROWID;

CREATE TABLE fleet_lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until BIGINT NOT NULL
);

CREATE TABLE fleet_plan (
  id TEXT PRIMARY KEY,
  made_at BIGINT NOT NULL,
  document TEXT NOT NULL,
  applied_at BIGINT
);

CREATE TABLE fleet_tesla_authentication_code (
  fleet_id TEXT PRIMARY KEY,
  authentication_code TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
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

CREATE TABLE last_run_time (
  id TEXT NOT NULL,
  credential_id TEXT,
  job_name TEXT NOT NULL,
  last_run_at BIGINT NOT NULL,
  finished_at BIGINT,
  high_water_at BIGINT,
  overlap_seconds BIGINT NOT NULL,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

CREATE TABLE location (
  id TEXT NOT NULL,
  latitude NUMERIC(9,7) NOT NULL,
  longitude NUMERIC(10,7) NOT NULL,
  address TEXT,
  country TEXT,
  address_source TEXT,
  resolved_at BIGINT,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

CREATE TABLE ota_activation (
id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  state TEXT NOT NULL CHECK (state IN ('PaymentConfirmed', 'QueuedForActivation', 'SendingCommand', 'WaitingResponse',
    'CheckingResponse', 'Success', 'Failure', 'EvaluatingRetry', 'CalculateBackoff', 'WaitingBackoff',
    'MaxRetriesExceeded', 'NotifyingCustomer', 'Active', 'QueryingVehicleState', 'EscalatingToSupport',
    'ReversingPayment', 'NotifyingFailure', 'Failed', 'Scheduled', 'WaitingBudget', 'Canceled', 'Deactivated')),
  service_status TEXT NOT NULL,
  money_state TEXT NOT NULL CHECK (money_state IN ('none', 'held', 'prepaid', 'capturing', 'captured', 'releasing',
    'released', 'refunding', 'refunded', 'written_off')),
  next_action_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  retries BIGINT NOT NULL,
  command_ordinal BIGINT NOT NULL,
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
  failure_http_status BIGINT,
  failure_code TEXT,
  failure_message TEXT,
  ticket_id BIGINT NOT NULL,
  waits_for TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  history_count BIGINT NOT NULL CHECK (history_count >= 0),
history_head BLOB NOT NULL,
  CHECK (attempts >= retries AND retries >= 0),
  CHECK (money_state NOT IN ('capturing', 'captured') OR confirmed_at IS NOT NULL),
  CHECK (NOT (state IN ('Failed', 'Canceled') AND money_state IN ('capturing', 'captured')))
);

CREATE TABLE ota_activation_archive (
id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  state TEXT NOT NULL CHECK (state IN ('PaymentConfirmed', 'QueuedForActivation', 'SendingCommand', 'WaitingResponse',
    'CheckingResponse', 'Success', 'Failure', 'EvaluatingRetry', 'CalculateBackoff', 'WaitingBackoff',
    'MaxRetriesExceeded', 'NotifyingCustomer', 'Active', 'QueryingVehicleState', 'EscalatingToSupport',
    'ReversingPayment', 'NotifyingFailure', 'Failed', 'Scheduled', 'WaitingBudget', 'Canceled', 'Deactivated')),
  service_status TEXT NOT NULL,
  money_state TEXT NOT NULL CHECK (money_state IN ('none', 'held', 'prepaid', 'capturing', 'captured', 'releasing',
    'released', 'refunding', 'refunded', 'written_off')),
  next_action_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  retries BIGINT NOT NULL,
  command_ordinal BIGINT NOT NULL,
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
  failure_http_status BIGINT,
  failure_code TEXT,
  failure_message TEXT,
  ticket_id BIGINT NOT NULL,
  waits_for TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  history_count BIGINT NOT NULL CHECK (history_count >= 0),
history_head BLOB NOT NULL,
  CHECK (attempts >= retries AND retries >= 0),
  CHECK (money_state NOT IN ('capturing', 'captured') OR confirmed_at IS NOT NULL),
  CHECK (NOT (state IN ('Failed', 'Canceled') AND money_state IN ('capturing', 'captured')))
);

CREATE TRIGGER ota_history_no_delete BEFORE DELETE ON ota_history
BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;

CREATE TRIGGER ota_history_no_update BEFORE UPDATE ON ota_history
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;

CREATE TABLE ota_history (
  activation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL CHECK (seq > 0),
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  path TEXT NOT NULL,
  service_status TEXT NOT NULL,
  money_state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  retries BIGINT NOT NULL,
  actor TEXT NOT NULL,
  command_id TEXT NOT NULL,
  failure_category TEXT,
  failure_http_status BIGINT,
  failure_code TEXT,
  failure_message TEXT,
  detail TEXT NOT NULL,
  node TEXT NOT NULL,
hash BLOB NOT NULL, notices TEXT,
  PRIMARY KEY (activation_id, seq)
) WITHOUT ROWID;

CREATE TABLE ota_ledger (
  vin TEXT PRIMARY KEY,
  shard INTEGER NOT NULL,
  version BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  last_command_id TEXT NOT NULL,
sends BLOB NOT NULL
, busy_until BIGINT NOT NULL DEFAULT 0) WITHOUT ROWID;

CREATE TABLE ota_notice (
  activation_id BIGINT NOT NULL,
  event TEXT NOT NULL,
  channel TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'sent', 'failed', 'unavailable', 'dropped')),
  at BIGINT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (activation_id, event, channel)
) WITHOUT ROWID;

CREATE TABLE ota_order (
activation_id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  order_id TEXT NOT NULL UNIQUE,
  vin TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  doc TEXT NOT NULL
);

CREATE INDEX ota_order_by_customer ON ota_order (customer_id, activation_id);

CREATE INDEX ota_order_by_payment ON ota_order (transaction_id) WHERE transaction_id <> '';

CREATE INDEX ota_order_by_vin ON ota_order (vin, activation_id);

CREATE TABLE ota_service (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE ota_ticket (
id INTEGER PRIMARY KEY,
  activation_id BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'waiting_customer', 'resolved', 'closed')),
  priority TEXT NOT NULL CHECK (priority IN ('HIGH', 'MEDIUM')),
  version BIGINT NOT NULL,
  doc TEXT NOT NULL
);

CREATE TABLE outbox (
id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  activation_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('money', 'email', 'push', 'display')),
  key TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL,
  tries BIGINT NOT NULL,
  unknown BOOLEAN NOT NULL,
  first_try_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX outbox_by_activation ON outbox (activation_id);

CREATE TABLE role (
  id TEXT PRIMARY KEY,
  role_name TEXT NOT NULL
);

CREATE TABLE seen_event (
  event_id TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

CREATE TABLE service (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  endpoints TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

CREATE TABLE tesla_user (
  vin TEXT NOT NULL,
  full_name TEXT NOT NULL,
  email TEXT NOT NULL,
  region TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  PRIMARY KEY (vin)
);

CREATE TABLE tesla_user_tokens (
  vin TEXT NOT NULL,
  code TEXT NOT NULL,
  tokens TEXT NOT NULL,
  callback_url TEXT NOT NULL,
  PRIMARY KEY (vin)
);

CREATE TABLE "user" (
  id TEXT PRIMARY KEY,
  first_name TEXT,
  last_name TEXT,
  email TEXT NOT NULL,
  role_id TEXT
);

CREATE TABLE user_fleet (
  user_id TEXT NOT NULL,
  fleet_id TEXT NOT NULL,
  role_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, fleet_id)
);

CREATE TABLE vehicle (
  vin TEXT PRIMARY KEY,
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
  updated_at BIGINT NOT NULL
, version INTEGER NOT NULL
  DEFAULT 0, standing TEXT, reason TEXT, oem_detail TEXT, handle TEXT, valid_until BIGINT, oem TEXT, accepted_at
  BIGINT, observed_at BIGINT, next_check_at BIGINT, blocked BOOLEAN NOT NULL DEFAULT FALSE, failures INTEGER NOT NULL
  DEFAULT 0, intent TEXT, intents INTEGER NOT NULL DEFAULT 0, intent_at BIGINT, model_by_hand BOOLEAN NOT NULL DEFAULT FALSE, id
  TEXT, device_id TEXT, device_hardware_id TEXT, device_name TEXT, credential_id
  TEXT, metadata TEXT NOT NULL DEFAULT '{}');

CREATE INDEX vehicle_by_device ON vehicle (device_id) WHERE device_id IS NOT NULL;

CREATE INDEX vehicle_by_id ON vehicle (id) WHERE id IS NOT NULL;

CREATE TRIGGER vehicle_activation_history_no_delete BEFORE DELETE ON vehicle_activation_history
BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;

CREATE TRIGGER vehicle_activation_history_no_update BEFORE UPDATE ON vehicle_activation_history
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;

CREATE TABLE vehicle_activation_history (
  vehicle_id TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number > 0),
  activation_requested_status BOOLEAN,
  activation_status BOOLEAN,
  activation_status_message TEXT,
  oem_detail TEXT,
  reason TEXT,
  oem TEXT,
  run TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (vehicle_id, number)
) WITHOUT ROWID;

CREATE TABLE vehicle_model (
  id INTEGER PRIMARY KEY,
  make TEXT NOT NULL,
  model_name TEXT NOT NULL,
  type TEXT NOT NULL,
  version TEXT NOT NULL,
  battery_capacity_wh BIGINT,
  commissioning_date BIGINT,
  end_of_life_date BIGINT,
  warranty_date INTEGER,
  warranty_km BIGINT,
  source TEXT NOT NULL,
  UNIQUE (make, model_name, type, version)
);
