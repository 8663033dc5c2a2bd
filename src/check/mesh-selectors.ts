/** Whom the mesh's policies of the input are about, by their selectors. */
import { isRecord } from '../../sim/api/equality.js';
import { hasLabels, type Labels } from '../../sim/api/selectors.js';
import { defaultMesh } from '../../sim/network/mesh/request.js';
import type { Entry } from './entry.js';
import type { PodTemplate } from './pod-template.js';
import type { Survey } from './survey.js';

/** The API group of the mesh's policies. */
export const securityGroup = 'security.istio.io';

/** Where policies stand that are about all namespaces. */
export const { rootNamespace } = defaultMesh;

const kinds = ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'] as const;

/** A policy, and the labels of those that it is about; none: all of its namespace. */
export interface MeshSelector {
  readonly entry: Entry;
  readonly selector: { readonly matchLabels: Labels };
}

/** All policies but those of gateways and waypoints, and what the API server refuses. */
export function meshSelectors(survey: Survey): readonly MeshSelector[] {
  const broken = new Set(survey.trial.refusals.map(({ entry }) => entry.manifest));
  return kinds
    .flatMap(kind => survey.ofKind(securityGroup, kind))
    .filter(({ manifest }) => !broken.has(manifest))
    .flatMap(entry => {
      const { spec } = entry.object;
      if (!isRecord(spec)) return [{ entry, selector: { matchLabels: {} } }];
      if (spec['targetRef'] !== undefined || spec['targetRefs'] !== undefined) return [];
      const { selector } = spec;
      const labels = isRecord(selector) && isRecord(selector['matchLabels']);
      // The definition of the kind sees to texts.
      const matchLabels = labels ? (selector['matchLabels'] as Labels) : {};
      return [{ entry, selector: { matchLabels } }];
    });
}

/** The templates that it is about. */
export function selectedBy({ entry, selector }: MeshSelector, survey: Survey): PodTemplate[] {
  const all =
    entry.namespace === rootNamespace ? survey.templates : survey.templatesIn(entry.namespace);
  return all.filter(({ labels }) => hasLabels(labels, selector.matchLabels));
}
