import { describe, expect, it } from 'vitest';
import { Anonymiser } from './anonymiser.js';
import { podTemplateHash } from '../../../sim/api/pod-template-hash.js';
import { learnHash } from './hashes.js';
import { rewriteBody, rewriteObject } from './objects.js';
import { leaksIn } from './proof.js';

const anonymiser = (): Anonymiser => {
  const own = new Anonymiser();
  own.name('payments', 'namespace');
  own.name('scorer');
  own.name('scorer-db');
  return own;
};

describe('what is public', () => {
  it('is no leak, though somebody has words of it: images that anybody pulls, and types of schemas', () => {
    const own = anonymiser();
    own.name('tritonserver');
    own.name('docker-builds');
    const text = 'image: nvcr.io/nvidia/tritonserver:23.05-py3, type: string, from docker.io';
    expect(leaksIn(text, 'f', own)).toEqual([]);
    expect(leaksIn('image: registry.test/tritonserver', 'f', own)).toHaveLength(1);
    expect(own.name('string')).toBe('string');
  });
});

describe('names', () => {
  it('keep what was generated behind them', () => {
    const own = anonymiser();
    const base = own.name('scorer');
    expect(own.name('scorer-6f9c7d5b84-flpw4')).toBe(`${base}-6f9c7d5b84-flpw4`);
    expect(own.text('pods "scorer-6f9c7d5b84-" is forbidden')).toBe(
      `pods "${base}-6f9c7d5b84-" is forbidden`,
    );
    expect(own.text('scorer-0')).toBe(`${base}-0`);
  });

  it('are the same wherever they stand, longest first', () => {
    const own = anonymiser();
    const [app, db, ns] = [
      own.name('scorer'),
      own.name('scorer-db'),
      own.name('payments', 'namespace'),
    ];
    expect(own.text('scorer-db.payments.svc.cluster.local:5432')).toBe(
      `${db}.${ns}.svc.cluster.local:5432`,
    );
    expect(own.text('Successfully assigned payments/scorer-6f9c7d5b84-flpw4 to n')).toBe(
      `Successfully assigned ${ns}/${app}-6f9c7d5b84-flpw4 to n`,
    );
  });

  it('leave no part of themselves in words nearby', () => {
    const own = anonymiser();
    expect(own.text('PaymentsScorerDown payments_total scorerv2')).not.toMatch(
      /payments|scorer\b/i,
    );
  });
});

describe('names that are made of others', () => {
  it('have the hash of the template as it is shown', () => {
    const own = anonymiser();
    const template = (image: string) => ({
      metadata: { labels: { app: 'scorer' } },
      spec: { containers: [{ name: 'c', image }] },
    });
    const hash = podTemplateHash(template('bank/scorer:1'));
    const labels = { app: 'scorer', 'pod-template-hash': hash };
    const shown = template('bank/scorer:1');
    const set = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `scorer-${hash}`, namespace: 'payments', labels },
      spec: { template: { ...shown, metadata: { labels } } },
    };
    rewriteObject(set, own);
    learnHash(set, own);
    const { metadata, spec } = rewriteObject(set, own) as typeof set;
    const { 'pod-template-hash': other, ...rest } = spec.template.metadata.labels;
    expect(other).not.toBe(hash);
    // It is what a controller makes of the template that is shown.
    const plain = { ...spec.template, metadata: { labels: rest } };
    expect(podTemplateHash(plain)).toBe(other);
    expect(metadata.name).toBe(`${own.name('scorer')}-${other}`);
    expect(own.text(`Created pod: scorer-${hash}-flpw4`)).toBe(
      `Created pod: ${own.name('scorer')}-${other}-flpw4`,
    );
    expect(leaksIn(own.text(`scorer-${hash} ${hash}`), 'f', own)).toEqual([]);
  });

  it('of custom kinds keep the plural, and lose the maker', () => {
    const own = anonymiser();
    own.vocabulary.keepWord('widgets');
    own.vocabulary.keepWord('Widget');
    const group = own.vocabulary.claim('bank.example', 'domain');
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.bank.example' },
      spec: { group: 'bank.example', names: { plural: 'widgets', kind: 'Widget' } },
    };
    expect(rewriteObject(definition, own)).toMatchObject({
      metadata: { name: `widgets.${group}` },
      spec: { group, names: { plural: 'widgets', kind: 'Widget' } },
    });
    const text = own.text('widgets.bank.example "two" not found');
    expect(text).toBe(`widgets.${group} "two" not found`);
    expect(leaksIn(text, 'f', own)).toEqual([]);
  });

  it('in a value of a JSON patch are replaced as the path says', () => {
    const own = anonymiser();
    const note = { 'kubectl.kubernetes.io/last-applied-configuration': '{"scorer":1}' };
    const patch = [{ op: 'replace', path: '/metadata/annotations', value: { ...note, a: 'x' } }];
    const [{ value }] = rewriteBody(patch, own) as [{ value: Record<string, string> }];
    expect(Object.keys(value)).toEqual(['a']);
  });
});

describe('what identifies', () => {
  it('hosts, people, addresses, URLs and keys go; ranges stay ranges', () => {
    const own = anonymiser();
    const text = own.text(
      'alice@bank.example from 10.1.2.3 and 10.1.9.9/16 at https://x.bank.example/a?b',
    );
    expect(text).not.toMatch(/alice|bank|10\.1\.2\.3/);
    const [first, second] = [own.text('10.1.2.3'), own.text('10.1.2.4')];
    expect(first.split('.').slice(0, 3)).toEqual(second.split('.').slice(0, 3));
  });

  it('what everybody has stays', () => {
    const own = anonymiser();
    const text =
      '0/4 nodes are available: 4 Insufficient nvidia.com/gpu. topology.kubernetes.io/zone';
    expect(own.text(text)).toBe(text);
    expect(own.user('system:kube-scheduler')).toBe('system:kube-scheduler');
    expect(own.key('app.kubernetes.io/name')).toBe('app.kubernetes.io/name');
  });
});

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'scorer',
    namespace: 'payments',
    labels: { app: 'scorer', 'bank.example/team': 'fraud' },
    annotations: {
      'bank.example/owner': 'alice',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    },
  },
  spec: {
    selector: { matchLabels: { app: 'scorer' } },
    template: {
      metadata: { labels: { app: 'scorer' } },
      spec: {
        serviceAccountName: 'scorer',
        containers: [
          {
            name: 'scorer',
            image:
              'registry.bank.example/ml/scorer:v4@sha256:aafa8c00753f1a92771cf228dbf3b8abbaacad9891cbfac61391a51c69db34b5',
            args: ['--token=hunter2', '--model', 's3://models.bank.example'],
            env: [
              { name: 'DB', value: 'scorer-db.payments.svc:5432' },
              { name: 'PASSWORD', value: 'hunter2' },
              { name: 'DEBUG', value: 'true' },
            ],
            resources: { limits: { 'nvidia.com/gpu': '1' } },
          },
        ],
      },
    },
  },
};

describe('an object', () => {
  const own = anonymiser();
  rewriteObject(deployment, own);
  const rewritten = rewriteObject(deployment, own) as unknown as typeof deployment;

  it('keeps its structure: selectors, accounts and services find each other', () => {
    const { spec, metadata } = rewritten;
    const { template } = spec;
    expect(template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(template.spec.serviceAccountName).toBe(metadata.name);
    const [container] = template.spec.containers;
    expect(container?.env[0]?.value).toBe(
      `${own.name('scorer-db')}.${metadata.namespace}.svc:5432`,
    );
    expect(container?.env[2]?.value).toBe('true');
    expect(container?.args).toHaveLength(3);
    expect(container?.resources).toEqual({ limits: { 'nvidia.com/gpu': '1' } });
    expect(container?.image).toMatch(/^registry-1\.test\/[a-z0-9-]+\/[a-z0-9-]+:tag-1$/);
  });

  it('holds no original word: the second pass finds none, and finds one that is put in', () => {
    const text = JSON.stringify(rewritten, null, 1);
    expect(leaksIn(text, 'x', own)).toEqual([]);
    expect(text).not.toMatch(/hunter2|alice|bank|last-applied/);
    expect(leaksIn(`${text}\n# of scorer`, 'x', own)).toMatchObject([{ word: 'scorer' }]);
    expect(leaksIn('PaymentsDown', 'x', own)).toHaveLength(1);
  });
});
