/** The router of a graph as a Service of Knative. @upstream kserve v0.20.0 pkg/controller/v1alpha1/inferencegraph/knative_reconciler.go */
import type { KnativeService } from '../../knative/types.js';
import { keys } from '../keys.js';
import { isOfRevision, scaledByKnative } from '../knative/desired.js';
import type { ComponentParts } from '../component-parts.js';
import type { InferenceGraph } from './types.js';

/** What belongs to the Service, and not to its revisions. */
const ownAnnotation = 'serving.knative.openshift.io/enablePassthrough';

/** The Service of a graph, from the parts of its router. */
export function knativeRouter(graph: InferenceGraph, parts: ComponentParts): KnativeService {
  const { name = '', labels, annotations = {} } = graph.metadata;
  const { [ownAnnotation]: passthrough, ...others } = annotations;
  const ofRevisions = Object.entries(labels ?? {}).filter(([key]) => isOfRevision(key));
  const { labels: _, annotations: __, ...named } = parts.metadata;
  // Knative names the container.
  const containers = parts.pod.containers.map(({ name: ___, ...container }) => container);
  return {
    metadata: {
      ...named,
      ...(labels !== undefined && { labels }),
      annotations: passthrough === undefined ? {} : { [ownAnnotation]: passthrough },
    },
    spec: {
      template: {
        metadata: {
          labels: { ...Object.fromEntries(ofRevisions), [keys.graph]: name },
          annotations: scaledByKnative(others, parts.extension),
        },
        spec: {
          ...(graph.spec.timeout !== undefined && { timeoutSeconds: graph.spec.timeout }),
          ...parts.pod,
          // The defaults of Knative's webhook see to the name.
          containers: containers as unknown as typeof parts.pod.containers,
        },
      },
    },
  };
}
