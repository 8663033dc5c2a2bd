/** What the laws say of a run, as lines: a table, and the story of every breach. */
import type { Verdict } from '../laws/judge.js';
import type { Breach } from '../laws/law.js';
import { elapsed } from '../scenario/narrator.js';
import type { RunResult } from '../scenario/run.js';
import { tableLines } from './text-table.js';

const words = {
  held: 'held',
  broken: 'BROKEN',
  inconclusive: 'cannot be said',
  vacuous: 'vacuous',
} as const;

/** The table leaves out the laws that had nothing to judge: it only counts them. */
export function verdictLines({
  verdicts,
  startMs,
}: Pick<RunResult, 'verdicts' | 'startMs'>): string[] {
  const judged = verdicts.filter(({ kind }) => kind !== 'vacuous');
  const vacuous = verdicts.length - judged.length;
  const notes = vacuous === 0 ? [] : [`${vacuous} more laws had nothing to judge`];
  const table = tableLines({
    title: 'laws',
    columns: ['law', 'verdict', 'judged'],
    rows: judged.map(verdict => [verdict.law, words[verdict.kind], lookedText(verdict)]),
    notes: [
      ...judged.flatMap(one => (one.kind === 'inconclusive' ? [`${one.law}: ${one.why}`] : [])),
      ...notes,
    ],
  });
  const stories = judged.flatMap(verdict => storyLines(verdict, startMs));
  return [...table, ...stories];
}

/** The breaches of a verdict, with the lines of the history that prove them, by the time since the start. */
export function storyLines(verdict: Verdict, startMs: number): string[] {
  if (verdict.kind !== 'broken') return [];
  const { law, says, breachCount, breaches, source, touches = [] } = verdict;
  const more = breachCount - breaches.length;
  return [
    '',
    `BROKEN ${law}: ${says}`,
    ...(source === undefined ? [] : [`  (${source})`]),
    ...breaches.flatMap(breach => breachLines(breach, startMs)),
    ...(more > 0 ? [`  and ${more} more breaches`] : []),
    ...(touches.length > 0 ? [`  touches what is only approximated: ${touches.join(', ')}`] : []),
  ];
}

function breachLines({ timeMs, what, evidence }: Breach, startMs: number): string[] {
  return [
    `  ${elapsed(timeMs - startMs)}  ${what}`,
    ...evidence.map(line => {
      const revision = line.revision === undefined ? '' : `  revision ${line.revision}`;
      return `      ${elapsed(line.timeMs - startMs)}  ${line.text}${revision}`;
    }),
  ];
}

function lookedText(verdict: Verdict): string {
  if (verdict.kind === 'vacuous') return '';
  const { looked } = verdict;
  return verdict.kind === 'broken' ? `${looked}, ${verdict.breachCount} broken` : String(looked);
}
