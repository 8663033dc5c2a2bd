import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../api/kinds/apps.js';
import type { Pod } from '../api/kinds/core.js';
import type { Webhook } from './admission/webhook.js';
import { defaultLeaderWorkerSet } from './lws/defaulter.js';
import { leaderWorkerSetHints } from './lws/hints.js';
import { keys } from './lws/keys.js';
import { leaderStatefulSet, workerStatefulSet } from './lws/objects.js';
import { markGroupPod, subGroupOf } from './lws/pod-defaulter.js';
import { isOfRevision, newRevision, restored } from './lws/revision.js';
import { nextPartition, rolloutOf, type GroupState } from './lws/rollout.js';
import { withConditions } from './lws/status.js';
import type { LeaderWorkerSet, LeaderWorkerSetSpec } from './lws/types.js';
import { validateLeaderWorkerSet } from './lws/validator.js';

const workerTemplate = { spec: { containers: [{ name: 'c', image: 'i' }] } };

function setOf(
  spec: Partial<LeaderWorkerSetSpec> = {},
  annotations: Readonly<Record<string, string>> = {},
): LeaderWorkerSet {
  const metadata = { name: 'lws', namespace: 'ns', uid: 'u', annotations, generation: 1 };
  const leaderWorkerTemplate = { workerTemplate, size: 3, ...spec.leaderWorkerTemplate };
  return {
    ...{ apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', metadata },
    spec: { replicas: 2, ...spec, leaderWorkerTemplate },
  };
}

function updating(maxUnavailable: number | string, maxSurge: number | string, partition = 0) {
  const rollingUpdateConfiguration = { maxUnavailable, maxSurge, partition };
  return { rolloutStrategy: { type: 'RollingUpdate', rollingUpdateConfiguration } };
}

function asked(webhook: Webhook, object: object, oldObject?: object): unknown {
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  const request = { operation, name: 'lws', namespace: 'ns', object, oldObject } as never;
  return webhook(request).next(undefined as never).value;
}

/** `r` ready, `u` updated, `x` both, `-` neither. */
function states(text: string): readonly GroupState[] {
  return [...text].map(letter => ({
    isReady: 'rx'.includes(letter),
    isUpdated: 'ux'.includes(letter),
  }));
}

describe('a roll-out', () => {
  it.each([
    // All are old and ready: as many as may be unavailable, from the last on.
    ['rrrr', 1, 4, 3],
    ['rrrr', 2, 4, 2],
    // The last is new, and ready: on to the next.
    ['rrrx', 1, 3, 2],
    // It is not ready yet.
    ['rrru', 1, 3, 3],
    // Another one is not ready: it counts as unavailable.
    ['-rrr', 1, 4, 4],
    // None is ready: nothing is lost with the step.
    ['----', 1, 4, 3],
    // It never goes back.
    ['xx-x', 1, 1, 1],
    ['xxxx', 1, 1, 0],
  ])('of %s with a step of %d from %d goes to %d', (text, step, current, next) => {
    expect(nextPartition(states(text), step, current)).toBe(next);
  });

  const leaders = (replicas: number, partition: number, before: number): StatefulSet => ({
    metadata: { annotations: { [keys.replicas]: String(before) } },
    spec: {
      ...{ selector: {}, template: {}, replicas },
      updateStrategy: { rollingUpdate: { partition } },
    },
  });
  const of = (spec: Partial<LeaderWorkerSetSpec>, set: StatefulSet | undefined, text: string) =>
    rolloutOf(setOf(spec), set, { isNew: false, states: () => states(text) });

  it('has nothing to hold back when the set is new, or at rest', () => {
    expect(of({ replicas: 4 }, undefined, '')).toEqual({ partition: 0, replicas: 4 });
    expect(of({ replicas: 4 }, leaders(4, 0, 4), '')).toEqual({ partition: 0, replicas: 4 });
    expect(of({ replicas: 4, ...updating(1, 0, 3) }, undefined, '')).toMatchObject({
      partition: 3,
    });
  });

  it('begins behind all groups, with the surge', () => {
    const isNew = { isNew: true, states: () => [] };
    const set = setOf({ replicas: 4, ...updating(0, 2) });
    expect(rolloutOf(set, leaders(4, 0, 4), isNew)).toEqual({ partition: 4, replicas: 6 });
    // More are wanted: they come first.
    expect(rolloutOf(set, leaders(3, 0, 3), isNew)).toEqual({ partition: 3, replicas: 4 });
  });

  it.each([
    // [replicas, surge, unavailable, states of the wanted groups, leaders] -> leaders
    [1, 1, 0, 'r', 2, 2],
    [4, 2, 1, 'rrxx', 6, 5],
    [1, 1, 0, 'x', 2, 1],
    [3, 0, 1, 'rxx', 3, 3],
  ])('of %d groups with surge %d, %d unavailable, %s keeps of %d leaders %d', (...given) => {
    const [replicas, surge, unavailable, text, present, kept] = given;
    const all = text.padEnd(present, 'x');
    const rollout = of(
      { replicas, ...updating(unavailable, surge) },
      leaders(present, 1, replicas),
      all,
    );
    expect(rollout.replicas).toBe(kept);
    expect(rollout.surgeGoesTo).toBe(kept < present ? kept : undefined);
  });
});

describe('conditions', () => {
  const at = { generation: 2, now: '2026-03-02T10:00:00Z' };

  it('of a set that is available are no other, and one changes at a time', () => {
    const first = withConditions([], ['Available'], at);
    expect(first).toMatchObject([{ type: 'Available', status: 'True', reason: 'AllGroupsReady' }]);
    const second = withConditions(first, ['UpdateInProgress', 'Progressing'], at);
    expect(second.map(({ type, status }) => [type, status])).toEqual([
      ['Available', 'False'],
      ['UpdateInProgress', 'True'],
    ]);
    const third = withConditions(second, ['UpdateInProgress', 'Progressing'], at);
    expect(third.at(-1)).toMatchObject({ type: 'Progressing', status: 'True' });
    expect(withConditions(third, ['UpdateInProgress', 'Progressing'], at)).toBe(third);
  });
});

describe('objects', () => {
  it('take over labels and annotations of the set, and hold what the set says of its update', () => {
    const set = setOf({ replicas: 4, ...updating('50%', 1) }, { [keys.exclusive]: 'rack' });
    const targets = { partition: 1, replicas: 5, revisionKey: 'abc' };
    expect(leaderStatefulSet(set, targets)).toMatchObject({
      metadata: {
        labels: { [keys.setName]: 'lws', [keys.revision]: 'abc' },
        annotations: { [keys.exclusive]: 'rack', [keys.replicas]: '4' },
      },
      spec: {
        ...{ replicas: 5, serviceName: 'lws', podManagementPolicy: 'Parallel' },
        updateStrategy: { rollingUpdate: { maxUnavailable: 3, partition: 1 } },
        template: {
          metadata: { annotations: { [keys.size]: '3', [keys.exclusive]: 'rack' } },
        },
      },
    });
  });

  it('of workers begin at 1, are their leader`s, and stay in its domain', () => {
    const set = setOf({ networkConfig: { subdomainPolicy: 'UniquePerReplica' } });
    const labels = { [keys.groupIndex]: '1', [keys.groupKey]: 'k', [keys.revision]: 'abc' };
    const leader = { metadata: { name: 'lws-1', namespace: 'ns', uid: 'p', labels } } as Pod;
    expect(workerStatefulSet(set, { past: set, leader, topology: { rack: 'r' } })).toMatchObject({
      metadata: { name: 'lws-1', ownerReferences: [{ kind: 'Pod', uid: 'p' }] },
      spec: {
        ...{ replicas: 2, serviceName: 'lws-1', ordinals: { start: 1 } },
        template: {
          metadata: { annotations: { [keys.leaderName]: 'lws-1' } },
          spec: { nodeSelector: { rack: 'r' } },
        },
      },
    });
  });

  it('are made of the templates of their revision', () => {
    const old = setOf();
    const revision = newRevision(old, []);
    expect(revision).toMatchObject({
      revision: 1,
      metadata: { labels: { [keys.setName]: 'lws' } },
    });
    expect(revision.metadata.name).toMatch(/^lws-[a-z0-9]+-1$/);
    const containers = [{ name: 'c', image: 'new' }];
    const spec = { leaderWorkerTemplate: { workerTemplate: { spec: { containers } } } };
    const changed = setOf(spec);
    expect([isOfRevision(old, revision), isOfRevision(changed, revision)]).toEqual([true, false]);
    // The number of groups is of no revision.
    expect(isOfRevision({ ...old, spec: { ...old.spec, replicas: 7 } }, revision)).toBe(true);
    const { workerTemplate: then } = restored(changed, revision).spec.leaderWorkerTemplate;
    expect(then.spec?.containers[0]?.image).toBe('i');
    expect(newRevision(changed, [revision]).revision).toBe(2);
  });
});

describe('webhooks', () => {
  it('fill in policies, and take the former name of one', () => {
    const leaderWorkerTemplate = { workerTemplate, restartPolicy: 'Default' };
    expect(asked(defaultLeaderWorkerSet, setOf({ leaderWorkerTemplate }))).toMatchObject({
      object: {
        spec: {
          leaderWorkerTemplate: { restartPolicy: 'None' },
          rolloutStrategy: {
            type: 'RollingUpdate',
            rollingUpdateConfiguration: { maxUnavailable: 1, maxSurge: 0, partition: 0 },
          },
          networkConfig: { subdomainPolicy: 'Shared' },
        },
      },
    });
  });

  const subGroups = (size: number, subGroupSize: number, subGroupPolicyType = 'LeaderWorker') =>
    setOf({
      leaderWorkerTemplate: {
        ...{ workerTemplate, size },
        subGroupPolicy: { subGroupSize, subGroupPolicyType },
      },
    });
  const unset = 'spec.leaderWorkerTemplate.SubGroupPolicy.subGroupSize: Invalid value';

  it.each([
    [setOf(), undefined],
    [setOf(updating('200%', 0)), 'must not be greater than 100%'],
    [setOf(updating(0, 0)), 'must not be 0 when `maxSurge` is 0'],
    [setOf(updating(1, 0, -1)), 'partition: Invalid value: -1'],
    [subGroups(4, 2), undefined],
    [subGroups(5, 2), undefined],
    [subGroups(5, 3), 'size or size - 1 must be divisible by subGroupSize'],
    [subGroups(4, 2, 'LeaderExcluded'), 'size-1 must be divisible'],
    [subGroups(4, 0), 'integer divide by zero'],
    [setOf({}, { [keys.subGroupExclusive]: 'rack' }), 'without subGroupSize set'],
  ])('judge %#', (set, why) => {
    const verdict = asked(validateLeaderWorkerSet, set);
    const { message = '' } = verdict as { readonly message?: string };
    expect(message === '').toBe(why === undefined);
    expect(message).toContain(why ?? '');
  });

  it('let no subgroups come, go or change', () => {
    for (const [after, before, why] of [
      [subGroups(4, 2), setOf(), `${unset}: 2: cannot enable subGroupSize after the lws`],
      [setOf(), subGroups(4, 2), `${unset}: 2: cannot remove subGroupSize after enabled`],
      [subGroups(4, 4), subGroups(4, 2), `${unset}: 4: field is immutable`],
    ] as const) {
      const verdict = asked(validateLeaderWorkerSet, after, before);
      expect(verdict).toMatchObject({ message: expect.stringContaining(why) as string });
    }
  });

  const podOf = (name: string, labels: object, annotations: object): unknown => ({
    metadata: {
      ...{ name, namespace: 'ns', labels: { [keys.setName]: 'lws', ...labels } },
      annotations: { [keys.size]: '3', ...annotations },
    },
    spec: {
      subdomain: 'lws',
      containers: [{ name: 'c', env: [{ name: 'A' }, { name: 'LWS_GROUP_SIZE', value: '9' }] }],
    },
  });

  it('tell leaders of their group, in a domain of its own', () => {
    const leader = { [keys.workerIndex]: '0' };
    const given = podOf('lws-1', leader, {
      [keys.subdomainPolicy]: 'UniquePerReplica',
      [keys.exclusive]: 'rack',
    });
    const required = 'requiredDuringSchedulingIgnoredDuringExecution';
    expect(asked(markGroupPod, given as object)).toMatchObject({
      object: {
        metadata: {
          labels: {
            [keys.groupIndex]: '1',
            [keys.groupKey]: 'e58a234382e166bafa793ddc87abf0afb86e20c4',
          },
        },
        spec: {
          subdomain: 'lws-1',
          containers: [
            {
              env: [
                { name: 'LWS_LEADER_ADDRESS', value: 'lws-1.lws-1.ns' },
                { name: 'LWS_GROUP_SIZE', value: '3' },
                { name: 'LWS_WORKER_INDEX', value: '0' },
                { name: 'A' },
              ],
            },
          ],
          affinity: {
            podAffinity: { [required]: [{ topologyKey: 'rack' }] },
            podAntiAffinity: { [required]: [{ topologyKey: 'rack' }] },
          },
        },
      },
    });
  });

  it('tell workers of theirs, and of their subgroup', () => {
    const marks = { [keys.subGroupSize]: '2', [keys.leaderName]: 'lws-1' };
    const given = podOf('lws-1-2', { [keys.groupIndex]: '1' }, marks);
    expect(asked(markGroupPod, given as object)).toMatchObject({
      object: { metadata: { labels: { [keys.workerIndex]: '2', [keys.subGroupIndex]: '0' } } },
    });
    // Of five pods in twos the leader is one too many.
    expect([1, 2, 3, 4].map(worker => subGroupOf(5, 2, worker))).toEqual([0, 0, 1, 1]);
    expect([1, 2, 3].map(worker => subGroupOf(4, 2, worker))).toEqual([0, 1, 1]);
  });

  it('refuse pods that nobody told of their size', () => {
    const metadata = { name: 'p', labels: { [keys.setName]: 'lws' } };
    expect(asked(markGroupPod, { metadata })).toEqual({
      isAllowed: false,
      message: 'size annotation is unexpectedly missing for pod p',
    });
  });
});

it('hints at templates that ask for nothing, or for what is not simulated', () => {
  expect(leaderWorkerSetHints({ ...setOf() })).toEqual([
    'workerTemplate: its pods request nothing: they get no GPU, and share a node with anybody',
  ]);
  const resources = { limits: { 'google.com/tpu': '4' } };
  const containers = [{ name: 'c', image: 'i', resources }];
  const tpu = setOf({ leaderWorkerTemplate: { workerTemplate: { spec: { containers } } } });
  expect(leaderWorkerSetHints({ ...tpu })[0]).toContain('google.com/tpu is not simulated');
});
