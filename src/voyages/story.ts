/** A counterexample told: what the law says, what happened, the lines that prove it, how to see it again. */
import type { Breach, Law } from '../laws/law.js';
import { labelOf, labelWords } from './label.js';
import { commandsOf, spanText } from './commands.js';
import type { Counterexample } from './explored.js';

const evidenceMax = 12;

/** The lines of a story; `law` gives the words of the law. */
export function storyOf(
  example: Counterexample,
  law: Pick<Law, 'says' | 'source' | 'touches'>,
): string[] {
  const { before, after, breaches, isSmallest, shrinkRuns } = example;
  const size = ({ nodes, objects, events }: typeof before): string =>
    [counted(nodes, 'node'), counted(objects, 'object'), counted(events, 'event')].join(', ');
  const how = isSmallest
    ? 'nothing smaller breaks it'
    : 'the budget was over before it was smallest';
  const [first] = breaches;
  return [
    `broken: ${example.law}: ${law.says}`,
    ...(law.source === undefined ? [] : [`  ${law.source}`]),
    ...(first === undefined ? [] : breachLines(first, example.startMs)),
    '',
    `from ${size(before)} down to ${size(after)} in ${shrinkRuns} voyages; ${how}:`,
    '',
    ...commandsOf(example.plan),
    '',
    `label:               ${labelWords(labelOf(example.plan, law))}`,
    `again, to the byte:  seatrial replay ${example.token}`,
    `on a real cluster:   seatrial replay ${example.token} --confirm control-plane`,
    `as a scenario:       seatrial keep ${example.token}`,
  ];
}

/** What happened, and the lines of the history that prove it, with times since the boot. */
export function breachLines({ timeMs, what, evidence }: Breach, startMs: number): string[] {
  const at = (ms: number): string => `+${spanText(ms - startMs)}`;
  const lines = evidence.slice(0, evidenceMax).map(line => `  ${at(line.timeMs)}  ${line.text}`);
  const more = evidence.length - evidenceMax;
  return [`  ${at(timeMs)}  ${what}`, ...lines, ...(more > 0 ? [`  and ${more} lines more`] : [])];
}

const counted = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? '' : 's'}`;
