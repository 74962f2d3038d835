-- Until when a vehicle takes no other command although no activation waits for one: the last command's own end, where
-- an older one's answer came first. 0: nothing of that kind. Programs that do not know the column leave it as it is.
-- oldest program: 2

-- upgrade
ALTER TABLE ota_ledger ADD COLUMN busy_until BIGINT NOT NULL DEFAULT 0;

-- downgrade
ALTER TABLE ota_ledger DROP COLUMN busy_until;
