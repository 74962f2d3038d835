// node main.mjs ENGINE ROLE: one process of a run. Roles: prepare (tables), enqueue (COUNT jobs at once), offer (COUNT jobs
// at RATE a second), work. The last two talk to the driver by lines, as contactor_bench does.
import { createInterface } from 'node:readline';
import { Activator } from './activation.mjs';
import { jobOf, now, number } from './settings.mjs';
import { Tally, say } from './tally.mjs';

const [, , engineName, role] = process.argv;
const engine = await import(`./${engineName}.mjs`);
const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
const inputEnded = new Promise((resume) => input.once('close', resume));
const told = async () => {
  say({ ready: true });
  await lines.next();
};

async function enqueue(producer, count) {
  const block = 1000;
  for (let n = 0; n < count; n += block)
    await producer.addMany(Array.from({ length: Math.min(block, count - n) }, (_, i) => jobOf(n + i, now())));
}

async function offer(producer, count, rate) {
  const begun = now() + 50;
  const added = [];
  for (let n = 0; n < count; ++n) {
    const dueAt = begun + (n * 1000) / rate;
    const wait = dueAt - now();
    if (wait > 0) await new Promise((resume) => setTimeout(resume, wait));
    added.push(producer.add(jobOf(n, dueAt)));
  }
  await Promise.all(added);
}

async function work() {
  await told();
  const activator = new Activator();
  const tally = new Tally();
  await engine.work({
    one: async (job) => {
      tally.begun();
      await activator.recordOne(job.vin, await activator.confirmed(job));
      tally.ended(job);
    },
    many: async (jobs) => {
      tally.begun();
      const commands = await Promise.all(jobs.map((job) => activator.confirmed(job)));
      await activator.recordMany(jobs.map((job) => job.vin), commands);
      for (const job of jobs) tally.ended(job);
    },
  });
  say({ listening: true });
  await inputEnded;
}

if (role === 'prepare') await engine.prepare();
else if (role === 'work') await work();
else {
  const producer = await engine.producer();
  if (role === 'enqueue') await enqueue(producer, number('COUNT'));
  else {
    await told();
    await offer(producer, number('COUNT'), number('RATE'));
    say({ offered: true });
    await inputEnded;
  }
  await producer.close();
}
process.exit(0);
