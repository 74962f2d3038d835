// graphile-worker: a job is a row that is fetched in blocks and completed one by one.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { number, postgresUrl } from './settings.mjs';

const logger = new Logger(() => (level, message) => {
  if (level === 'error') console.error(message);
});
const preset = {
  worker: {
    connectionString: postgresUrl(), logger, maxPoolSize: 10, concurrentJobs: number('CONCURRENCY', 500),
    localQueue: { size: number('LOCAL_QUEUE', 2000) }, completeJobBatchDelay: 0, failJobBatchDelay: 0,
  },
};

export const prepare = () => using((utils) => utils.migrate());
export const producer = async () => {
  const utils = await makeWorkerUtils({ preset });
  return {
    addMany: (jobs) => utils.addJobs(jobs.map((payload) => ({ identifier: 'activate', payload }))),
    add: (job) => utils.addJob('activate', job),
    close: () => utils.release(),
  };
};
export const work = ({ one }) => run({ preset, noHandleSignals: true, taskList: { activate: one } });

async function using(action) {
  const utils = await makeWorkerUtils({ preset });
  try {
    await action(utils);
  } finally {
    await utils.release();
  }
}
