/** Who a container's process runs as. @upstream pkg/kubelet/kuberuntime/security_context_others.go */
import type { Container, Pod } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import type { RuntimeUser } from './container-records.js';
import type { Image } from './image-registry.js';
import { formatPod } from './pod-spec.js';

/** Who an image of unknown user runs as where root is forbidden: what distroless images call nonroot. */
const nonRootUid = 65_532;

/** The user, or why the container must not be made. */
export function userOf(
  pod: Pod,
  container: Container,
  image: Image,
): RuntimeUser | { readonly error: string } {
  const own = container.securityContext;
  const shared = pod.spec?.securityContext;
  const asked = own?.runAsUser ?? shared?.runAsUser;
  const isNumeric = image.user !== undefined && /^\d+(:\d+)?$/.test(image.user);
  const mustNotBeRoot = (own?.runAsNonRoot ?? shared?.runAsNonRoot) === true;
  const imageUid = isNumeric
    ? Number(image.user?.split(':')[0])
    : mustNotBeRoot && image.hasUnknownUser === true
      ? nonRootUid
      : undefined;
  if (mustNotBeRoot) {
    const where = `(pod: ${goQuote(formatPod(pod))}, container: ${container.name})`;
    if (asked === 0) {
      return { error: `container's runAsUser breaks non-root policy ${where}` };
    }
    if (asked === undefined && image.user !== undefined && !isNumeric) {
      const what = `image has non-numeric user (${image.user}), cannot verify user is non-root`;
      return { error: `container has runAsNonRoot and ${what} ${where}` };
    }
    if (asked === undefined && (imageUid ?? 0) === 0) {
      return { error: `container has runAsNonRoot and image will run as root ${where}` };
    }
  }
  const uid = asked ?? imageUid ?? 0;
  const imageGid = asked === undefined ? Number(image.user?.split(':')[1] ?? 0) || 0 : 0;
  const gid = own?.runAsGroup ?? shared?.runAsGroup ?? imageGid;
  const groups = [...(shared?.supplementalGroups ?? [])];
  if (shared?.fsGroup !== undefined) groups.push(shared.fsGroup);
  return { uid, gid, supplementalGroups: [...new Set([gid, ...groups])].sort((a, b) => a - b) };
}
