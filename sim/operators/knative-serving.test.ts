import { describe, expect, it } from 'vitest';
import type { Webhook, WebhookVerdict } from './admission/webhook.js';
import { ConditionSet } from './knative/condition-set.js';
import { makeRevision } from './knative/configuration.js';
import { Decider } from './knative/decider.js';
import { filledSpec } from './knative/defaulter.js';
import { superfluous } from './knative/garbage-collection.js';
import { makeHpa } from './knative/hpa.js';
import { keys } from './knative/keys.js';
import { childName } from './knative/names.js';
import { queueContainer } from './knative/queue-container.js';
import { makeDeployment } from './knative/revision-deployment.js';
import { decisionSpec, panicWindowOf } from './knative/scale-spec.js';
import { sampleSize } from './knative/scrape.js';
import { domainFor, settingsFrom } from './knative/settings.js';
import type { PodAutoscalerObject, Revision, RevisionSpec } from './knative/types.js';
import { judge } from './knative/validator.js';

const settings = settingsFrom([]);
const scale = 'autoscaling.knative.dev';

function autoscaler(annotations: Record<string, string>, concurrency = 0): PodAutoscalerObject {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  return {
    metadata: { name: 'r', namespace: 'ns', uid: 'u', annotations },
    spec: { scaleTargetRef, protocolType: 'http1', containerConcurrency: concurrency },
  };
}

function revision(spec: RevisionSpec, more: Partial<Revision['metadata']> = {}): Revision {
  return { metadata: { name: 'r-00001', namespace: 'ns', uid: 'u', ...more }, spec };
}

function verdictOn(object: object, oldObject?: object): WebhookVerdict {
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  const request = { operation, name: 's', namespace: 'ns', object, oldObject };
  const steps = (judge as Webhook)(request as never);
  steps.next();
  const maps = { isOk: true, status: 200, object: { items: [] } } as never;
  return steps.next(maps).value as WebhookVerdict;
}

function service(spec: object, template: object = {}, metadata: object = {}): object {
  const made = { metadata: template, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } };
  const traffic = [{ latestRevision: true, percent: 100 }];
  return {
    kind: 'Service',
    metadata: { name: 's', ...metadata },
    spec: { template: made, traffic },
  };
}

describe('conditions', () => {
  it('make an object ready when all are true, and not when one fails', () => {
    const set = new ConditionSet([], ['A', 'B'], 0);
    set.initialize();
    set.setTrue('A');
    expect(set.get('Ready')).toMatchObject({ status: 'Unknown' });
    set.setTrue('B');
    expect(set.get('Ready')).toMatchObject({ status: 'True' });
    set.setFalse('A', 'Broken', 'it is');
    expect(set.get('Ready')).toMatchObject({ status: 'False', reason: 'Broken' });
    set.setUnknown('B', 'Who', 'knows');
    expect(set.get('Ready')).toMatchObject({ status: 'False', reason: 'Broken' });
  });

  it('that inform have no effect, and what says the same keeps its time', () => {
    const before = new ConditionSet([], ['A'], 0);
    before.setTrue('A');
    before.setFalse('Active', 'NoTraffic', 'none');
    const stored = before.groomed();
    expect(stored.map(({ type, severity }) => [type, severity])).toEqual([
      ['A', undefined],
      ['Active', 'Info'],
      ['Ready', undefined],
    ]);
    const after = new ConditionSet(stored, ['A'], 60_000);
    after.setUnknown('A');
    after.setTrue('A');
    expect(after.groomed()).toEqual(stored);
  });
});

describe('names', () => {
  it('that are too long are cut, and told apart by a hash', () => {
    expect(childName('hello-00001', '-deployment')).toBe('hello-00001-deployment');
    const long = 'a'.repeat(60);
    expect(childName(long, '-deployment')).toBe(
      'aaaaaaaaaaaaaaaaaaaacc7ed669cf88f201c3297c6a91e1d18d-deployment',
    );
  });
});

describe('a revision', () => {
  const configuration = {
    metadata: {
      name: 'hello',
      namespace: 'ns',
      uid: 'c',
      generation: 3,
      labels: { [keys.service]: 'hello' },
      annotations: { [keys.routes]: 'hello', [keys.updater]: 'me' },
    },
    spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
  };

  it('has the number of the generation, and is active when a route is known', () => {
    const { metadata } = makeRevision(configuration, 0);
    expect(metadata.name).toBe('hello-00003');
    expect(metadata.labels).toMatchObject({
      [keys.configurationGeneration]: '3',
      [keys.routingState]: 'active',
    });
    expect(metadata.annotations).toMatchObject({ [keys.creator]: 'me', [keys.routes]: 'hello' });
  });

  it('is filled in: names, a probe, times', () => {
    const spec = filledSpec({ containers: [{ image: 'i' } as never] }, settings.defaults);
    expect(spec).toMatchObject({ timeoutSeconds: 300, containerConcurrency: 0 });
    expect(spec.containers).toEqual([
      {
        name: 'user-container',
        image: 'i',
        readinessProbe: { tcpSocket: { port: 0 }, successThreshold: 1 },
        resources: {},
      },
    ]);
    expect(filledSpec({ timeoutSeconds: 600 }, settings.defaults)).toMatchObject({
      responseStartTimeoutSeconds: 300,
    });
  });

  it('has a side-car that asks the container whether it is ready', () => {
    const probe = { httpGet: { path: '/up', port: 0 }, periodSeconds: 5 };
    const container = { name: 'c', image: 'i', readinessProbe: probe };
    const ports = [{ name: 'h2c', containerPort: 9000 }];
    const made = revision({ containers: [{ ...container, ports }] });
    const queue = queueContainer(made, settings);
    expect(queue.readinessProbe?.httpGet).toMatchObject({ port: 8013 });
    const inner = queue.env?.find(({ name }) => name === 'SERVING_READINESS_PROBE')?.value ?? '';
    expect(JSON.parse(inner)).toEqual({
      httpGet: { scheme: 'HTTP', path: '/up', port: 9000, host: '127.0.0.1' },
      periodSeconds: 5,
      timeoutSeconds: 1,
    });
    expect(queue.resources).toEqual({ requests: { cpu: '25m' } });
    const deployment = makeDeployment(made, settings);
    const [user] = deployment.spec?.template.spec?.containers ?? [];
    expect(user?.readinessProbe).toBeUndefined();
    expect(user?.ports).toEqual([{ name: 'user-port', containerPort: 9000 }]);
    expect(user?.env?.map(({ name }) => name)).toContain('K_REVISION');
    expect(deployment.spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0 });
  });

  it('goes when it is idle for long, but so many stay, and those that serve', () => {
    const idle = (name: string, hour: number): Revision =>
      revision(
        {},
        {
          name,
          creationTimestamp: '2026-01-01T00:00:00Z',
          labels: { [keys.routingState]: 'reserve' },
          annotations: { [keys.routingStateModified]: `2026-01-01T0${hour}:00:00Z` },
        },
      );
    const all = [idle('b', 2), idle('a', 1), idle('ready', 0), idle('c', 3)];
    const owner = { ...configuration, status: { latestReadyRevisionName: 'ready' } };
    const rules = { ...settings.gc, leastNonActive: 1 };
    const names = (nowText: string, changed = rules) =>
      superfluous(owner, all, changed, Date.parse(nowText)).map(({ metadata }) => metadata.name);
    expect(names('2026-01-02T00:00:00Z')).toEqual([]);
    expect(names('2026-01-04T00:00:00Z')).toEqual(['a', 'b']);
    expect(names('2026-01-02T00:00:00Z', { ...rules, mostNonActive: 2 })).toEqual(['a']);
  });
});

describe('autoscaling', () => {
  it('is set by annotations in either spelling', () => {
    const given = autoscaler({
      [`${scale}/target`]: '50',
      [`${scale}/targetUtilizationPercentage`]: '80',
      [`${scale}/window`]: '40s',
      [`${scale}/scale-down-delay`]: '15m',
      [`${scale}/panic-threshold-percentage`]: '150.0',
    });
    expect(decisionSpec(given, settings.autoscaler)).toMatchObject({
      target: 40,
      total: 50,
      stableWindowMs: 40_000,
      scaleDownDelayMs: 900_000,
      panicThreshold: 1.5,
      targetBurstCapacity: 211,
    });
    expect(panicWindowOf(given, settings.autoscaler)).toBe(4000);
    expect(decisionSpec(autoscaler({}, 10), settings.autoscaler)).toMatchObject({ target: 7 });
    const rps = autoscaler({ [`${scale}/metric`]: 'rps' });
    expect(decisionSpec(rps, settings.autoscaler)).toMatchObject({ target: 140, total: 200 });
  });

  it('takes off what the activator has counted, and decides nothing without data', () => {
    const spec = decisionSpec(autoscaler({ [`${scale}/target`]: '1' }), settings.autoscaler);
    const measuring = {
      metric: 'concurrency',
      stableWindowMs: 60_000,
      panicWindowMs: 6000,
      isWeighted: false,
    };
    const decider = new Decider(spec, measuring, { nowMs: 0, readyPods: 1, initialScale: 1 });
    expect(decider.decide({ nowMs: 2000, readyPods: 1 })).toBe(false);
    expect(decider.desiredScale).toBe(-1);
    const load = { concurrency: 5, requests: 5, proxiedConcurrency: 3, proxiedRequests: 3 };
    decider.record(3000, load);
    expect(decider.decide({ nowMs: 3000, readyPods: 1 })).toBe(true);
    expect(decider.desiredScale).toBe(3);
    expect(decider.decide({ nowMs: 120_000, readyPods: 3 })).toBe(false);
    expect(decider.desiredScale).toBe(3);
  });

  it('asks of many pods only some', () => {
    expect([1, 3, 4, 10, 100, 1000].map(sampleSize)).toEqual([1, 3, 4, 7, 14, 16]);
  });

  it('of the class hpa makes a HorizontalPodAutoscaler', () => {
    const made = makeHpa(
      autoscaler({
        [keys.class]: `hpa.${scale}`,
        [`${scale}/metric`]: 'memory',
        [`${scale}/target`]: '75',
        [`${scale}/min-scale`]: '2',
      }),
      settings.autoscaler,
    );
    expect(made.spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 2_147_483_647,
      metrics: [{ resource: { name: 'memory', target: { averageValue: '75Mi' } } }],
    });
  });
});

describe('settings', () => {
  it('name the domain of a route by its labels', () => {
    const data = { 'example.com': '', 'prod.example.com': 'selector:\n  app: prod\n' };
    const read = settingsFrom([{ metadata: { name: 'config-domain' }, data }]);
    expect(domainFor(read, { app: 'prod' })).toBe('prod.example.com');
    expect(domainFor(read)).toBe('example.com');
    expect(domainFor(read, { [keys.visibility]: 'cluster-local' })).toBe('svc.cluster.local');
    expect(domainFor(settings)).toBe('svc.cluster.local');
  });
});

describe('the webhook', () => {
  const refusal = (message: string) => ({
    isAllowed: false,
    code: 400,
    message: `validation failed: ${message}`,
  });

  it('takes a plain service', () => {
    expect(verdictOn(service({}))).toEqual({ isAllowed: true });
  });

  it.each([
    [
      service({ nodeSelector: { gpu: 'a' }, tolerations: [{}] }),
      'must not set the field(s): spec.template.spec.nodeSelector, spec.template.spec.tolerations',
    ],
    [
      service({}, { annotations: { [`${scale}/min-scale`]: '3', [`${scale}/max-scale`]: '2' } }),
      `max-scale=2 is less than min-scale=3: spec.template.metadata.annotations.${scale}/max-scale, spec.template.metadata.annotations.${scale}/min-scale`,
    ],
    [
      service({}, { annotations: { [`${scale}/window`]: '2s' } }),
      `expected 6s <= 2s <= 1h0m0s: spec.template.metadata.annotations.${scale}/window`,
    ],
    [
      service({}, { annotations: { [`${scale}/initial-scale`]: '0' } }),
      `invalid value: 0: spec.template.metadata.annotations.${scale}/initial-scale=0 not allowed by cluster`,
    ],
    [
      service({}, {}, { annotations: { [`${scale}/min-scale`]: '1' } }),
      `invalid key name "${scale}/min-scale": metadata.annotations\nautoscaling annotations must be put under "spec.template.metadata.annotations" to work`,
    ],
    [
      service({ timeoutSeconds: 700 }),
      'expected 0 <= 700 <= 600: spec.template.spec.timeoutSeconds',
    ],
    [
      service({}, { name: 'other-1' }),
      'invalid value: "other-1" must have prefix "s-": spec.template.metadata.name',
    ],
  ])('refuses what Knative cannot run: %#', (object, message) => {
    expect(verdictOn(object)).toEqual(refusal(message));
  });

  it('refuses traffic that does not add up', () => {
    const route = {
      kind: 'Route',
      metadata: { name: 'r' },
      spec: { traffic: [{ configurationName: 'a', percent: 50 }, { percent: 40 }] },
    };
    expect(verdictOn(route)).toEqual(
      refusal(
        'Traffic targets sum to 90, want 100: spec.traffic\nexpected exactly one, got neither: spec.traffic[1].configurationName, spec.traffic[1].revisionName',
      ),
    );
  });

  it('refuses a change under the same name of a revision', () => {
    const before = service({}, { name: 's-a' });
    const after = service({ timeoutSeconds: 10 }, { name: 's-a' });
    expect(verdictOn(after, before)).toEqual(
      refusal(
        'Saw the following changes without a name change (-old +new): spec.template.metadata.name',
      ),
    );
  });
});
