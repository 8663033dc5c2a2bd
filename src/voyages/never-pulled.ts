/** Images that pods never pull: whoever wrote that has loaded them onto the nodes. */
import { isRecord } from '../../sim/api/equality.js';

/** Their names, wherever in the objects a container says so; sorted. */
export function neverPulled(objects: readonly unknown[]): readonly string[] {
  const images = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isRecord(value)) return;
    const { image, imagePullPolicy } = value;
    if (imagePullPolicy === 'Never' && typeof image === 'string') images.add(image);
    Object.values(value).forEach(visit);
  };
  visit(objects);
  return [...images].sort();
}
