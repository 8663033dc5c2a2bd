/** What an import keeps of the body of an audited write. */
import type { Actor } from '../../scenario/recorded-write.js';
import type { AuditEvent } from './audit-log.js';

/**
 * The body: whole of those whose writes are sent again; of our own controllers only what tells how many,
 * how much and where.
 */
export function keptBody(event: AuditEvent, actor: Actor): unknown {
  const { requestObject, objectRef, verb } = event;
  if (requestObject === undefined || requestObject === null) return undefined;
  if (objectRef?.resource === 'secrets') return emptied(requestObject);
  const { resource } = objectRef ?? {};
  const isWhole = resource === 'horizontalpodautoscalers' || resource === 'events';
  if (actor !== 'ours' || isWhole) return resource === 'jobs' ? asSent(event) : requestObject;
  const { spec, target, status, metadata } = requestObject as Body;
  const what = `${objectRef?.resource ?? ''}/${objectRef?.subresource ?? ''}`;
  if (what === 'pods/binding') return { metadata: { uid: metadata?.uid }, target };
  if (what === 'pods/' && verb === 'create') {
    const containers = spec?.containers?.map(({ resources }) => ({ resources }));
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
    return {
      metadata: { ...(owner !== undefined && { ownerReferences: [owner] }) },
      spec: { ...(containers !== undefined && { containers }) },
    };
  }
  if (objectRef?.subresource === 'scale') return { spec, status };
  return spec?.replicas === undefined ? undefined : { spec: { replicas: spec.replicas } };
}

/**
 * The log has bodies with their defaults in. A Job without labels has those of its template by default,
 * and then also those that the server adds to them, as its answer shows: labels that were sent do not.
 */
function asSent({ verb, requestObject, responseObject }: AuditEvent): unknown {
  const { metadata, spec } = requestObject as JobBody;
  const labels = metadata?.labels;
  if (verb !== 'create' || labels === undefined) return requestObject;
  const answered = responseObject?.metadata?.labels;
  const isDefault =
    answered === undefined
      ? JSON.stringify(labels) === JSON.stringify(spec?.template?.metadata?.labels)
      : answered['controller-uid'] !== undefined && labels['controller-uid'] === undefined;
  if (!isDefault) return requestObject;
  const { labels: _defaults, ...rest } = metadata ?? {};
  return { ...(requestObject as object), metadata: rest };
}

interface JobBody {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    };
  };
}

/** What stands in a Secret is kept nowhere, not even on the way. */
function emptied(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { data, stringData, ...rest } = body as {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly stringData?: Readonly<Record<string, unknown>> | null;
  };
  const keys = [...Object.keys(data ?? {}), ...Object.keys(stringData ?? {})];
  return {
    ...rest,
    ...(keys.length > 0 && { data: Object.fromEntries(keys.map(key => [key, ''])) }),
  };
}

interface Body {
  readonly metadata?: {
    readonly uid?: string;
    readonly ownerReferences?: readonly { readonly controller?: boolean }[];
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly containers?: readonly { readonly resources?: unknown }[];
  };
  readonly target?: unknown;
  readonly status?: unknown;
}
