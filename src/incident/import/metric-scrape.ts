/** What `curl .../metrics` prints: the state of one moment, of an exporter or of an operator. */
import type { Format } from './format.js';
import { readSamples, sampleLines } from './samples-of-lines.js';

/** The format. */
export const metricScrape: Format = {
  name: 'scrape of metrics',
  gives: 'counters and gauges of one moment: GPUs and their use, queues',
  lacks: ['history', 'when it was: the moment of the dumps beside it is taken'],
  recognises: ({ headText }) => {
    const lines = sampleLines(headText);
    const untimed = /^[a-zA-Z_:][\w:.]*(\{.*\})?\s+\S+(\s+\d{13})?\s*$/;
    const isMetric =
      /^# (HELP|TYPE) /m.test(headText) || lines.some(line => /\{.*=".*"\}/.test(line));
    return lines.length > 0 && isMetric && lines.every(line => untimed.test(line));
  },
  read: (file, sink) => readSamples(file, sink, 'milliseconds'),
};
