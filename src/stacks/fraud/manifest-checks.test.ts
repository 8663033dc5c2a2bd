import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../../input/errors.js';
import { parseLocated } from '../../input/located.js';
import { checkManifests } from './manifest-checks.js';

function refusal(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-manifests-'));
  writeFileSync(join(folder, 'one.yaml'), text);
  const [document] = parseLocated(
    'spec: { steps: [{ apply: { files: [one.yaml, no.yaml] } }] }',
    's',
  );
  if (document === undefined) throw new Error('no document');
  try {
    checkManifests({ document, folder });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `${error.message.replace(`${folder}/`, '')}; ${error.details.next ?? ''}`;
  }
  return 'taken';
}

const route = (weights: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: fraud }
spec:
  rules:
    - backendRefs: [${weights}]
`;

const promoter = (steps: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: promoter }
data:
  promoter.yaml: |
    checkEvery: 1m
    steps:
${steps
  .split(' ')
  .map(percent => `      - { percent: ${percent}, hold: 30m }\n`)
  .join('')}`;

it('takes shares that make a whole', () => {
  expect(refusal(route('{ name: a, weight: 90 }, { name: b, weight: 10 }'))).toBe('taken');
  expect(refusal(route('{ name: a }'))).toBe('taken');
  expect(refusal(promoter('10 50 100'))).toBe('taken');
});

it.each([
  [
    route('{ name: a, weight: 90 }, { name: b, weight: 20 }'),
    'one.yaml:6: spec.rules[0].backendRefs: the weights 90 and 20 add up to 110, and all traffic is 100; ' +
      'give the backends weights that add up to 100: the promoter moves them by percent',
  ],
  [
    route('{ name: a, weight: 0 }'),
    'one.yaml:6: spec.rules[0].backendRefs: the weights 0 add up to 0, and all traffic is 100; ' +
      'give the backends weights that add up to 100: the promoter moves them by percent',
  ],
  [
    promoter('10 5 100'),
    'one.yaml:9: data["promoter.yaml"].steps[1].percent: 5 % does not follow 10 %; ' +
      'let each step have more of the traffic than the one before it',
  ],
  [
    promoter('10 120'),
    'one.yaml:9: data["promoter.yaml"].steps[1].percent: 120 % is more than all traffic; ' +
      'let the last step have 100',
  ],
  [
    promoter('10 50'),
    'one.yaml:9: data["promoter.yaml"].steps[1].percent: the last step has 50 % of the traffic, ' +
      'and the rest would stay with the old model; add a step of 100',
  ],
])('refuses %s', (text, told) => {
  expect(refusal(text)).toBe(told);
});
