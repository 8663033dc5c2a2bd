import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { sift, writeBaseline } from './baseline.js';
import { staticPass } from './static-pass.js';
import type { Finding } from './finding.js';

function findings(text: string): readonly Finding[] {
  return staticPass({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] }).findings;
}

const service = (name: string, port = 99999): string =>
  `{ apiVersion: v1, kind: Service, metadata: { name: ${name} }, spec: { ports: [{ name: a, port: ${port} }] } }\n`;

it('knows a finding again when lines move, and tells new ones', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'seatrial-baseline-')), 'baseline.json');
  const before = findings(service('a'));
  expect(before.length).toBeGreaterThan(0);
  writeBaseline(before, file);
  const after = findings(`# moved\n\n${service('a')}---\n${service('b')}`);
  const sifted = sift(after, file);
  expect(sifted.silenced).toBe(before.length);
  expect(new Set(sifted.findings.map(({ object }) => object))).toEqual(new Set(['Service b']));
});

it('refuses what is no baseline, with the command that writes one', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'seatrial-baseline-')), 'baseline.json');
  writeFileSync(file, '{ "kind": "Baseline", "findings": [{}] }');
  expect(() => sift([], file)).toThrow('findings[0]: has no fingerprint');
  writeFileSync(file, '[]');
  expect(() => sift([], file)).toThrow('not a baseline');
});
