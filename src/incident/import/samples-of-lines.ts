/** Reads a file of Prometheus's lines: what the dumps and scrapes share. */
import { lineBatches } from '../intake/lines.js';
import { prometheusLine } from '../intake/prometheus-text.js';
import type { InputFile, Sink } from './format.js';

/** How the times of the lines are told. */
export type TimeUnit = 'seconds' | 'milliseconds';

/** Tells every sample of the file. */
export async function readSamples(file: InputFile, sink: Sink, unit: TimeUnit): Promise<void> {
  let hasEnd = false;
  for await (const batch of lineBatches(file, sink)) {
    for (const { text, line, isLast } of batch) {
      if (text.trim() === '') continue;
      if (text.startsWith('#')) {
        hasEnd ||= /^# EOF\s*$/.test(text);
        continue;
      }
      const source = { file: file.path, line };
      const read = prometheusLine(text);
      if (read === undefined) {
        const why = isLast ? 'the file ends within this line' : 'no sample of a metric';
        sink.problem(source, `${why}; left out`);
        continue;
      }
      if (hasEnd) sink.problem(source, 'a sample behind the # EOF; taken all the same');
      const { metric, labels, value, time } = read;
      const atMs = time === undefined ? undefined : time * (unit === 'seconds' ? 1000 : 1);
      if (atMs !== undefined) sink.covers(atMs, atMs);
      sink.sample({ metric, labels, value, source, ...(atMs !== undefined && { atMs }) });
    }
  }
}

/** The first lines that are samples. */
export function sampleLines(headText: string): readonly string[] {
  const lines = headText.split('\n', 40).filter(line => line.trim() !== '' && line[0] !== '#');
  return headText.endsWith('\n') || lines.length < 2 ? lines : lines.slice(0, -1);
}
