/** Who makes a request, as authentication and impersonation found out. */

/** @upstream apiserver/pkg/authentication/user */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Whether the user is of the group. */
export function isInGroup(user: User, group: string): boolean {
  return user.groups.includes(group);
}
