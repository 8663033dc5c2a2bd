/** The public list: what the package exports. A change of it is a decision, so it is written down here. */
import { expect, it } from 'vitest';
import * as library from '../src/index.js';

it('exports what is written down, and nothing else', () => {
  expect(Object.keys(library).sort()).toMatchInlineSnapshot(`
    [
      "InputError",
      "UserError",
      "k3s",
      "kind",
      "loadScenario",
      "manifestFiles",
      "manifests",
      "runScenario",
      "simulate",
    ]
  `);
});
