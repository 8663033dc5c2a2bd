/** Who owns a file and who may do what with it: the part of a Unix file system that manifests can ask for. */

/** What `stat` tells of a file or a folder. */
export interface FileFacts {
  readonly isFolder: boolean;
  /** Permission bits with setuid, setgid and sticky: 0o1777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who a program runs as. */
export interface FileUser {
  readonly uid: number;
  readonly gid: number;
  readonly supplementalGroups: readonly number[];
}

/** The superuser. */
export const root: FileUser = { uid: 0, gid: 0, supplementalGroups: [] };

/** The bit of a folder that hands its group on to what is made in it. */
export const setGroupBit = 0o2000;

const access = { read: 4, write: 2, enter: 1 } as const;

/** Whether the user may; root may everything, as a container keeps CAP_DAC_OVERRIDE unless it drops it. */
export function mayAccess(
  { mode, uid, gid }: FileFacts,
  user: FileUser,
  wanted: keyof typeof access,
): boolean {
  if (user.uid === 0) return true;
  const isGroup = user.gid === gid || user.supplementalGroups.includes(gid);
  const shift = user.uid === uid ? 6 : isGroup ? 3 : 0;
  return ((mode >> shift) & access[wanted]) !== 0;
}

/** The nine letters of the permissions: `rwxr-xr-x`. */
function permissionLetters(mode: number): string {
  return [...'rwxrwxrwx'].map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : '-')).join('');
}

/** As Go prints `FileMode.Perm()`: `-rw-r--r--`. */
export function goPermissions(mode: number): string {
  return `-${permissionLetters(mode)}`;
}

/** As Go prints a `FileMode`: `drwxr-xr-x`, `dgtrwxrwxrwx`. */
export function goMode({ isFolder, mode }: FileFacts): string {
  const marks = [
    isFolder ? 'd' : '',
    mode & 0o4000 ? 'u' : '',
    mode & setGroupBit ? 'g' : '',
    mode & 0o1000 ? 't' : '',
  ].join('');
  return `${marks === '' ? '-' : marks}${permissionLetters(mode)}`;
}

/** As `ls -l` prints it: `drwxrwsrwt`. */
export function listedMode({ isFolder, mode }: FileFacts): string {
  const letters = [...permissionLetters(mode)];
  const marks = [
    { bit: 0o4000, at: 2, letter: 's' },
    { bit: setGroupBit, at: 5, letter: 's' },
    { bit: 0o1000, at: 8, letter: 't' },
  ];
  for (const { bit, at, letter } of marks) {
    if ((mode & bit) !== 0) letters[at] = letters[at] === 'x' ? letter : letter.toUpperCase();
  }
  return `${isFolder ? 'd' : '-'}${letters.join('')}`;
}
