/**
 * Evaluates a pod against a pod security level at a version.
 * @upstream staging/src/k8s.io/pod-security-admission/policy/registry.go
 */
import type { PodSpec } from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import type { Check, CheckPod, Violation } from './check.js';
import { hostChecks } from './host-checks.js';
import { kernelChecks } from './kernel-checks.js';
import type { LevelVersion } from './policy.js';
import { userChecks } from './user-checks.js';

const byId = (a: Check, b: Check) => (a.id < b.id ? -1 : 1);
const checks = [...hostChecks, ...kernelChecks, ...userChecks].sort(byId);
const baseline = checks.filter(check => check.level === 'baseline');
const restricted = checks.filter(check => check.level === 'restricted');
const latestMinor = Math.max(...checks.flatMap(({ versions }) => versions.map(v => v.minor)));

/** What the level has against the pod, in the order in which it is told. */
export function evaluate(
  policy: LevelVersion,
  metadata: ObjectMeta,
  spec: PodSpec,
): readonly Violation[] {
  if (policy.level === 'privileged') return [];
  const minor = Math.min(policy.version === 'latest' ? latestMinor : policy.version, latestMinor);
  const violations: Violation[] = [];
  for (const check of checksFor(policy.level, minor)) {
    const violation = check(metadata, spec);
    if (violation !== undefined) violations.push(violation);
  }
  return violations;
}

/** `reason (detail), reason (detail)`. */
export function detailText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

/** `reason, reason`. */
export function reasonText(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(', ');
}

const cache = new Map<string, readonly CheckPod[]>();

function checksFor(level: 'baseline' | 'restricted', minor: number): readonly CheckPod[] {
  const key = `${level}${minor}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const found = level === 'baseline' ? activeOf(baseline, minor) : restrictedAt(minor);
  const functions = found.map(({ check }) => check);
  cache.set(key, functions);
  return functions;
}

/** The baseline without what restricted checks stand in for, then the restricted ones. */
function restrictedAt(minor: number) {
  const own = activeOf(restricted, minor);
  const overridden = new Set(own.map(({ overrides }) => overrides));
  return [...activeOf(baseline, minor).filter(({ id }) => !overridden.has(id)), ...own];
}

function activeOf(all: readonly Check[], minor: number) {
  return all.flatMap(({ id, versions }) => {
    const active = versions.filter(version => version.minor <= minor).at(-1);
    return active === undefined ? [] : [{ id, ...active }];
  });
}
