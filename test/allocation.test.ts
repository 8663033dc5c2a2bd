/**
 * Allocation on published traces: the decisions of the small cluster under every policy, and one whole
 * published run of FGD. `npm run vectors -- allocation` compares all that was published.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allocation } from './vectors/families/allocation.js';

const folder = '../shared/traces';
const isThere = existsSync(folder);
const why = isThere ? '' : ` (skipped: ${folder} is not there)`;

describe.skipIf(!isThere)(`published GPU allocations${why}`, () => {
  it.each([
    ['every decision and state on the small cluster', /^mini\//],
    ['a whole run: 10,866 pods on 1,213 nodes', /^golden\/openb_pod_list_default\.seed42\.FGD$/],
    ['its order of arrival', /^order\/openb_pod_list_default\.seed42$/],
    [
      'its published tables and failures',
      /^expected\/openb_pod_list_default\.(04-GpuPacking|05-BestFit)\.seed42$/,
    ],
  ])('%s', async (_, id) => {
    const failed: string[] = [];
    let passed = 0;
    for await (const { id: name, result, reason } of allocation.replay(folder, { id })) {
      if (result === 'passed') passed++;
      else failed.push(`${name}: ${reason ?? ''}`);
    }
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  });
});
