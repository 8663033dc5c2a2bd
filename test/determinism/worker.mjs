/** A worker thread's way into history.ts: a thread does not take the loader of its parent. */
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { historyOf } = await import('./history.ts');
parentPort.postMessage(await historyOf(workerData.file, workerData.seed));
