// BullMQ: the queue lives in redis, the vehicles in PostgreSQL.
import { Queue, Worker } from 'bullmq';
import { number } from './settings.mjs';

const QUEUE = 'activate';
const connection = { host: '127.0.0.1', port: number('REDIS_PORT'), maxRetriesPerRequest: null };

export const prepare = async () => {};
export const producer = async () => {
  const queue = new Queue(QUEUE, { connection });
  await queue.waitUntilReady();
  const opts = { removeOnComplete: true };
  return {
    addMany: (jobs) => queue.addBulk(jobs.map((data) => ({ name: 'activate', data, opts }))),
    add: (job) => queue.add('activate', job, opts),
    close: () => queue.close(),
  };
};
export const work = async ({ one }) => {
  const options = { connection, concurrency: number('CONCURRENCY', 300), removeOnComplete: { count: 0 } };
  const worker = new Worker(QUEUE, (job) => one(job.data), options);
  worker.on('error', (error) => console.error(error.message));
  worker.on('failed', (_, error) => console.error(error.message));
  await worker.waitUntilReady();
};
