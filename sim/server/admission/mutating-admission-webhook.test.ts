/** What becomes of patches of webhooks, as it was measured on kube-apiserver 1.36.2. */
import { expect, it } from 'vitest';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const apiVersion = 'admission.k8s.io/v1';
const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** What the server says of a config map to which a webhook answers so. */
function create(response: object) {
  const { serve } = createApiServer({
    clock: new Loop(),
    random: new Random(1),
    callWebhook: ({ body }, done) => {
      const { uid } = (body as { readonly request: { readonly uid: string } }).request;
      const review = { apiVersion, kind: 'AdmissionReview', response: { uid, ...response } };
      done({
        isOk: true,
        code: 200,
        contentType: 'application/json',
        body: JSON.stringify(review),
      });
    },
  });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (path: string, body: object) => {
    let answer: ApiAnswer | undefined;
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    serve({ method: 'POST', path, body: bytes }, connection, given => (answer = given));
    const told = answer?.body as { readonly message?: string } | undefined;
    return { status: answer?.status, message: told?.message, warnings: answer?.warnings };
  };
  const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
  const webhook = {
    name: 'w.example.com',
    clientConfig: { url: 'https://w' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [{ ...rule, operations: ['CREATE'] }],
  };
  send(configurations, { metadata: { name: 'c' }, webhooks: [webhook] });
  return send('/api/v1/namespaces/default/configmaps', { metadata: { name: 'm' } });
}

function patch(...operations: readonly object[]): object {
  return { allowed: true, patchType: 'JSONPatch', patch: btoa(JSON.stringify(operations)) };
}

it('refuses a patch that makes the object none of its kind', () => {
  expect(create(patch({ op: 'add', path: '/data', value: { m: 1 } }))).toMatchObject({
    status: 500,
    message:
      'Internal error occurred: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  });
});

it('refuses a patch that moves the object to another namespace', () => {
  const moved = { op: 'replace', path: '/metadata/namespace', value: 'other' };
  expect(create(patch(moved))).toMatchObject({
    status: 400,
    message:
      'the namespace of the provided object does not match the namespace sent on the request',
  });
});

it('passes on warnings but those that no header can hold', () => {
  const { warnings } = create({ allowed: true, warnings: ['first', '', 'two\nlines', 'last'] });
  expect(warnings).toEqual(['first', 'last']);
});
