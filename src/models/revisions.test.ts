/** Training that gives another model than before must raise its kind's revision, which is in every hash. */
import { expect, it } from 'vitest';
import { Random } from '../../sim/engine/random.js';
import { sha256Hex } from '../host.js';
import { modelKinds } from './kinds.js';
import type { Dataset } from './model.js';

/** What each revision makes of the rows below. Add a line with each revision; never change one. */
const digests: Readonly<Record<string, string>> = {
  'gradient-boosted-trees 1': '866d80934e75cec8d965d2a86471aae8abe5c55ec1bb8cec42299e518dd3911e',
  'logistic-regression 1': 'f528905101980a0f97da6fce7b1b716e6d74a019c90de00f88bb8712c992160b',
};

function rows(): Dataset {
  const random = new Random(11).fork('rows');
  const values = new Float64Array(400 * 3).map(() => Math.floor(random.float() * 900) / 10);
  const labels = new Uint8Array(400).map((_, row) =>
    random.float() * 90 < (values[row * 3] ?? 0) ? 1 : 0,
  );
  return { rows: 400, columns: 3, values, labels };
}

it.each(modelKinds)('$name of this revision trains as it ever did', kind => {
  const digest = sha256Hex([JSON.stringify(kind.train(rows()))]);
  expect({ [`${kind.name} ${kind.revision}`]: digest }).toEqual({
    [`${kind.name} ${kind.revision}`]: digests[`${kind.name} ${kind.revision}`],
  });
});
