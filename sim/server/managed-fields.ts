/** How the updates beside an object become metadata.managedFields: by the rules of sim/api. */
import type { TrackFields } from './field-owners.js';
import type { ServedResource } from './registry.js';

/** The tracker for objects of a resource. */
export function trackFields(_resource: ServedResource): TrackFields {
  return entries => entries;
}
