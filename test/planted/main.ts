/**
 * `npm run planted [-- SEED [DEFECT...]]`: how many voyages it takes to find each planted defect and how
 * small it gets, beside the same search without interleavings. It takes minutes.
 */
import { plantedFaults, type PlantedFault } from '../../sim/engine/planted.js';
import { brokenAnyway, searchFor, tellingLaws } from './search.js';

const [seedText = '11', ...wanted] = process.argv.slice(2);
const seed = Number(seedText);
const faults = (Object.keys(plantedFaults) as PlantedFault[]).filter(
  fault => wanted.length === 0 || wanted.includes(fault),
);
const runs = 1_000;

console.log(`seed ${seed}; sizes are nodes/objects/events`);
console.log(
  '| defect | law | runs to find | as found | shrunk | shrinking took | without interleavings |',
);
console.log('|---|---|---|---|---|---|---|');
for (const fault of faults) {
  const found = await searchFor(fault, { seed, runs });
  const plain = await searchFor(fault, { seed, runs, hasInterleavings: false, shrinkRunsMax: 0 });
  const [example] = found.counterexamples;
  const anyway = await brokenAnyway(found);
  const size = ({ nodes, objects, events }: NonNullable<typeof example>['after']): string =>
    `${nodes}/${objects}/${events}`;
  const law = example?.law ?? `not found (${tellingLaws[fault]})`;
  const note = anyway.length === 0 ? '' : ` (broken without it too: ${anyway.join(', ')})`;
  const cells = [
    fault,
    law + note,
    example?.runsToFind ?? `> ${runs}`,
    example === undefined ? '-' : size(example.before),
    example === undefined ? '-' : size(example.after),
    example === undefined ? '-' : `${example.shrinkRuns} voyages`,
    plain.counterexamples[0]?.runsToFind ?? `> ${plain.runs}`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
