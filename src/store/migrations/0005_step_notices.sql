-- What a step decided to tell nobody about, because a channel is missing, stands in the step's own history row: a row
-- of its own cost as much as the step. JSON: [{"event", "channel", "outcome", "at", "detail"}, ...]; NULL for none.
-- What an earlier program writes to ota_notice is read as before; it does not show what stands here.
-- oldest program: 4

-- upgrade
ALTER TABLE ota_history ADD COLUMN notices TEXT;

-- downgrade
-- sqlite: INSERT INTO ota_notice (activation_id, event, channel, outcome, at, detail)
-- sqlite:   SELECT h.activation_id, n.value ->> 'event', n.value ->> 'channel', n.value ->> 'outcome',
-- sqlite:     n.value ->> 'at', n.value ->> 'detail'
-- sqlite:   FROM ota_history AS h, json_each(h.notices) AS n WHERE h.notices IS NOT NULL
-- sqlite:   ORDER BY h.activation_id, h.seq
-- sqlite:   ON CONFLICT DO UPDATE SET outcome = excluded.outcome, at = excluded.at, detail = excluded.detail
-- sqlite:   WHERE excluded.at > ota_notice.at;
-- postgres: INSERT INTO ota_notice (shard, activation_id, event, channel, outcome, at, detail)
-- postgres:   SELECT DISTINCT ON (h.shard, h.activation_id, n.event, n.channel)
-- postgres:     h.shard, h.activation_id, n.event, n.channel, n.outcome, n.at, n.detail
-- postgres:   FROM ota_history AS h, json_to_recordset(h.notices::json)
-- postgres:     AS n (event TEXT, channel TEXT, outcome TEXT, at BIGINT, detail TEXT)
-- postgres:   WHERE h.notices IS NOT NULL
-- postgres:   ORDER BY h.shard, h.activation_id, n.event, n.channel, n.at DESC, h.seq DESC
-- postgres:   ON CONFLICT (shard, activation_id, event, channel) DO UPDATE
-- postgres:   SET outcome = excluded.outcome, at = excluded.at, detail = excluded.detail
-- postgres:   WHERE excluded.at > ota_notice.at;
ALTER TABLE ota_history DROP COLUMN notices;
