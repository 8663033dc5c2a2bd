/** What of a Certificate is not simulated: then it is not issued, or issued without it. */
import { rsaSizes } from '../../api/pki/rsa-key.js';
import type { CertificateSpec } from './types.js';

/** Why no such key can be made; undefined where it can. */
export function keyProblem({ privateKey }: CertificateSpec): string | undefined {
  const { algorithm = 'RSA', size = 0 } = privateKey ?? {};
  if (algorithm === 'Ed25519') return 'privateKey.algorithm: Ed25519 is not simulated';
  const isKnown = algorithm === 'ECDSA' || size === 0 || rsaSizes.some(known => known === size);
  return isKnown ? undefined : `privateKey.size: RSA keys of ${size} bits are not simulated`;
}

/** Why it is never issued; undefined where it is. */
export function issueProblem(spec: CertificateSpec): string | undefined {
  return spec.literalSubject ? 'literalSubject is not simulated' : keyProblem(spec);
}
