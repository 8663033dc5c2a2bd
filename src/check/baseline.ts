/** A baseline: findings that are known, so that only new ones are told. */
import { writeFileSync } from 'node:fs';
import { isRecord } from '../../sim/api/equality.js';
import { InputError } from '../input/errors.js';
import { parseLocated, readInput } from '../input/located.js';
import type { Finding } from './finding.js';

/** Findings apart: those to tell, and how many a baseline silences. */
export interface Sifted {
  readonly findings: readonly Finding[];
  readonly silenced: number;
}

/**
 * Leaves out what the file knows, by fingerprints: lines may move, and messages may change.
 *
 * @throws InputError when it is no baseline.
 */
export function sift(findings: readonly Finding[], file: string | undefined): Sifted {
  if (file === undefined) return { findings, silenced: 0 };
  const known = readBaseline(file);
  const fresh = findings.filter(({ fingerprint }) => !known.has(fingerprint));
  return { findings: fresh, silenced: findings.length - fresh.length };
}

function readBaseline(file: string): ReadonlySet<string> {
  const [document] = parseLocated(readInput(file), file);
  const value = document?.value;
  const findings = isRecord(value) && value['kind'] === 'Baseline' ? value['findings'] : undefined;
  const next = 'write one with: seatrial check -f … --write-baseline FILE';
  if (!Array.isArray(findings)) {
    throw new InputError({ file, line: 1 }, 'not a baseline', next);
  }
  return new Set(
    findings.map((one: unknown, index) => {
      const fingerprint = isRecord(one) ? one['fingerprint'] : undefined;
      if (typeof fingerprint === 'string') return fingerprint;
      const line = document?.lineOf(['findings', index]) ?? 1;
      throw new InputError({ file, line, field: `findings[${index}]` }, 'has no fingerprint', next);
    }),
  );
}

/** Writes all findings as known ones. What else stands beside a fingerprint is for people. */
export function writeBaseline(findings: readonly Finding[], file: string): void {
  const known = findings.map(({ fingerprint, id, object, field, message }) => ({
    fingerprint,
    id,
    object,
    field,
    message,
  }));
  const document = { apiVersion: 'seatrial.dev/v1alpha1', kind: 'Baseline', findings: known };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}
