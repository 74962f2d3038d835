// pg-boss: batches of jobs are fetched at once. SHAPE=one records every job by itself; SHAPE=batch makes the calls of a
// batch side by side and records all of them with one statement, which is the fastest that we found.
import { PgBoss } from 'pg-boss';
import { number, postgres } from './settings.mjs';

const QUEUE = 'activate';
async function started(supervise) {
  const boss = new PgBoss({ ...postgres(), max: 10, useListenNotify: true, schedule: false, supervise });
  boss.on('error', (error) => console.error(error.message));
  await boss.start();
  return boss;
}

export const prepare = async () => {
  const boss = await started(false);
  await boss.createQueue(QUEUE, { notify: true });
  await boss.stop({ graceful: false });
};
export const producer = async () => {
  const boss = await started(false);
  return {
    addMany: (jobs) => boss.insert(QUEUE, jobs.map((data) => ({ data }))),
    add: (job) => boss.send(QUEUE, job),
    close: () => boss.stop({ graceful: false }),
  };
};
export const work = async ({ one, many }) => {
  const boss = await started(true);
  const options = {
    batchSize: number('BATCH', 300), localConcurrency: number('LANES', 4), pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 2, burstWhenBatchFull: true,
  };
  if (process.env.SHAPE === 'batch') return boss.work(QUEUE, options, (jobs) => many(jobs.map((job) => job.data)));
  return boss.work(QUEUE, { ...options, perJobResults: true }, (jobs) => Promise.all(jobs.map((job) => resultOf(job, one))));
};

async function resultOf(job, one) {
  try {
    await one(job.data);
    return { id: job.id, status: 'completed' };
  } catch (error) {
    return { id: job.id, status: 'failed', output: { message: error.message } };
  }
}
