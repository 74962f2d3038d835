-- What an application of its own would keep beside any of these queues. Seeded with the vehicles of a run.
CREATE TABLE vehicle (
  vin text PRIMARY KEY, state text NOT NULL DEFAULT 'pending', command_id text, updated_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX vehicle_pending ON vehicle (vin) WHERE state = 'pending';
CREATE TABLE history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, vin text NOT NULL, from_state text NOT NULL, to_state text NOT NULL,
  at timestamptz NOT NULL DEFAULT now());
CREATE TABLE notification (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, vin text NOT NULL, kind text NOT NULL, payload jsonb NOT NULL,
  status text NOT NULL DEFAULT 'queued', at timestamptz NOT NULL DEFAULT now());
