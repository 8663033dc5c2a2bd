/** Tells whether a Certificate is ready, and when it is renewed. @upstream cert-manager v1.21.1 pkg/controller/certificates/readiness/readiness_controller.go */
import { deepEqual } from '../../api/equality.js';
import { rfc3339 } from '../../api/time.js';
import { certificateController, withOne, writeStatus } from './certificate-controller.js';
import { inputFor } from './gatherer.js';
import { materialOf } from './material.js';
import { whyNotReady, type Input } from './policies.js';
import { renewalMs } from './renewal.js';
import type { CertificateStatus } from './types.js';

const ready = { reason: 'Ready', message: 'Certificate is up to date and has not expired' };

/** The controller. */
export const readinessController = certificateController(
  'readiness',
  function* (certificate, { view, nowMs }) {
    const input = inputFor(view, certificate);
    const violation = whyNotReady(input, nowMs);
    const status = violation === undefined ? 'True' : 'False';
    const condition = { type: 'Ready', status, ...(violation ?? ready) };
    const next = { ...withOne(certificate, condition, nowMs), ...noTimes, ...timesOf(input) };
    const wanted = withoutUndefined(next);
    if (deepEqual(wanted, certificate.status ?? {})) return undefined;
    return yield* writeStatus(certificate, wanted);
  },
);

const noTimes = { notBefore: undefined, notAfter: undefined, renewalTime: undefined };

function timesOf({ certificate, secret }: Input): Partial<CertificateStatus> {
  const [issued] = secret === undefined ? [] : (materialOf(secret).certificates ?? []);
  if (issued === undefined) return {};
  const atMs = renewalMs(certificate.spec, issued);
  return {
    notBefore: rfc3339(issued.notBeforeMs),
    notAfter: rfc3339(issued.notAfterMs),
    ...(atMs !== undefined && { renewalTime: rfc3339(atMs) }),
  };
}

function withoutUndefined(status: object): CertificateStatus {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined));
}
