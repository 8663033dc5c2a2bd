import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { complaintsOf } from './refusal.js';

const deployment = (spec: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec,
});

const undecoded =
  'Deployment in version "v1" cannot be handled as a Deployment: quantities must match';

describe('complaints of a refusal', () => {
  it('finds every value that is not of its type, wherever it lies', () => {
    const limits = { cpu: '1x', memory: '2Gi' };
    const containers = [{ name: 'a' }, { name: 'b', resources: { limits } }];
    const object = deployment({ replicas: 'three', template: { spec: { containers } } });
    expect(
      complaintsOf(object, { message: undecoded }).map(({ path, next }) => [path, next]),
    ).toEqual([
      [['spec', 'replicas'], 'spec.replicas is "three"; write a whole number, without quotes'],
      [
        ['spec', 'template', 'spec', 'containers', 1, 'resources', 'limits', 'cpu'],
        'spec.template.spec.containers[1].resources.limits.cpu is "1x"; write a quantity, such as 500m, 2 or 4Gi',
      ],
    ]);
  });

  it('says which known field an unknown one may be meant to be', () => {
    const message =
      'strict decoding error: unknown field "spec.replicaz", unknown field "spec.template.spec.zzz"';
    const [near, far] = complaintsOf(deployment({ replicaz: 1 }), { message });
    expect(near).toMatchObject({ path: ['spec', 'replicaz'], next: 'did you mean replicas?' });
    expect(far).toEqual({
      path: ['spec', 'template', 'spec', 'zzz'],
      message: 'unknown field "spec.template.spec.zzz"',
    });
  });

  it('takes the first cause of each field, and tells what to add', () => {
    const causes = [
      { reason: 'FieldValueRequired', field: 'spec.selector', message: 'Required value' },
      { reason: 'FieldValueInvalid', field: 'spec.replicas', message: 'Invalid value: -1' },
      { reason: 'FieldValueInvalid', field: 'spec.replicas', message: 'said otherwise' },
      { field: '<nil>', message: 'of no field' },
    ];
    expect(complaintsOf(deployment({}), { message: 'is invalid', causes })).toEqual([
      {
        path: ['spec', 'selector'],
        message: 'spec.selector: Required value',
        next: 'add "selector:" to spec',
      },
      {
        path: ['spec', 'replicas'],
        message: 'spec.replicas: Invalid value: -1',
        next: 'change spec.replicas: Invalid value: -1',
      },
    ]);
  });

  it('has nothing to say where the server refuses the object as a whole', () => {
    expect(
      complaintsOf(deployment({}), { message: 'deployments.apps "web" already exists' }),
    ).toEqual([]);
  });

  it('finds the schema of a definition where v1 has it', () => {
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    const field = 'spec.validation.openAPIV3Schema.type';
    const causes = [{ field, message: 'Invalid value: "x": must be object at the root' }];
    expect(complaintsOf({ ...definition, metadata: {} }, { message: '', causes })).toEqual([
      {
        path: ['spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'type'],
        message: `${field}: Invalid value: "x": must be object at the root`,
        next: 'change spec.versions[0].schema.openAPIV3Schema.type: Invalid value: "x": must be object at the root',
      },
    ]);
  });

  it('knows that the server swaps the name and the namespace of the service of a webhook', () => {
    const field = 'webhooks[0].clientConfig.service.name';
    const causes = [{ reason: 'FieldValueRequired', field, message: 'Required value' }];
    const object = { kind: 'ValidatingWebhookConfiguration', metadata: {} };
    const [complaint] = complaintsOf(object, { message: '', causes });
    expect(complaint?.next).toBe('add "namespace:" to webhooks[0].clientConfig.service');
  });
});
