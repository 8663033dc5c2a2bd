/**
 * Each planted defect is found by the general laws and shrunk to a few objects. Here the search begins
 * where the whole one (`npm run planted`) finds it, so that the suite stays quick.
 */
import { describe, expect, it } from 'vitest';
import type { PlantedFault } from '../../sim/engine/planted.js';
import { brokenAnyway, searchFor, tellingLaws } from './search.js';

const seed = 11;
/** The number of the voyage, from 0, in which the whole search finds it. */
const foundAt: Partial<Readonly<Record<PlantedFault, number>>> = {
  'policy-forgets-a-port': 71,
};

describe.each(Object.entries(foundAt) as [PlantedFault, number][])('%s', (fault, firstRun) => {
  it('is found, and made small', async () => {
    const search = { seed, firstRun, runs: 5, workers: 1, shrinkRunsMax: 15 };
    const found = await searchFor(fault, search);
    const [example] = found.counterexamples;
    expect(example?.law).toBe(tellingLaws[fault]);
    expect(example?.after.objects).toBeLessThanOrEqual(12);
    expect(example?.after.events).toBeLessThanOrEqual(8);
    expect(await brokenAnyway(found)).toEqual([]);
  }, 600_000);
});
