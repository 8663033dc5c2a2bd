import { describe, expect, it } from 'vitest';
import { madeNode, madePod } from './made-objects.js';
import type { NodeTemplate } from './node-group.js';
import { areSimilar } from './similar.js';

function template(
  resources: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
  cpuOfDaemon = '0',
): NodeTemplate {
  const node = madeNode(
    JSON.stringify(labels),
    { cpu: '8', memory: '32000Mi', ...resources },
    { labels },
  );
  return { node, pods: [madePod('d', { cpu: cpuOfDaemon })] };
}

const base = template({}, { 'topology.kubernetes.io/zone': 'a', team: 'fraud' });
const like = (...args: Parameters<typeof template>): boolean =>
  areSimilar(base, template(...args)) && areSimilar(template(...args), base);

describe('similar groups', () => {
  const labels = { 'topology.kubernetes.io/zone': 'b', team: 'fraud' };

  it('may differ in their place and a little in memory', () => {
    expect(like({}, labels)).toBe(true);
    expect(like({ memory: '31600Mi' }, labels)).toBe(true);
    expect(like({ memory: '31300Mi' }, labels)).toBe(false);
    expect(like({ cpu: '7900m' }, labels)).toBe(false);
    expect(like({ 'nvidia.com/gpu': '1' }, labels)).toBe(false);
  });

  it('have the same other labels', () => {
    expect(like({}, { team: 'risk' })).toBe(false);
    expect(like({}, {})).toBe(false);
  });

  it('have about as much to give once their daemons run', () => {
    expect(like({}, labels, '300m')).toBe(true);
    expect(like({}, labels, '500m')).toBe(false);
  });
});
