/** The answers that admission plug-ins give, and how they name what they refuse. */
import type { HasMetadata } from '../../../api/object.js';
import { forbidden, type Failure } from '../../../api/status.js';
import type { AdmissionAttributes, AdmissionOutcome } from '../plugin.js';

/**
 * 403: `pods "a" is forbidden: text`. An object without a name yet is told by its generateName.
 * @upstream apiserver/pkg/admission/errors.go
 */
export function forbid(attributes: AdmissionAttributes, text: string): AdmissionOutcome {
  return refuse(forbidden(attributes.resource, shownName(attributes), text));
}

/** Stops the request with this answer. */
export function refuse(refusal: Failure): AdmissionOutcome {
  return { kind: 'refused', refusal };
}

/** Goes on with another object. */
export function mutated<T extends HasMetadata>(object: T): AdmissionOutcome {
  return { kind: 'mutated', object: object as T & Record<string, unknown> };
}

/** The name that a refusal tells. */
export function shownName({ name, object }: AdmissionAttributes): string {
  if (name !== '') return name;
  const metadata = object?.metadata;
  return metadata?.name || metadata?.generateName || 'Unknown';
}

/** The object as its type: the wire has been decoded and defaulted by then. */
export function objectOf<T extends HasMetadata>(attributes: AdmissionAttributes): T {
  return attributes.object as unknown as T;
}

/** The old object as its type. */
export function oldObjectOf<T extends HasMetadata>(attributes: AdmissionAttributes): T {
  return attributes.oldObject as unknown as T;
}
