/**
 * `npm run planted [-- SEED [DEFECT...]] [--resume]`: how many voyages it takes to find each planted defect
 * and how small it gets, beside the same search without shrinking and without interleavings. It takes
 * minutes. Run whole, it writes the table to `test/planted/table.md`; one that was stopped goes on with
 * `--resume`, if voyages are still the same.
 */
import { plantedFaults, type PlantedFault } from '../../sim/engine/planted.js';
import type { Explored } from '../../src/voyages/explored.js';
import type { PlanSize } from '../../src/voyages/plan.js';
import { Progress } from './progress.js';
import { brokenAnyway, fingerprint, searchFor, tellingLaws } from './search.js';

const isResumed = process.argv.includes('--resume');
const [seedText = '11', ...wanted] = process.argv.slice(2).filter(text => !text.startsWith('--'));
const seed = Number(seedText);
const all = Object.keys(plantedFaults) as PlantedFault[];
const faults = all.filter(fault => wanted.length === 0 || wanted.includes(fault));
const runs = 1_000;
const shrinkRunsMax = 60;
/** Without interleavings the search goes on for as long as with them, and for so many voyages at least. */
const leastRuns = 60;

const progress = new Progress({
  file: wanted.length === 0 ? 'test/planted/table.md' : undefined,
  voyages: `seed ${seed}, ${await fingerprint(seed)}`,
  isResumed,
  order: faults,
  head: [
    '<!-- Written by `npm run planted`; do not edit. -->',
    '',
    `Seed ${seed}, at most ${runs.toLocaleString('en-US')} voyages, at most ${shrinkRunsMax} more for shrinking; without`,
    `interleavings as many as with them, and ${leastRuns} at least. Sizes are nodes / objects / events.`,
    '',
    '| defect | law that tells it | voyages to find it | size without shrinking | size after shrinking | voyages for shrinking | without interleavings |',
    '|---|---|---:|---:|---:|---:|---:|',
  ],
});
for (const fault of faults) {
  if (progress.has(fault)) continue;
  const found = await searchFor(fault, { seed, runs, shrinkRunsMax });
  progress.add(fault, await row(fault, found));
}

async function row(fault: PlantedFault, found: Explored): Promise<string> {
  const [example] = found.counterexamples;
  const told = [fault, example?.law ?? `not found (${tellingLaws[fault]})`];
  if (example === undefined) return cells([...told, `> ${found.runs}`, '-', '-', '-', '-']);
  const anyway = await brokenAnyway(found);
  const note = anyway.length === 0 ? '' : ` (broken without it too: ${anyway.join(', ')})`;
  const plainRuns = Math.min(runs, Math.max(leastRuns, example.runsToFind));
  const search = { seed, runs: plainRuns, hasInterleavings: false, shrinkRunsMax: 0 };
  const plain = await searchFor(fault, search);
  return cells([
    fault,
    example.law + note,
    String(example.runsToFind),
    size(example.before),
    size(example.after),
    String(example.shrinkRuns),
    String(plain.counterexamples[0]?.runsToFind ?? `> ${plain.runs}`),
  ]);
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`;
}

function size({ nodes, objects, events }: PlanSize): string {
  return `${nodes} / ${objects} / ${events}`;
}
