/** What all strategies have to keep to, and rules that no vector tells apart. */
import { describe, expect, it } from 'vitest';
import { ingresses } from '../../api/kinds/networking.js';
import type { KubeObject } from '../../api/object.js';
import { defaultPullPolicy } from './defaults/image.js';
import { strategies } from './index.js';
import type { Strategy, StrategyContext } from './strategy.js';
import { diffOf } from './validation/diff.js';
import { goValue } from './validation/go-value.js';

const context: StrategyContext = {
  isDryRun: false,
  verb: 'create',
  forbidden: () => undefined,
  nowMs: 0,
  warn: () => undefined,
  random: {} as never,
  get: () => undefined,
  list: () => [],
  settings: {
    allowPrivileged: true,
    serviceRange: '10.0.0.0/16',
    advertised: { address: '192.0.2.2', port: 17500 },
    nodePorts: { from: 30000, to: 32767 },
    featureGates: {},
    runtimeConfig: {},
  },
};

function strategyFor(resource: string): Strategy {
  const found = strategies.find(
    ({ kind, storedAs }) => kind.resource === resource && storedAs === undefined,
  );
  if (found === undefined) throw new Error(`no strategy for ${resource}`);
  return found;
}

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'nginx:1.25',
        resources: { limits: { cpu: '1', 'nvidia.com/gpu': '1' } },
      },
    ],
  },
};

describe('strategies', () => {
  it('are one to a stored kind', () => {
    const names = strategies.map(({ kind }) => `${kind.group}/${kind.version}/${kind.resource}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('give columns and cells of the same number', () => {
    for (const { kind, columns, cells } of strategies) {
      if (columns === undefined) continue;
      expect(cells, kind.resource).toBeDefined();
    }
    const { columns = [], cells } = strategyFor(ingresses.resource);
    const object = { metadata: { name: 'x' } } as KubeObject;
    expect(cells?.(object, 0)).toHaveLength(columns.length);
  });

  it('leave what has its defaults as it is', () => {
    const { defaults } = strategyFor('pods');
    const once = defaults?.(pod);
    expect(once).not.toBe(pod);
    expect(once !== undefined && defaults?.(once)).toBe(once);
  });

  it('accept a GPU pod once it is defaulted', () => {
    const { defaults, prepareForCreate, validate } = strategyFor('pods');
    const prepared = prepareForCreate?.(defaults?.(pod) ?? pod, context) ?? pod;
    expect(validate?.(prepared, context)).toEqual([]);
    expect(prepared['status']).toEqual({ phase: 'Pending', qosClass: 'Burstable' });
  });

  it('refuse finalizers that nobody knows', () => {
    const { validate } = strategyFor('configmaps');
    const object = { metadata: { name: 'm', finalizers: ['mine'] } } as KubeObject;
    expect(validate?.(object, context).map(error => error.path)).toEqual([
      'metadata.finalizers[0]',
    ]);
  });
});

describe('defaultPullPolicy', () => {
  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['localhost:5000/nginx', 'Always'],
    ['nginx@sha256:' + '0'.repeat(64), 'IfNotPresent'],
    ['not an image', 'IfNotPresent'],
  ])('of %s is %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});

describe('values as Go prints them', () => {
  it('have internal names and leave nothing out', () => {
    expect(goValue('core/v1.Taint', { key: 'a', effect: 'NoSchedule' })).toEqual({
      Key: 'a',
      Value: '',
      Effect: 'NoSchedule',
      TimeAdded: null,
    });
  });

  it('differ line by line', () => {
    const diff = diffOf({ a: 1, b: 2 }, { a: 1, b: 3 });
    expect(diff).toContain('- "b": 2');
    expect(diff).toContain('+ "b": 3');
  });
});
