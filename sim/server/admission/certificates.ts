/**
 * Who may approve and sign for a signer, and which subjects may not be asked for.
 * @upstream plugin/pkg/admission/certificates
 */
import { deepEqual } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import {
  certificateSigningRequests,
  type CertificateSigningRequest,
} from '../../api/kinds/certificates.js';
import type { Authorizer } from '../authorization/authorizer.js';
import type { User } from '../user.js';
import { subjectOf } from './shared/certificate-subject.js';
import { handling } from './shared/matching.js';
import { forbid, objectOf, oldObjectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

/** The plug-in CertificateApproval. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  handles: handling(certificateSigningRequests, ['UPDATE'], ['approval']),
  validate(attributes, { authorizer }) {
    const { signerName } = oldObjectOf<CertificateSigningRequest>(attributes).spec;
    if (mayActFor(authorizer, attributes.user, 'approve', signerName)) return undefined;
    const name = goQuote(signerName);
    return forbid(attributes, `user not permitted to approve requests with signerName ${name}`);
  },
};

/** The plug-in CertificateSigning. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  handles: handling(certificateSigningRequests, ['UPDATE'], ['status']),
  validate(attributes, { authorizer }) {
    const old = oldObjectOf<CertificateSigningRequest>(attributes);
    const { status } = objectOf<CertificateSigningRequest>(attributes);
    const isSame =
      deepEqual(old.status?.certificate, status?.certificate) &&
      deepEqual(old.status?.conditions, status?.conditions);
    const { signerName } = old.spec;
    if (isSame || mayActFor(authorizer, attributes.user, 'sign', signerName)) return undefined;
    const name = goQuote(signerName);
    return forbid(attributes, `user not permitted to sign requests with signerName ${name}`);
  },
};

const clientSigner = 'kubernetes.io/kube-apiserver-client';

/** The plug-in CertificateSubjectRestriction. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: handling(certificateSigningRequests, ['CREATE']),
  validate(attributes) {
    const { signerName, request } = objectOf<CertificateSigningRequest>(attributes).spec;
    if (signerName !== clientSigner) return undefined;
    const subject = subjectOf(request);
    if (subject === undefined) return forbid(attributes, 'failed to parse CSR: no PEM found');
    if (!subject.organizations.includes('system:masters')) return undefined;
    const text = `use of ${clientSigner} signer with system:masters group is not allowed`;
    return forbid(attributes, text);
  },
};

/** The right on the signer itself, or on all signers of its domain. */
function mayActFor(authorizer: Authorizer, user: User, verb: string, signerName: string): boolean {
  const domain = `${signerName.split('/')[0] ?? ''}/*`;
  return [signerName, domain].some(name => {
    const { decision } = authorizer.authorize({
      user,
      verb,
      isResourceRequest: true,
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
      name,
      path: '',
    });
    return decision === 'allow';
  });
}
