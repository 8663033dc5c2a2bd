/**
 * What a namespace tells of its deletion.
 * @upstream pkg/controller/namespace/deletion/status_condition_utils.go
 */
import { compareText } from '../../api/go-text.js';
import type { Namespace, NamespaceCondition } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';

/** What a pass over the namespace found. */
export interface Findings {
  readonly discoveryFailures: readonly string[];
  readonly contentErrors: readonly string[];
  /** How many there are of each resource: `pods.` -> 2. */
  readonly remaining: ReadonlyMap<string, number>;
  readonly byFinalizer: ReadonlyMap<string, number>;
}

interface Told {
  readonly type: string;
  /** When all is well. */
  readonly ok: readonly [reason: string, message: string];
  /** When it is not. */
  readonly failure: readonly [reason: string, message: string] | undefined;
}

/** The conditions with what was found; those that stay as they are keep their time. */
export function namespaceConditions(
  { status }: Namespace,
  findings: Findings,
  nowMs: number,
): readonly NamespaceCondition[] {
  const conditions = [...(status?.conditions ?? [])];
  for (const { type, ok, failure } of told(findings)) {
    const [reason, message] = failure ?? ok;
    const value = { type, status: failure === undefined ? 'False' : 'True', reason, message };
    const index = conditions.findIndex(condition => condition.type === type);
    const old = conditions[index];
    const isSameStatus = old?.status === value.status;
    const time = isSameStatus ? old?.lastTransitionTime : rfc3339(nowMs);
    const condition = { ...value, ...(time !== undefined && { lastTransitionTime: time }) };
    if (old === undefined) conditions.push(condition);
    else conditions[index] = condition;
  }
  return conditions;
}

function told(findings: Findings): readonly Told[] {
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      ok: ['ResourcesDiscovered', 'All resources successfully discovered'],
      failure: discoveryFailure(findings),
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      ok: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
      failure: undefined,
    },
    {
      type: 'NamespaceDeletionContentFailure',
      ok: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      failure: contentFailure(findings),
    },
    {
      type: 'NamespaceContentRemaining',
      ok: ['ContentRemoved', 'All content successfully removed'],
      failure: listed(findings.remaining, {
        reason: 'SomeResourcesRemain',
        head: 'Some resources are remaining',
        verb: 'has',
      }),
    },
    {
      type: 'NamespaceFinalizersRemaining',
      ok: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      failure: listed(findings.byFinalizer, {
        reason: 'SomeFinalizersRemain',
        head: 'Some content in the namespace has finalizers remaining',
        verb: 'in',
      }),
    },
  ];
}

function discoveryFailure({ discoveryFailures }: Findings): Told['failure'] {
  if (discoveryFailures.length === 0) return undefined;
  const list = `unable to retrieve the complete list of server APIs: ${discoveryFailures.join(', ')}`;
  const head = `Discovery failed for some groups, ${discoveryFailures.length} failing`;
  return ['DiscoveryFailed', `${head}: ${list}`];
}

function contentFailure({ contentErrors }: Findings): Told['failure'] {
  if (contentErrors.length === 0) return undefined;
  const texts = contentErrors.toSorted(compareText).join(', ');
  const head = `Failed to delete all resource types, ${contentErrors.length} remaining`;
  return ['ContentDeletionFailed', `${head}: ${texts}`];
}

function listed(
  counts: ReadonlyMap<string, number>,
  { reason, head, verb }: { readonly reason: string; readonly head: string; readonly verb: string },
): Told['failure'] {
  if (counts.size === 0) return undefined;
  const texts = [...counts].map(([name, count]) => `${name} ${verb} ${count} resource instances`);
  return [reason, `${head}: ${texts.sort(compareText).join(', ')}`];
}
