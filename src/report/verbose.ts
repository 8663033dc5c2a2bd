/** The verbose reporter: what the default one tells, every law in words, and what happened when. */
import { elapsed } from '../scenario/narrator.js';
import { closingLines, runLines } from './default.js';
import { plain } from './paint.js';
import type { Reporter, RunOfScenario } from './reporter.js';
import { tableLines } from './text-table.js';

/** All that there is to tell in text. */
export const verboseReporter: Reporter = (report, paint = plain) => {
  const lines = report.runs.flatMap(run => [
    ...runLines(run, paint),
    ...lawLines(run),
    ...toldLines(run),
  ]);
  return `${[...lines, ...closingLines(report, paint)].join('\n')}\n`;
};

function lawLines({ verdicts }: RunOfScenario): string[] {
  const table = tableLines({
    title: 'what each law says',
    columns: ['law', 'verdict', 'it says'],
    rows: verdicts.map(({ law, kind, says }) => [law, kind, says]),
  });
  return ['', ...table.map(line => `  ${line}`)];
}

function toldLines({ record }: RunOfScenario): string[] {
  const told = (record?.log ?? []).flatMap(entry => {
    if (entry.of === 'told') return [[elapsed(entry.ms), entry.topic, entry.text]];
    if (entry.of !== 'warning') return [];
    return [[elapsed(entry.ms), 'warning', `${entry.about} ${entry.reason}: ${entry.text}`]];
  });
  if (told.length === 0) return [];
  const table = tableLines({
    title: 'what happened',
    columns: ['time', 'topic', 'what'],
    rows: told,
  });
  return ['', ...table.map(line => `  ${line}`)];
}
