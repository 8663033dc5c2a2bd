/** When a certificate is renewed. @upstream cert-manager v1.21.1 pkg/util/pki/renewaltime.go */
import { durationMs } from './match.js';
import type { CertificateSpec } from './types.js';

/** The time in milliseconds; undefined where it is never renewed. */
export function renewalMs(
  spec: CertificateSpec,
  { notBeforeMs, notAfterMs }: { readonly notBeforeMs: number; readonly notAfterMs: number },
): number | undefined {
  if (spec.renewal?.policy === 'Disabled') return undefined;
  const livesMs = notAfterMs - notBeforeMs;
  return Math.floor((notAfterMs - beforeMs(spec, livesMs)) / 1000) * 1000;
}

/** A third of its life before its end, unless it says otherwise. */
function beforeMs(
  { renewBefore, renewBeforePercentage: percentage = 0 }: CertificateSpec,
  livesMs: number,
): number {
  const askedMs = durationMs(renewBefore) ?? 0;
  if (askedMs > 0 && askedMs < livesMs) return askedMs;
  return percentage > 0 && percentage < 100 ? (livesMs * percentage) / 100 : livesMs / 3;
}
