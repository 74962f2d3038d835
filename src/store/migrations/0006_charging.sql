-- What vehicles charge, and who is told: the ten common models, the streams that their stats come in, what is kept of
-- events and attempts.
-- oldest program: 5
-- The columns of a common model are those of its table in src/charging, in that order; a test holds both together. What is
-- behind them, or `shard` before them, is the store's own. Numbers with a unit are whole numbers of it, moments
-- milliseconds since 1970. PostgreSQL: the shard of a record is made of its id, that of a delivery of its event's.

-- upgrade
-- A row without an id is of a vehicle that charging does not know.
ALTER TABLE vehicle ADD COLUMN id
  TEXT;
ALTER TABLE vehicle ADD COLUMN device_id TEXT;
ALTER TABLE vehicle ADD COLUMN device_hardware_id TEXT;
ALTER TABLE vehicle ADD COLUMN device_name TEXT;
ALTER TABLE vehicle ADD COLUMN credential_id
  TEXT;
-- sqlite: ALTER TABLE vehicle ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
-- postgres: ALTER TABLE vehicle ADD COLUMN metadata JSONB NOT NULL DEFAULT '{}';
CREATE INDEX vehicle_by_id ON vehicle (id) WHERE id IS NOT NULL;
CREATE INDEX vehicle_by_device ON vehicle (device_id) WHERE device_id IS NOT NULL;

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
-- sqlite:   provider_info TEXT NOT NULL,
-- postgres:   provider_info JSONB NOT NULL,
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
CREATE INDEX charging_event_by_vin ON charging_event (vin, started_at, id) WHERE vin IS NOT NULL;
CREATE INDEX charging_event_by_stream ON charging_event (stream, started_at);
CREATE INDEX charging_event_open ON charging_event (started_at) WHERE is_computed AND ended_at IS NULL;

-- The versions before the last one, each as the JSON of its model.
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
-- sqlite:   telemetry TEXT NOT NULL,
-- postgres:   telemetry JSONB NOT NULL,
  quality TEXT NOT NULL,
  created_at BIGINT,
  stream TEXT NOT NULL,
  PRIMARY KEY (shard, id)
);
CREATE INDEX charging_stat_by_stream ON charging_stat (stream, measured_at);
CREATE INDEX charging_stat_by_vin ON charging_stat (vin, measured_at) WHERE vin IS NOT NULL;

-- Raised by whoever computes sessions of a stream: of two that do it at the same time one is refused.
CREATE TABLE charging_stream (
  shard INTEGER NOT NULL,
  stream TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (shard, stream)
);

CREATE TABLE credential (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  provider TEXT NOT NULL,
  url TEXT,
  username TEXT,
  secret TEXT,
-- sqlite:   metadata TEXT NOT NULL,
-- postgres:   metadata JSONB NOT NULL,
  active BOOLEAN NOT NULL,
  expires_at BIGINT,
  rotated_at BIGINT,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
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
CREATE UNIQUE INDEX client_by_token ON client (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX client_by_previous_token ON client (previous_token_hash) WHERE previous_token_hash IS NOT NULL;

CREATE TABLE service (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
-- sqlite:   endpoints TEXT NOT NULL,
-- postgres:   endpoints JSONB NOT NULL,
  active BOOLEAN NOT NULL,
  created_at BIGINT,
  updated_at BIGINT,
  PRIMARY KEY (id)
);

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

-- One row for each version of an event and each subscription: that is its key. Its own id is made of these three.
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
-- postgres: ALTER TABLE event_log SET (fillfactor = 80);

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

-- downgrade
DROP TABLE location;
DROP TABLE last_run_time;
DROP TABLE endpoint_health;
DROP TABLE delivery_attempt;
DROP TABLE event_log;
DROP TABLE client_service;
DROP TABLE service;
DROP TABLE client;
DROP TABLE credential;
DROP TABLE charging_stream;
DROP TABLE charging_stat;
DROP TABLE charging_event_version;
DROP TABLE charging_event;
DROP INDEX vehicle_by_device;
DROP INDEX vehicle_by_id;
ALTER TABLE vehicle DROP COLUMN metadata;
ALTER TABLE vehicle DROP COLUMN credential_id;
ALTER TABLE vehicle DROP COLUMN device_name;
ALTER TABLE vehicle DROP COLUMN device_hardware_id;
ALTER TABLE vehicle DROP COLUMN device_id;
ALTER TABLE vehicle DROP COLUMN id;
