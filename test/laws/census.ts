/**
 * `npm run census [-- RUNS [SEED]]`: in how many voyages of the default generators each law had something
 * to judge, and what broke without any defect. A law that is silent here finds nothing.
 */
import { voyagePlans } from '../../src/arbitraries/plans.js';
import { laws } from '../../src/laws/index.js';
import { explore } from '../../src/voyages/explore.js';

const [runsText = '200', seedText = '11'] = process.argv.slice(2);
const { runs, laws: tallies } = await explore({
  plans: voyagePlans(),
  laws,
  seed: Number(seedText),
  runs: Number(runsText),
  counterexamplesMax: laws.length,
  shrinkRunsMax: 0,
});
for (const { law, held, inconclusive, broken } of tallies) {
  const judged = `judged in ${held + inconclusive + broken} of ${runs} voyages`;
  const notes = [
    ...(inconclusive > 0 ? [`${inconclusive} inconclusive`] : []),
    ...(broken > 0 ? [`${broken} broken`] : []),
  ];
  console.log([law.padEnd(30), judged, ...notes].join('  '));
}
