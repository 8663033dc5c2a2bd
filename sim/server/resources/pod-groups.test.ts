/** PodGroups and Workloads: a server with the gate on, with the texts of a real one. */
import { describe, expect, it } from 'vitest';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import type { ApiRequest } from '../../api/request.js';
import { createApiServer } from '../index.js';

const base = '/apis/scheduling.k8s.io/v1alpha2/namespaces/default';
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

type Body = Readonly<Record<string, unknown>> & {
  readonly message?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
};

function server(featureGates = { GenericWorkload: true }) {
  const runtimeConfig = { 'scheduling.k8s.io/v1alpha2': 'true' };
  const loop = new Loop();
  const settings = { featureGates, runtimeConfig };
  const { serve } = createApiServer({ clock: loop, random: new Random(1), settings });
  const send = (method: ApiRequest['method'], path: string, body?: unknown): Body => {
    let answered: unknown;
    const headers: Record<string, string> = {};
    if (method === 'PATCH') headers['content-type'] = 'application/merge-patch+json';
    const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
    serve({ method, path, headers, body }, admin, answer => {
      answered = answer.body;
    });
    loop.runUntil(loop.now() + 1_000);
    return answered as Body;
  };
  send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const group = (spec: unknown, name = 'g') =>
    send('POST', `${base}/podgroups`, { metadata: { name }, spec });
  const workload = (spec: unknown, name = 'w') =>
    send('POST', `${base}/workloads`, { metadata: { name }, spec });
  return { send, group, workload };
}

const gang = { schedulingPolicy: { gang: { minCount: 3 } } };
const invalid = (kind: string, name: string, text: string) =>
  `${kind}.scheduling.k8s.io "${name}" is invalid: ${text}`;

describe('PodGroups', () => {
  it('get a finalizer, a mode of disruption, and nothing whose own gate is off', () => {
    const { group } = server();
    const made = group({
      ...gang,
      priority: 5,
      priorityClassName: 'p',
      disruptionMode: 'PodGroup',
    });
    expect(made).toMatchObject({
      metadata: { finalizers: ['scheduling.k8s.io/podgroup-protection'] },
    });
    expect(made['spec']).toEqual({ ...gang, podGroupTemplateRef: null, disruptionMode: 'Pod' });
  });

  it.each([
    [{}, 'spec.schedulingPolicy: Invalid value: "": must specify one of: `basic`, `gang`'],
    [
      { schedulingPolicy: { gang: { minCount: 0 } } },
      'spec.schedulingPolicy.gang.minCount: Required value',
    ],
    [
      { schedulingPolicy: { gang: { minCount: -1 }, basic: {} } },
      '[spec.schedulingPolicy: Invalid value: "{basic, gang}": must specify exactly one of: `basic`, `gang`, spec.schedulingPolicy.gang.minCount: Invalid value: -1: must be greater than or equal to 1]',
    ],
    [
      { ...gang, podGroupTemplateRef: {} },
      'spec.podGroupTemplateRef: Invalid value: "": must specify one of: `workload`',
    ],
    [
      { ...gang, podGroupTemplateRef: { workload: {} } },
      '[spec.podGroupTemplateRef.workload.workloadName: Required value, spec.podGroupTemplateRef.workload.podGroupTemplateName: Required value]',
    ],
    [
      {
        ...gang,
        podGroupTemplateRef: { workload: { workloadName: 'W_', podGroupTemplateName: 'a.b' } },
      },
      `[spec.podGroupTemplateRef.workload.workloadName: Invalid value: "W_": ${subdomain}, spec.podGroupTemplateRef.workload.podGroupTemplateName: Invalid value: "a.b": must not contain dots]`,
    ],
  ])('are checked: %j', (spec, text) => {
    expect(server().group(spec).message).toBe(invalid('PodGroup', 'g', text));
  });

  it('never change', () => {
    const { send, group } = server();
    group(gang);
    const patch = (spec: unknown) => send('PATCH', `${base}/podgroups/g`, { spec }).message;
    const text = (field: string) =>
      invalid('PodGroup', 'g', `spec.${field}: Invalid value: null: field is immutable`);
    expect(patch({ schedulingPolicy: { gang: { minCount: 4 } } })).toBe(text('schedulingPolicy'));
    expect(patch({ podGroupTemplateRef: { workload: {} } })).toBe(text('podGroupTemplateRef'));
    expect(patch({ priority: 5 })).toBeUndefined();
  });

  it('must be right about the template that they were made from', () => {
    const { group, workload } = server();
    const from = (workloadName: string, podGroupTemplateName: string) =>
      group({ ...gang, podGroupTemplateRef: { workload: { workloadName, podGroupTemplateName } } })
        .message;
    const refused = 'podgroups.scheduling.k8s.io "g" is forbidden: PodGroup rejected: ';
    expect(from('w', 'a')).toBe(`${refused}Workload "w" not found`);
    workload({ podGroupTemplates: [{ name: 'a', ...gang }] });
    expect(from('w', 'b')).toBe(`${refused}PodGroupTemplate "b" not found in Workload "w"`);
    expect(from('w', 'a')).toBeUndefined();
  });
});

describe('Workloads', () => {
  it.each([
    [{}, 'spec.podGroupTemplates: Required value'],
    [
      { podGroupTemplates: [{}] },
      '[spec.podGroupTemplates[0].name: Required value, spec.podGroupTemplates[0].schedulingPolicy: Invalid value: "": must specify one of: `basic`, `gang`]',
    ],
    [
      {
        podGroupTemplates: [
          { name: 'a.b', schedulingPolicy: { gang: { minCount: 0 } } },
          { name: 'a', schedulingPolicy: { gang: { minCount: 1 } } },
          { name: 'a', schedulingPolicy: { gang: { minCount: 1 } } },
        ],
      },
      '[spec.podGroupTemplates[2]: Duplicate value: {"name":"a","schedulingPolicy":{"gang":{"minCount":1}},"schedulingConstraints":null}, spec.podGroupTemplates[0].name: Invalid value: "a.b": must not contain dots, spec.podGroupTemplates[0].schedulingPolicy.gang.minCount: Required value]',
    ],
    [
      { podGroupTemplates: '123456789'.split('').map(name => ({ name, ...gang })) },
      'spec.podGroupTemplates: Too many: 9: must have at most 8 items',
    ],
    [
      {
        controllerRef: { apiGroup: 'Q_', kind: 'a/b', name: '..' },
        podGroupTemplates: [{ name: 'a', ...gang }],
      },
      `[spec.controllerRef.apiGroup: Invalid value: "Q_": ${subdomain}, spec.controllerRef.kind: Invalid value: "a/b": may not contain '/', spec.controllerRef.name: Invalid value: "..": may not be '..']`,
    ],
  ])('are checked: %j', (spec, text) => {
    expect(server().workload(spec).message).toBe(invalid('Workload', 'w', text));
  });

  it('never change', () => {
    const { send, workload } = server();
    const made = workload({ podGroupTemplates: [{ name: 'a', ...gang, priority: 3 }] });
    const template = { name: 'a', ...gang, schedulingConstraints: null };
    expect(made['spec']).toEqual({ podGroupTemplates: [template] });
    const spec = { controllerRef: { kind: 'Job', name: 'j' } };
    expect(send('PATCH', `${base}/workloads/w`, { spec }).message).toBe(
      invalid('Workload', 'w', 'spec.controllerRef: Invalid value: null: field is immutable'),
    );
  });
});

describe('pods', () => {
  const pod = (schedulingGroup: unknown) => ({
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: 'a' }], schedulingGroup },
  });
  const path = '/api/v1/namespaces/default/pods';

  it('name their group', () => {
    const { send } = server();
    const at = 'Pod "p" is invalid: spec.schedulingGroup.podGroupName: Invalid value:';
    expect(send('POST', path, pod({})).message).toBe(
      `${at} null: must specify one of: \`podGroupName\``,
    );
    expect(send('POST', path, pod({ podGroupName: 'A_' })).message).toBe(
      `${at} "A_": ${subdomain}`,
    );
    expect(send('POST', path, pod({ podGroupName: 'g' }))['spec']).toMatchObject({
      schedulingGroup: { podGroupName: 'g' },
    });
  });
});

describe('discovery', () => {
  const kinds = ['podgroups', 'podgroups/status', 'workloads'];
  const path = '/apis/scheduling.k8s.io/v1alpha2';

  it('has the version with the gate only', () => {
    const { resources } = server().send('GET', path) as unknown as {
      readonly resources: readonly {
        readonly name: string;
        readonly storageVersionHash?: string;
      }[];
    };
    expect(resources.map(({ name }) => name)).toEqual(kinds);
    expect(resources[0]?.storageVersionHash).toBe('YYgX3v5V204=');
    expect(server({} as never).send('GET', path)).not.toHaveProperty('resources');
  });

  it('has the roles with the gate only', () => {
    const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:kube-scheduler';
    const rules = JSON.stringify(server().send('GET', role)['rules']);
    expect(rules).toContain('podgroups/status');
    expect(JSON.stringify(server({} as never).send('GET', role))).not.toContain('podgroups');
  });
});
