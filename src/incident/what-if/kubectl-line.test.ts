import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { changeOf } from './change.js';
import { fieldsOf, parsedLine } from './kubectl-line.js';

const deployment = {
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } },
} as unknown as KubeObject;

function bodyOf(text: string): unknown {
  const fields = fieldsOf(parsedLine(text));
  return fields?.kind === 'patch' ? fields.body(deployment, 0) : fields;
}

describe('a line as for kubectl', () => {
  it.each([
    ['kubectl scale deployment/web --replicas=5', { spec: { replicas: 5 } }],
    ['scale deploy web --replicas 5', { spec: { replicas: 5 } }],
    [
      `patch quota/gpus -n x -p '{"spec":{"hard":{"pods":"3"}}}'`,
      { spec: { hard: { pods: '3' } } },
    ],
    [
      'set image deployment/web a=nginx:2',
      { spec: { template: { spec: { containers: [{ name: 'a', image: 'nginx:2' }] } } } },
    ],
    ['label node n1 pool=gpu old-', { metadata: { labels: { pool: 'gpu', old: null } } }],
    [
      'set resources deploy/web -c b --limits=nvidia.com/gpu=1,cpu=2',
      {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'b',
                  resources: { requests: {}, limits: { 'nvidia.com/gpu': '1', cpu: '2' } },
                },
              ],
            },
          },
        },
      },
    ],
    ['delete pod/x', { kind: 'delete', reference: { kind: 'pod', name: 'x' } }],
  ])('%s', (text, expected) => {
    expect(bodyOf(text)).toEqual(expected);
  });

  it('keeps words in quotes together, and the namespace', () => {
    const line = parsedLine(`annotate -n "a b" pod/x note='two words' say="a \\"b\\""`);
    expect(line.namespace).toBe('a b');
    expect(line.words).toEqual(['annotate', 'pod/x', 'note=two words', 'say=a "b"']);
  });
});

describe('a change', () => {
  it('is a line, nodes that join, or writes that are left out', () => {
    expect(changeOf('without-user system:serviceaccount:flux:x').withoutUser).toBe(
      'system:serviceaccount:flux:x',
    );
    expect(changeOf('add-nodes --like=gpu-1 --count=2').nodes).toEqual({ like: 'gpu-1', count: 2 });
    expect(changeOf('scale deployment/web --replicas=5').act).toBeTypeOf('function');
  });

  it.each(['scale deployment/web', 'frobnicate x', 'patch quota/q -p {oops', 'cordon'])(
    'that cannot be read is refused, with what can be: %s',
    text => {
      expect(() => changeOf(text)).toThrow(`"${text}" is no change that can be made`);
    },
  );
});
