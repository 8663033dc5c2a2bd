/** The objects of a request in the version that a webhook or a policy asked for. */
import { apiVersionOf, type KubeObject } from '../../../api/object.js';
import type { AdmissionAttributes, AdmissionContext } from '../plugin.js';
import type { Match } from './request-match.js';

/** The new and the old object in the version of the match. */
export function objectsIn(
  match: Match,
  attributes: AdmissionAttributes,
  { access }: AdmissionContext,
): { readonly object: KubeObject | undefined; readonly oldObject: KubeObject | undefined } {
  const { object, oldObject, resource } = attributes;
  if (match.resource.version === resource.version) return { object, oldObject };
  const convert = (one: KubeObject | undefined) => {
    if (one === undefined) return undefined;
    const converted = access.convert?.(one, resource, match.resource) ?? one;
    return { ...converted, apiVersion: apiVersionOf(match.resource), kind: match.kind.kind };
  };
  return { object: convert(object), oldObject: convert(oldObject) };
}
