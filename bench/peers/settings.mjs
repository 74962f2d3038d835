// What the driver says by environment variables, and what every role needs to know of a job.
export const text = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
export const number = (name, otherwise) => Number(process.env[name] ?? otherwise);

export const postgres = () => ({
  host: text('PGHOST'), port: number('PGPORT'), user: text('PGUSER'), database: text('PGDATABASE'),
});
export const postgresUrl = () => {
  const { host, port, user, database } = postgres();
  return `postgres://${user}@${host}:${port}/${database}`;
};

/** Milliseconds since 1970, comparable between processes, finer than Date.now(). */
export const now = () => performance.timeOrigin + performance.now();

export const vinOf = (n) => `WVWZZZBN${String(n).padStart(9, '0')}`;
export const jobOf = (n, dueAt) => ({ number: n, vin: vinOf(n), dueAt });

/** The documented request of the IoT API, with what our own side sends. */
export const bodyOf = (commandId) => JSON.stringify({
  commandId, serviceId: 'seat-heating', action: 'enable', configuration: { seatHeating: { enabled: true, zones: 4 } },
  generation: 1, expiresAt: '2030-01-01T00:00:00Z',
});
