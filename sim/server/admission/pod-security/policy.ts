/**
 * Pod security levels and versions, and how a namespace's labels choose them.
 * @upstream staging/src/k8s.io/pod-security-admission/api/helpers.go
 */
import type { FieldError } from '../../resources/field-error.js';

/** How strict a policy is. */
export type Level = 'privileged' | 'baseline' | 'restricted';

/** A level at a version: `latest`, or the minor of v1.N. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: 'latest' | number;
}

/** What is enforced, audited and warned about in a namespace. */
export interface PodSecurityPolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

const privileged: LevelVersion = { level: 'privileged', version: 'latest' };

/** The policy of a namespace without labels. */
export const defaultPolicy: PodSecurityPolicy = {
  enforce: privileged,
  audit: privileged,
  warn: privileged,
};

const levels: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const prefix = 'pod-security.kubernetes.io/';

/** `restricted:latest`, `baseline:v1.30`. */
export function levelText(policy: LevelVersion): string {
  return `${policy.level}:${policy.version === 'latest' ? 'latest' : `v1.${policy.version}`}`;
}

/** Above zero when a is stricter than b. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** Whether nothing is checked at all. */
export function isFullyPrivileged(policy: PodSecurityPolicy): boolean {
  return (
    policy.enforce.level === 'privileged' &&
    policy.audit.level === 'privileged' &&
    policy.warn.level === 'privileged'
  );
}

interface PolicyOfLabels {
  readonly policy: PodSecurityPolicy;
  readonly errors: readonly FieldError[];
}

const withoutLabels: PolicyOfLabels = { policy: defaultPolicy, errors: [] };
const policies = new WeakMap<Readonly<Record<string, string>>, PolicyOfLabels>();

/** The policy that the labels choose, which is valid even when there are errors. Labels are read once. */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): PolicyOfLabels {
  if (labels === undefined) return withoutLabels;
  let policy = policies.get(labels);
  if (policy === undefined) policies.set(labels, (policy = readPolicy(labels)));
  return policy;
}

function readPolicy(labels: Readonly<Record<string, string>>): PolicyOfLabels {
  const reader = new LabelReader(labels);
  const enforce = reader.mode('enforce', 'restricted');
  const audit = reader.mode('audit', 'privileged');
  const warn = reader.mode('warn', 'privileged');
  const policy = {
    enforce: enforce.value,
    audit: audit.value,
    warn: warnFor(enforce, warn),
  };
  return { policy, errors: reader.errors };
}

interface Mode {
  readonly value: LevelVersion;
  readonly hasLevel: boolean;
  readonly isLevelValid: boolean;
  readonly hasVersion: boolean;
}

/** An enforced level is also warned about, unless the labels say what to warn about. */
function warnFor(enforce: Mode, warn: Mode): LevelVersion {
  if (warn.hasLevel || !enforce.isLevelValid) return warn.value;
  if (compareLevels(enforce.value.level, warn.value.level) <= 0) return warn.value;
  const version = warn.hasVersion ? warn.value.version : enforce.value.version;
  return { level: enforce.value.level, version };
}

class LabelReader {
  readonly errors: FieldError[] = [];

  constructor(private readonly labels: Readonly<Record<string, string>>) {}

  mode(name: string, levelOnError: Level): Mode {
    const levelText = this.labels[prefix + name];
    const versionText = this.labels[`${prefix}${name}-version`];
    const level = levels.find(known => known === levelText);
    if (levelText !== undefined && level === undefined) {
      this.refuse(prefix + name, levelText, `must be one of ${levels.join(', ')}`);
    }
    const version = versionText === undefined ? 'latest' : parseVersion(versionText);
    if (versionText !== undefined && version === undefined) {
      this.refuse(`${prefix}${name}-version`, versionText, 'must be "latest" or "v1.x"');
    }
    const fallback = levelText === undefined ? 'privileged' : levelOnError;
    return {
      value: { level: level ?? fallback, version: version ?? 'latest' },
      hasLevel: levelText !== undefined,
      isLevelValid: level !== undefined,
      hasVersion: versionText !== undefined,
    };
  }

  private refuse(label: string, value: string, why: string): void {
    const text = `Invalid value: ${JSON.stringify(value)}: ${why}`;
    this.errors.push({ type: 'Invalid', path: `metadata.labels[${label}]`, text });
  }
}

function parseVersion(text: string): 'latest' | number | undefined {
  if (text === 'latest') return 'latest';
  const match = /^v1\.(0|[1-9][0-9]*)$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
