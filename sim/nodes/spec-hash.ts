/** What of a container's definition makes it start anew when it changes. @upstream pkg/kubelet/container/helpers.go HashContainer */
import type { Container } from '../api/kinds/core.js';

const hashes = new WeakMap<Container, string>();

/** Only the name and the image: everything else is immutable or can change in place. */
export function specHash(container: Container): string {
  let hash = hashes.get(container);
  if (hash === undefined) {
    hash = `${container.name} ${container.image ?? ''}`;
    hashes.set(container, hash);
  }
  return hash;
}
