import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const admin: Connection = {
  certificate: { user: 'admin', groups: ['system:masters'] },
  omitsManagedFields: true,
};
const kubelet: Connection = {
  certificate: { user: 'system:node:n1', groups: ['system:nodes'] },
  omitsManagedFields: true,
};
const leasesPath = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

interface LeaseBody {
  readonly metadata: { readonly resourceVersion: string; readonly managedFields?: unknown };
  readonly spec: { readonly renewTime: string };
}

function world() {
  const clock = new Loop();
  const { serve, history, revision } = createApiServer({ clock, random: new Random(1) });
  const send = (request: ApiRequest, as: Connection = admin): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    serve(request, as, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error(`${request.method} ${request.path} waits`);
    return answer;
  };
  const made = send(
    {
      method: 'POST',
      path: leasesPath,
      body: { metadata: { name: 'n1' }, spec: { holderIdentity: 'n1', renewTime: timeOf(0) } },
    },
    kubelet,
  );
  let lease = made.body as LeaseBody;
  let count = 0;
  /** As a kubelet does it: from the answer to the last one. */
  const renew = (as = kubelet, from: LeaseBody = lease): ApiAnswer => {
    clock.runUntil(clock.now() + 10_000);
    const body = { ...from, spec: { ...from.spec, renewTime: timeOf(++count) } };
    const answer = send({ method: 'PUT', path: `${leasesPath}/n1`, body }, as);
    if (answer.status === 200) lease = answer.body as LeaseBody;
    return answer;
  };
  return { send, renew, history, revision, lease: () => lease };
}

const timeOf = (index: number) => `2026-01-01T00:00:00.${String(index).padStart(6, '0')}Z`;

describe('Renewals of a lease', () => {
  it('are written and told as any update is', () => {
    const { renew, send, history, revision } = world();
    const before = revision();
    for (let count = 0; count < 3; count++) expect(renew().status).toBe(200);
    const told = [...history(before)];
    expect(told.map(({ type, user }) => `${type} ${user}`)).toEqual(
      Array(3).fill('MODIFIED system:node:n1'),
    );
    expect(told.map(({ object }) => Object.keys(object).join())).toEqual(
      Array(3).fill('kind,apiVersion,metadata,spec'),
    );
    const shown = send(
      { method: 'GET', path: `${leasesPath}/n1` },
      { certificate: { user: 'admin', groups: ['system:masters'] } },
    ).body as LeaseBody;
    expect(shown.spec.renewTime).toBe(timeOf(3));
    expect(shown.metadata.resourceVersion).toBe(String(revision()));
    expect(shown.metadata.managedFields).toMatchObject([
      { manager: 'kubelet', operation: 'Update', time: '2026-01-01T00:00:30Z' },
    ]);
  });

  it('are refused once the lease was changed by another', () => {
    const { renew, lease } = world();
    renew();
    const old = lease();
    renew();
    expect(renew(kubelet, old)).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    expect(renew(kubelet, { ...old, metadata: { ...old.metadata } }).status).toBe(409);
  });

  it('are authorized anew for others, and when roles change', () => {
    const { renew, send } = world();
    renew();
    const other = { ...kubelet, certificate: { user: 'system:node:n2', groups: ['system:nodes'] } };
    expect(renew(other).status).toBe(403);
    const identity = { user: 'renewer', groups: [] };
    const renewer: Connection = { certificate: identity, omitsManagedFields: true };
    expect(renew(renewer).status).toBe(403);
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const rules = [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['update'] },
    ];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'renewer' };
    const subjects = [{ kind: 'User', name: 'renewer', apiGroup: roleRef.apiGroup }];
    const metadata = { name: 'renewer' };
    send({ method: 'POST', path: `${rbac}/clusterroles`, body: { metadata, rules } });
    const body = { metadata, roleRef, subjects };
    expect(send({ method: 'POST', path: `${rbac}/clusterrolebindings`, body }).status).toBe(201);
    for (let count = 0; count < 3; count++) expect(renew(renewer).status).toBe(200);
    send({ method: 'DELETE', path: `${rbac}/clusterrolebindings/renewer` });
    expect(renew(renewer).status).toBe(403);
    expect(renew().status).toBe(200);
  });

  it('are shown to policies from the moment that there are some', () => {
    const { renew, send } = world();
    renew();
    const group = '/apis/admissionregistration.k8s.io/v1';
    const metadata = { name: 'no-renewals' };
    const resourceRules = [
      {
        apiGroups: ['coordination.k8s.io'],
        apiVersions: ['v1'],
        operations: ['UPDATE'],
        resources: ['leases'],
      },
    ];
    const spec = {
      matchConstraints: { resourceRules },
      validations: [{ expression: 'false', message: 'no' }],
    };
    const policy = { metadata, spec };
    const binding = { metadata, spec: { policyName: 'no-renewals', validationActions: ['Deny'] } };
    const policies = `${group}/validatingadmissionpolicies`;
    expect(send({ method: 'POST', path: policies, body: policy }).status).toBe(201);
    renew();
    send({ method: 'POST', path: `${group}/validatingadmissionpolicybindings`, body: binding });
    expect(renew()).toMatchObject({ status: 422 });
    expect(renew()).toMatchObject({ status: 422 });
    send({ method: 'DELETE', path: `${policies}/no-renewals` });
    expect(renew().status).toBe(200);
  });

  it('take the long way when more than the time is new', () => {
    const { renew, lease } = world();
    renew();
    const bad = { ...lease(), spec: { ...lease().spec, leaseDurationSeconds: -1 } };
    expect(renew(kubelet, bad)).toMatchObject({ status: 422 });
    const labelled = { ...lease(), metadata: { ...lease().metadata, labels: { a: 'b' } } };
    expect(renew(kubelet, labelled).body).toMatchObject({ metadata: { labels: { a: 'b' } } });
  });
});
