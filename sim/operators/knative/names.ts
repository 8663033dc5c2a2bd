/** The names of what belongs to a revision. @upstream knative.dev/pkg kmeta/names.go, pkg/reconciler/revision/resources/names */
import { md5 } from '../../engine/md5.js';

const longest = 63;
const hashLength = 32;

/** A child's name: a parent's that is too long is cut, and told apart by its hash. */
export function childName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= longest) return parent + suffix;
  const head = longest - hashLength;
  if (suffix.length < head) {
    return parent.slice(0, head - suffix.length) + md5(parent) + suffix;
  }
  const hashed = parent.slice(0, head) + md5(parent + suffix);
  return (hashed + suffix).slice(0, longest).replace(/[^a-zA-Z0-9]+$/, '');
}
