// One activation as a careful team would write it for any queue: the call to the IoT API over kept connections, the
// confirmation, and the durable record. The same for every engine here.
import pg from 'pg';
import { Pool as HttpPool } from 'undici';
import { bodyOf, number, postgres, text } from './settings.mjs';

const POLL_AFTER_MS = 50;
const HEADERS = { authorization: 'Bearer bench-token', 'content-type': 'application/json', accept: 'application/json' };

const RECORD_ONE = `
  WITH changed AS (
    UPDATE vehicle SET state = 'active', command_id = $2, updated_at = now() WHERE vin = $1 RETURNING vin
  ), told AS (
    INSERT INTO history (vin, from_state, to_state) SELECT vin, 'pending', 'active' FROM changed
  )
  INSERT INTO notification (vin, kind, payload)
  SELECT vin, 'vehicle.active', jsonb_build_object('vin', vin, 'commandId', $2::text) FROM changed`;

const RECORD_MANY = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[]) AS g (vin, command_id)
  ), changed AS (
    UPDATE vehicle AS v SET state = 'active', command_id = g.command_id, updated_at = now()
    FROM given AS g WHERE v.vin = g.vin RETURNING v.vin, v.command_id
  ), told AS (
    INSERT INTO history (vin, from_state, to_state) SELECT vin, 'pending', 'active' FROM changed
  )
  INSERT INTO notification (vin, kind, payload)
  SELECT vin, 'vehicle.active', jsonb_build_object('vin', vin, 'commandId', command_id) FROM changed`;

const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

export class Activator {
  #http = new HttpPool(text('IOT_URL'), { connections: number('HTTP_CONNECTIONS', 64), pipelining: 1, keepAliveTimeout: 60_000 });
  #database = new pg.Pool({ ...postgres(), max: number('DATABASE_CONNECTIONS', 10), idleTimeoutMillis: 0 });

  /** Sends the command and sees it confirmed; the id of the command. */
  async confirmed({ vin, number: n }) {
    const commandId = `cmd-${n}-1`;
    const path = `/vehicle/${vin}/configure`;
    const answer = await this.#ask({ method: 'POST', path, body: bodyOf(commandId) });
    if (answer.commandId !== commandId) throw new Error('an answer about another command');
    if (answer.confirmed === true) return commandId;
    await pause(POLL_AFTER_MS);
    const status = await this.#ask({ method: 'GET', path: `/vehicle/${vin}/status?commandId=${commandId}` });
    if (status.command?.status !== 'applied') throw new Error('not applied');
    return commandId;
  }

  async #ask(request) {
    const { statusCode, body } = await this.#http.request({ ...request, headers: HEADERS });
    const answer = await body.json();
    if (statusCode !== 200 && statusCode !== 202) throw new Error(`${request.path}: ${statusCode}`);
    return answer;
  }

  recordOne(vin, commandId) {
    return this.#database.query({ name: 'record_one', text: RECORD_ONE, values: [vin, commandId] });
  }

  recordMany(vins, commandIds) {
    return this.#database.query({ name: 'record_many', text: RECORD_MANY, values: [vins, commandIds] });
  }
}
