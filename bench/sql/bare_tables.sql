-- What a transition touches at the least: a row of 200 bytes, a history row of 60, an outbox row of 150.
DROP TABLE IF EXISTS bare_activation, bare_history, bare_outbox;
CREATE TABLE bare_activation (
  id bigint PRIMARY KEY, version bigint NOT NULL, state smallint NOT NULL, due bigint NOT NULL, data bytea NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE bare_history (
  activation_id bigint NOT NULL, seq bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (activation_id, seq));
CREATE TABLE bare_outbox (id bigint PRIMARY KEY, activation_id bigint NOT NULL, data bytea NOT NULL);
INSERT INTO bare_activation SELECT i, 1, 0, 0, decode(repeat('ab', 200), 'hex') FROM generate_series(0, :rows - 1) AS i;
