/** Commands that ask the kernel: who runs, what is mounted, which files are there, what may be changed. */
import { bytesOfText } from '../../api/bytes-text.js';
import type { FileFacts } from '../files/facts.js';
import { listedMode } from '../files/facts.js';
import type { CommandCall, PlainCommand } from './commands.js';
import { tar } from './tar.js';

/** The users that images know by name. */
const names: Readonly<Record<number, string>> = { 0: 'root', 65534: 'nobody' };
const nameOf = (id: number): string | undefined => names[id];
const withName = (id: number): string => {
  const name = nameOf(id);
  return name === undefined ? String(id) : `${id}(${name})`;
};

const id: PlainCommand = ({ args, host, out }) => {
  const { uid, gid, supplementalGroups } = host.user;
  const groups = [gid, ...supplementalGroups.filter(group => group !== gid)];
  const has = (letter: string) => args.some(arg => arg.startsWith('-') && arg.includes(letter));
  const shown = (number: number) => (has('n') ? (nameOf(number) ?? number) : number);
  if (has('u')) out(`${shown(uid)}\n`);
  else if (has('G')) out(`${groups.map(shown).join(' ')}\n`);
  else if (has('g')) out(`${shown(gid)}\n`);
  else out(`uid=${withName(uid)} gid=${withName(gid)} groups=${groups.map(withName).join(',')}\n`);
  return 0;
};

const whoami: PlainCommand = ({ host, out, err }) => {
  const name = nameOf(host.user.uid);
  if (name === undefined) err(`whoami: unknown uid ${host.user.uid}\n`);
  else out(`${name}\n`);
  return name === undefined ? 1 : 0;
};

/** Lists what is mounted; `-t` names the sort of file system. */
const mount: PlainCommand = ({ args, host, out }) => {
  const wanted = args.includes('-t') ? args[args.indexOf('-t') + 1] : undefined;
  for (const line of host.files.mounts()) {
    const [source, path, type, options = ''] = line.split(' ');
    const isWanted = wanted === undefined || wanted === type;
    if (isWanted) out(`${source} on ${path} type ${type} (${options})\n`);
  }
  return 0;
};

/** Who lacks the capability is told so by the kernel, whatever he asks of it. */
const ip: PlainCommand = ({ args, host, err }) => {
  const changes = ['add', 'del', 'delete', 'set', 'change'].some(word => args.includes(word));
  if (!changes || host.isPrivileged) return 0;
  err('ip: RTNETLINK answers: Operation not permitted\n');
  return 2;
};

const sysctl: PlainCommand = ({ args, host, out, err }) => {
  let status = 0;
  for (const name of args.filter(arg => !arg.startsWith('-'))) {
    const [key = '', set] = name.split('=');
    if (set !== undefined) {
      if (host.isPrivileged) out(`${key} = ${set}\n`);
      else err(`sysctl: error setting key '${key}': Read-only file system\n`);
      status = host.isPrivileged ? status : 1;
      continue;
    }
    const value = host.files.read(`/proc/sys/${name.replaceAll('.', '/')}`);
    if (value === undefined) {
      err(`sysctl: error: '${name}' is an unknown key\n`);
      status = 1;
    } else out(args.includes('-n') ? value : `${name} = ${value}`);
  }
  return status;
};

const uname: PlainCommand = ({ args, host, out }) => {
  out(args.includes('-n') ? `${host.hostname}\n` : 'Linux\n');
  return 0;
};

/** `stat -c FORMAT FILE`: also spelt `-c=FORMAT`. */
const stat: PlainCommand = ({ args, host, out, err }) => {
  const at = args.findIndex(arg => arg.startsWith('-c'));
  const own = args[at]?.slice(2) ?? '';
  const format = at < 0 ? undefined : own === '' ? (args[at + 1] ?? '') : own;
  const isFormat = (index: number) => index === at || (own === '' && at >= 0 && index === at + 1);
  let status = 0;
  for (const path of args.filter((arg, index) => !isFormat(index) && !arg.startsWith('-'))) {
    const facts = host.files.stat(path);
    if (facts === undefined) {
      err(`stat: can't stat '${path}': No such file or directory\n`);
      status = 1;
    } else out(`${formatted(format ?? '%n %A %u %g', { path, facts, host })}\n`);
  }
  return status;
};

function formatted(
  format: string,
  { path, facts, host }: { path: string; facts: FileFacts; host: CommandCall['host'] },
): string {
  const { mode, uid, gid } = facts;
  const values: Readonly<Record<string, string>> = {
    a: mode.toString(8),
    A: listedMode(facts),
    u: String(uid),
    U: nameOf(uid) ?? 'UNKNOWN',
    g: String(gid),
    G: nameOf(gid) ?? 'UNKNOWN',
    n: path,
    s: String(host.files.read(path)?.length ?? 0),
    F: facts.isFolder ? 'directory' : 'regular file',
  };
  return format.replace(/%([aAuUgGnsF%])/g, (whole, key: string) => values[key] ?? whole);
}

const ls: PlainCommand = ({ args, host, out, err }) => {
  const has = (letter: string) => args.some(arg => /^-[^-]/.test(arg) && arg.includes(letter));
  const paths = args.filter(arg => !arg.startsWith('-'));
  let status = 0;
  for (const path of paths.length === 0 ? ['.'] : paths) {
    const facts = host.files.stat(path);
    if (facts === undefined) {
      err(`ls: ${path}: No such file or directory\n`);
      status = 1;
      continue;
    }
    const isOne = !facts.isFolder || has('d');
    const folder = path === '.' ? '/' : path.endsWith('/') ? path : `${path}/`;
    const shown = isOne ? [path] : namesIn(host.files, folder);
    for (const name of shown) {
      if (!has('a') && !isOne && name.startsWith('.')) continue;
      const place = isOne ? name : `${folder}${name}`;
      out(`${has('l') ? longLine(host, place, name) : name}\n`);
    }
  }
  return status;
};

function namesIn(files: CommandCall['host']['files'], folder: string): readonly string[] {
  const all = [...files.list(folder), ...files.folders(folder)];
  const found = new Set(all.map(path => path.slice(folder.length).split('/')[0] ?? ''));
  found.delete('');
  return [...found].sort();
}

function longLine(host: CommandCall['host'], path: string, name: string): string {
  const facts = host.files.stat(path);
  if (facts === undefined) return name;
  const size = host.files.read(path)?.length ?? 4096;
  const owner = (number: number) => (nameOf(number) ?? String(number)).padEnd(8);
  const { uid, gid } = facts;
  return `${listedMode(facts)}    1 ${owner(uid)} ${owner(gid)} ${String(size).padStart(9)} ${name}`;
}

/** `find FOLDER -type f -name PATTERN`. */
const find: PlainCommand = ({ args, host, out, err }) => {
  const top = args[0]?.startsWith('-') === false ? args[0].replace(/(.)\/+$/, '$1') : '/';
  if (host.files.stat(top) === undefined) {
    err(`find: ${top}: No such file or directory\n`);
    return 1;
  }
  const type = args.includes('-type') ? args[args.indexOf('-type') + 1] : undefined;
  const patterns = args.flatMap((arg, at) =>
    arg === '-name' ? [globPattern(args[at + 1] ?? '')] : [],
  );
  const prefix = top.endsWith('/') ? top : `${top}/`;
  const all = [
    ...(type === 'f' ? [] : [top, ...host.files.folders(prefix)]),
    ...(type === 'd' ? [] : host.files.list(prefix)),
  ];
  for (const path of [...new Set(all)].sort()) {
    const name = path.split('/').at(-1) ?? '';
    if (patterns.length === 0 || patterns.some(one => one.test(name))) out(`${path}\n`);
  }
  return 0;
};

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

const bytesPerLine = 16;

/** `hexdump -C FILE`. */
const hexdump: PlainCommand = ({ args, input, host, out, err }) => {
  const path = args.find(arg => !arg.startsWith('-'));
  const text = path === undefined ? input.rest() : host.files.read(path);
  if (text === undefined) {
    err(`hexdump: ${path ?? ''}: No such file or directory\n`);
    return 1;
  }
  const bytes = bytesOfText(text);
  const offset = (at: number) => at.toString(16).padStart(8, '0');
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = [...bytes.slice(at, at + bytesPerLine)];
    const cells = Array.from({ length: bytesPerLine }, (_, index) =>
      line[index] === undefined ? '  ' : line[index].toString(16).padStart(2, '0'),
    );
    const halves = [cells.slice(0, 8).join(' '), cells.slice(8).join(' ')];
    const shown = line.map(byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
    out(`${offset(at)}  ${halves.join('  ')}  |${shown.join('')}|\n`);
  }
  if (bytes.length > 0) out(`${offset(bytes.length)}\n`);
  return 0;
};

const chmod: PlainCommand = ({ args, host, err }) => {
  const [mode = '', ...paths] = args.filter(arg => !arg.startsWith('-'));
  // What is not a number (`u+x`) changes nothing that anybody could see here.
  if (!/^[0-7]+$/.test(mode)) return 0;
  return changed(paths, host, err, 'chmod', { mode: Number.parseInt(mode, 8) });
};

const chown: PlainCommand = ({ args, host, err }) => {
  const [owner = '', ...paths] = args.filter(arg => !arg.startsWith('-'));
  const [uid = '', gid = ''] = owner.split(':');
  const numberOf = (text: string) => (text === 'root' ? 0 : Number(text));
  const facts = {
    ...(uid !== '' && Number.isInteger(numberOf(uid)) && { uid: numberOf(uid) }),
    ...(gid !== '' && Number.isInteger(numberOf(gid)) && { gid: numberOf(gid) }),
  };
  return changed(paths, host, err, 'chown', facts);
};

function changed(
  paths: readonly string[],
  host: CommandCall['host'],
  err: (text: string) => void,
  name: string,
  facts: Partial<FileFacts>,
): number {
  let status = 0;
  for (const path of paths) {
    if (host.files.change(path, facts)) continue;
    const isThere = host.files.stat(path) !== undefined;
    // Images hold more files than are known.
    if (!isThere && host.files.fsType(path) === 'overlay') continue;
    err(`${name}: ${path}: ${isThere ? 'Operation not permitted' : 'No such file or directory'}\n`);
    status = 1;
  }
  return status;
}

const mkdir: PlainCommand = ({ args, host, err }) => {
  let status = 0;
  for (const path of args.filter(arg => !arg.startsWith('-'))) {
    if (host.files.makeFolder(path)) continue;
    const why = host.files.problem(path, 'write') ?? 'File exists';
    err(`mkdir: can't create directory '${path}': ${why}\n`);
    status = 1;
  }
  return status;
};

/** All of them by name. */
export const systemCommands: Readonly<Record<string, PlainCommand>> = {
  chmod,
  chown,
  find,
  hexdump,
  id,
  ip,
  ls,
  mkdir,
  mount,
  stat,
  sysctl,
  tar,
  uname,
  whoami,
};
