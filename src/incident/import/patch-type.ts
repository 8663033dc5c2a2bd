/** What kind of patch an audited one must have been: the log does not tell its content type. */
import type { AuditEvent } from './audit-log.js';

/** Groups of kinds that Kubernetes knows with their merge keys. */
const builtIn = /^$|^(apps|batch|autoscaling|policy|extensions)$|\.k8s\.io$|^internal\.apiserver/;
const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/** A type, and the rule that gives it, in words. */
export interface PatchType {
  readonly contentType: string;
  readonly why: string;
}

/** The type: what shows it for sure first, then what only one type can have done, then what clients do. */
export function patchType(event: AuditEvent, query: string): PatchType {
  const { requestObject, objectRef } = event;
  const taken = (contentType: string, why: string): PatchType => ({
    contentType,
    why: `${nameOf(contentType)}, since the log tells no type of patches: ${why}`,
  });
  if (Array.isArray(requestObject)) return taken(jsonPatch, 'its body is a list');
  const operation = operationOf(event, query);
  if (operation === 'Apply') return taken(applyPatch, 'the answer says that its manager applied');
  if (/(^|&)force=(true|false)/.test(query))
    return taken(applyPatch, 'only an apply can be forced');
  const { apiVersion, kind } = (requestObject ?? {}) as { apiVersion?: unknown; kind?: unknown };
  const isWhole = typeof apiVersion === 'string' && typeof kind === 'string';
  const isClientSide = /(^|&)fieldManager=kubectl-(client-side-apply|edit|patch|scale)/.test(query);
  const isManaged = /(^|&)fieldManager=/.test(query) && !isClientSide;
  if (isWhole && isManaged && operation === undefined) {
    return taken(applyPatch, 'a whole object with a field manager');
  }
  const directive = directiveIn(requestObject);
  if (directive !== undefined) return taken(strategicPatch, `it holds ${directive}`);
  if (!builtIn.test(objectRef?.apiGroup ?? '')) {
    return taken(mergePatch, 'custom kinds know no other of its form');
  }
  const lists = listsIn(requestObject, event.responseObject);
  if (lists === undefined) return taken(strategicPatch, 'without a list both merges do the same');
  if (lists === 'merged') {
    return taken(strategicPatch, 'the answer has a list with more than was sent');
  }
  return taken(strategicPatch, 'what clients send to built-in kinds');
}

function nameOf(contentType: string): string {
  if (contentType === jsonPatch) return 'JSON patch';
  if (contentType === applyPatch) return 'server-side apply';
  return contentType === mergePatch ? 'merge patch' : 'strategic merge patch';
}

/** How the answer says that the manager wrote, in the second of the request. */
function operationOf({ responseObject, ...event }: AuditEvent, query: string): string | undefined {
  const manager = /(?:^|&)fieldManager=([^&]*)/.exec(query)?.[1];
  const fields = responseObject?.metadata?.managedFields;
  if (manager === undefined || fields === undefined) return undefined;
  const second = (event.requestReceivedTimestamp ?? '').slice(0, 19);
  const own = fields.filter(each => each.manager === decodeURIComponent(manager));
  const now = own.filter(({ time = '' }) => time.slice(0, 19) >= second);
  // What changes nothing keeps its time: then all that the manager ever did counts, if it is one thing.
  const operations = new Set((now.length > 0 ? now : own).map(each => each.operation));
  return operations.size === 1 ? [...operations][0] : undefined;
}

/** Words that only strategic merge patches know. */
function directiveIn(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    for (const each of value) {
      const found = directiveIn(each);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    if (/^\$(patch|retainKeys|setElementOrder\/|deleteFromPrimitiveList\/)/.test(key)) return key;
    const found = directiveIn(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * What the answer shows of the lists of a patch: `merged` with what was there before, or `alike`, where a merge
 * patch may have done it as well. Undefined: the patch has none.
 */
function listsIn(sent: unknown, answered: unknown): 'merged' | 'alike' | undefined {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return undefined;
  let found: 'alike' | undefined;
  for (const [key, value] of Object.entries(sent)) {
    const there = (answered as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (!Array.isArray(value)) {
      const within = listsIn(value, there);
      if (within === 'merged') return within;
      found ??= within;
      continue;
    }
    if (Array.isArray(there) && there.length > value.length) return 'merged';
    // No container is without an image: it was there before.
    if (Array.isArray(there) && there.length === value.length && isThin(value, there)) {
      return 'merged';
    }
    found = 'alike';
  }
  return found;
}

/** Whether the entries of the answer hold what must have been there before: an image that was not sent. */
function isThin(sent: readonly unknown[], there: readonly unknown[]): boolean {
  return sent.some((each, index) => {
    const other = there[index];
    const isMap = typeof each === 'object' && each !== null;
    return isMap && !('image' in each) && typeof other === 'object' && 'image' in (other ?? {});
  });
}
