/** What is read of a revision in several places. @upstream knative/serving v1.22.1 pkg/apis/serving/v1/revision_helpers.go, pkg/reconciler/revision/resources/meta.go */
import type { Container } from '../../api/kinds/core.js';
import { keys, ports } from './keys.js';
import type { Revision, RevisionSpec } from './types.js';

type Texts = Readonly<Record<string, string>>;

/** The container that serves: the only one, or the one with a port. */
export function servingContainer({ containers = [] }: RevisionSpec): Container | undefined {
  if (containers.length === 1) return containers[0];
  return containers.find(container => (container.ports ?? []).length > 0);
}

/** The port at which it serves. */
export function userPort(spec: RevisionSpec): number {
  return servingContainer(spec)?.ports?.[0]?.containerPort || ports.user;
}

/** How it is spoken to: `http1` or `h2c`. */
export function protocolOf(spec: RevisionSpec): 'http1' | 'h2c' {
  return servingContainer(spec)?.ports?.[0]?.name === 'h2c' ? 'h2c' : 'http1';
}

/** The labels of what belongs to a revision. */
export function labelsFor({ metadata }: Revision): Texts {
  const { name = '', uid = '', labels = {} } = metadata;
  const own = Object.entries(labels).filter(
    ([key]) => key !== keys.route && key !== keys.routingState,
  );
  return {
    app: name,
    ...Object.fromEntries(own),
    [keys.revision]: name,
    [keys.revisionUid]: uid,
  };
}

const notCopied: readonly string[] = [
  keys.lastPinned,
  keys.noGc,
  keys.routingStateModified,
  keys.routes,
];

/** The annotations of its autoscaler. */
export function autoscalerAnnotations({ metadata }: Revision): Texts {
  const own = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(own.filter(([key]) => !notCopied.includes(key)));
}

/** The annotations of what else belongs to it: without those of autoscaling. */
export function plainAnnotations(revision: Revision): Texts {
  const all = Object.entries(autoscalerAnnotations(revision));
  return Object.fromEntries(all.filter(([key]) => !key.startsWith(keys.autoscalingPrefix)));
}
