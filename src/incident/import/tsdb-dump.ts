/** `promtool tsdb dump`: `{__name__="up", job="x"} 1 1787216820000`, a sample a line. */
import type { Format } from './format.js';
import { readSamples, sampleLines } from './samples-of-lines.js';

/** The format. */
export const tsdbDump: Format = {
  name: 'TSDB dump',
  gives: 'raw samples: rates, replicas, quotas, use of GPUs, alerts',
  lacks: ['types and help of metrics', 'objects'],
  recognises: ({ headText }) => {
    const lines = sampleLines(headText);
    return lines.length > 0 && lines.every(line => /^\{.*\}\s+\S+\s+-?\d{10,}\s*$/.test(line));
  },
  read: (file, sink) => readSamples(file, sink, 'milliseconds'),
};
