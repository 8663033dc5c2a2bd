/** A finding: something in the manifests that will not do what its author wants, with where, why and the fix. */
import { sha256Hex } from '../host.js';
import { fieldText, type FieldPath } from '../input/located.js';
import type { AnyEntry } from './entry.js';
import type { Hit, Rule, Severity } from './rule.js';

/** A finding. */
export interface Finding {
  /** The rule's id: `SEA203`. */
  readonly id: string;
  /** The rule's name: `missing-config-map`. */
  readonly rule: string;
  readonly severity: Severity;
  /** `Deployment fraud/scorer`; empty for a whole file. */
  readonly object: string;
  readonly file: string;
  readonly line: number;
  /** `spec.template.spec.containers[0].image`; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  /** Stays the same while lines move and lists grow: what a baseline knows the finding by. */
  readonly fingerprint: string;
}

/** The finding that a rule's hit makes. */
export function findingOf(rule: Rule, hit: Hit): Finding {
  const { entry, path, message } = hit;
  const { manifest } = entry;
  return {
    id: rule.id,
    rule: rule.name,
    severity: hit.severity ?? rule.severity,
    object: entry.title,
    file: manifest.file,
    line: manifest.document.lineOf([...manifest.path, ...path]),
    field: fieldText(path),
    message,
    fix: hit.fix ?? rule.fix,
    fingerprint: fingerprint([rule.id, entry.title, namedPath(entry, path), hit.subject ?? '']),
  };
}

/** A short digest of what identifies a finding. */
export function fingerprint(parts: readonly string[]): string {
  return sha256Hex([parts.join('\n')]).slice(0, 16);
}

/** The path with the names of list items in the place of their indexes, where they have names. */
function namedPath(entry: AnyEntry, path: FieldPath): string {
  let value: unknown = entry.manifest.object;
  return path
    .map(part => {
      value = (value as Readonly<Record<string | number, unknown>> | undefined)?.[part];
      const name = (value as { readonly name?: unknown } | null | undefined)?.name;
      return typeof part === 'number' && typeof name === 'string' ? `[${name}]` : String(part);
    })
    .join('.');
}

const ranks: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Errors first; then by file, line and id. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    ranks[a.severity] - ranks[b.severity] ||
    compare(a.file, b.file) ||
    a.line - b.line ||
    compare(a.id, b.id) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
