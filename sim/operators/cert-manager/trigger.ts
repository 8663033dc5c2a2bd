/** Begins issuances. @upstream cert-manager v1.21.1 pkg/controller/certificates/trigger/trigger_controller.go */
import {
  certificateController,
  isIssuing,
  withOne,
  writeStatus,
} from './certificate-controller.js';
import { inputFor, ownsSecret } from './gatherer.js';
import { requestViolations } from './match.js';
import { whyToIssue, type Input } from './policies.js';

const duplicateMs = 3 * 60_000;
const backOffMinMs = 3_600_000;
const backOffMaxMs = 32 * backOffMinMs;

/** The controller. */
export const triggerController = certificateController(
  'trigger',
  function* (certificate, { view, nowMs, record }) {
    if (isIssuing(certificate)) return undefined;
    if (!ownsSecret(view, certificate)) return { requeueAfterMs: duplicateMs };
    const input = inputFor(view, certificate);
    const delayMs = backOffMs(input, nowMs);
    if (delayMs > 0) return { requeueAfterMs: delayMs };
    const violation = whyToIssue(input, nowMs);
    if (violation === undefined) return again(certificate.status?.renewalTime, nowMs);
    const status = withOne(certificate, { type: 'Issuing', status: 'True', ...violation }, nowMs);
    const failure = yield* writeStatus(certificate, status);
    if (failure !== undefined) return failure;
    record('Normal', 'Issuing', violation.message);
    return again(certificate.status?.renewalTime, nowMs);
  },
);

function again(renewalTime: string | undefined, nowMs: number) {
  const leftMs = renewalTime === undefined ? -1 : Date.parse(renewalTime) - nowMs;
  return leftMs < 0 ? undefined : { requeueAfterMs: leftMs };
}

/** An issuance that failed is tried again after an hour, then two, and so on; at once for another spec. */
export function backOffMs({ certificate, next }: Input, nowMs: number): number {
  const { lastFailureTime, failedIssuanceAttempts = 1 } = certificate.status ?? {};
  if (lastFailureTime === undefined) return 0;
  const violations = next === undefined ? [] : requestViolations(next, certificate.spec);
  if (violations === undefined || violations.length > 0) return 0;
  const factor = 2 ** Math.max(0, failedIssuanceAttempts - 1);
  const delayMs = Math.min(backOffMinMs * factor, backOffMaxMs);
  return Math.max(0, delayMs - (nowMs - Date.parse(lastFailureTime)));
}
