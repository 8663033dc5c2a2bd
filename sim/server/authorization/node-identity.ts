/** Which users are kubelets. @upstream pkg/auth/nodeidentifier/default.go */
import { isInGroup, type User } from '../user.js';

const prefix = 'system:node:';

/** The name of the user's node ('' when it cannot be told); undefined for users that are no nodes. */
export function nodeNameOf(user: User): string | undefined {
  if (!user.name.startsWith(prefix) || !isInGroup(user, 'system:nodes')) return undefined;
  return user.name.slice(prefix.length);
}
