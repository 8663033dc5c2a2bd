/** `promtool tsdb dump-openmetrics` and its like: samples with times in seconds. */
import type { Format } from './format.js';
import { readSamples, sampleLines } from './samples-of-lines.js';

/** The format. */
export const openMetrics: Format = {
  name: 'OpenMetrics',
  gives: 'raw samples: rates, replicas, quotas, use of GPUs, alerts',
  lacks: ['objects'],
  recognises: ({ headText }) => {
    const lines = sampleLines(headText);
    const timed = /^[a-zA-Z_:][\w:.]*(\{.*\})?\s+\S+\s+\d{9,10}(\.\d+)?\s*(#.*)?$/;
    return lines.length > 0 && lines.every(line => timed.test(line));
  },
  read: (file, sink) => readSamples(file, sink, 'seconds'),
};
