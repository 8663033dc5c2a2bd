import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ServedKind } from '../../backends/rest-mapper.js';
import { roleText, wantedKinds } from './role.js';

const served = (apiVersion: string, resource: string): ServedKind => ({
  apiVersion,
  resource,
  kind: resource,
  isNamespaced: true,
  shortNames: [],
});

describe('what an import reads of a live cluster', () => {
  const all = [
    served('v1', 'pods'),
    served('v1', 'secrets'),
    served('discovery.k8s.io/v1', 'endpointslices'),
    served('metrics.k8s.io/v1beta1', 'pods'),
    served('kubeflow.org/v1', 'pytorchjobs'),
    served('kubeflow.org/v1beta1', 'pytorchjobs'),
    served('gateway.networking.k8s.io/v1', 'httproutes'),
  ];

  it('is Kubernetes’ own kinds but Secrets and what is derived, and custom kinds once each', () => {
    const wanted = wantedKinds(all).map(({ apiVersion, resource }) => `${apiVersion} ${resource}`);
    expect(wanted).toEqual([
      'v1 pods',
      'kubeflow.org/v1 pytorchjobs',
      'gateway.networking.k8s.io/v1 httproutes',
    ]);
  });

  it('stands in the role, by name: no wildcard, nothing but list', () => {
    const role = parse(roleText([], wantedKinds(all))) as {
      rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
    };
    const of = (group: string) => role.rules.find(({ apiGroups }) => apiGroups[0] === group);
    expect(of('kubeflow.org')?.resources).toEqual(['pytorchjobs']);
    expect(of('gateway.networking.k8s.io')?.resources).toEqual(['httproutes']);
    expect(of('apiextensions.k8s.io')?.resources).toEqual(['customresourcedefinitions']);
    expect(JSON.stringify(role.rules)).not.toContain('*');
    expect(new Set(role.rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['list']));
  });
});
