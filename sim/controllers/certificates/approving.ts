/**
 * Approves the requests of kubelets that may ask for their own certificates.
 * @upstream pkg/controller/certificates/approver/sarapprove.go
 */
import { subjectAccessReviews } from '../../api/kinds/authorization.js';
import {
  certificateSigningRequests,
  type CertificateSigningRequest,
} from '../../api/kinds/certificates.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, create, keyOf, update, watch } from '../../client/requests.js';
import { askedOf, certificateRetry, isDecided, isIssued } from './decided.js';
import { kubeletClientFault } from './kubelet-request.js';

/** The approver. */
export const certificateApproving: ControllerDefinition = {
  name: 'certificatesigningrequest-approving-controller',
  identity: serviceAccount('kube-system', 'certificate-controller'),
  create: ({ queue }) => ({
    watches: [watch(certificateSigningRequests, { on: ({ object }) => queue.add(keyOf(object)) })],
    workers: 1,
    retry: certificateRetry,
    reconcile: (key, view) => approve(key, view),
  }),
};

function* approve(key: string, view: View): Reconciliation {
  const request = view.get(certificateSigningRequests, '', key);
  if (request === undefined || isIssued(request)) return undefined;
  if (isDecided(request, 'Approved') || isDecided(request, 'Denied')) return undefined;
  const asked = askedOf(request);
  if (asked === undefined) return { retry: `unable to parse csr "${key}"` };
  const { signerName, usages = [], username } = request.spec;
  if (signerName !== 'kubernetes.io/kube-apiserver-client-kubelet') return undefined;
  if (kubeletClientFault(asked, usages) !== undefined) return undefined;
  const isOwn = username === asked.subject.commonName;
  const tried = isOwn ? ['selfnodeclient', 'nodeclient'] : ['nodeclient'];
  for (const subresource of tried) {
    const answer = yield* call(create(subjectAccessReviews, reviewOf(request, subresource)));
    if (!answer.isOk) return { retry: answer.message };
    if (answer.object.status?.allowed !== true) continue;
    const whose = subresource === 'selfnodeclient' ? 'self kubelet' : 'kubelet';
    const message = `Auto approving ${whose} client certificate after SubjectAccessReview.`;
    const approved = yield* call(
      update(certificateSigningRequests, withApproval(request, message), 'approval'),
    );
    return approved.isOk ? undefined : { retry: approved.message };
  }
  const why = `recognized csr "${key}" as [${tried.join(' ')}]`;
  return { retry: `${why} but subject access review was not approved` };
}

function reviewOf({ spec }: CertificateSigningRequest, subresource: string) {
  const { username = '', uid, groups, extra } = spec;
  return {
    metadata: {},
    spec: {
      user: username,
      ...(uid !== undefined && { uid }),
      ...(groups !== undefined && { groups }),
      ...(extra !== undefined && { extra }),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
      },
    },
  };
}

function withApproval(
  request: CertificateSigningRequest,
  message: string,
): CertificateSigningRequest {
  const approval = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
  const conditions = [...(request.status?.conditions ?? []), approval];
  return { ...request, status: { ...request.status, conditions } };
}
