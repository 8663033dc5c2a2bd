/** tar as far as `kubectl cp` and scripts use it: plain archives, made and unpacked. @upstream POSIX.1 pax (ustar) */
import { bytesOfText, textOfBytes } from '../../api/bytes-text.js';
import type { CommandCall, PlainCommand } from './commands.js';

const blockBytes = 512;

/** What is asked for. */
interface Asked {
  readonly action: string;
  /** `-`: the standard streams. */
  readonly archive: string;
  readonly folder: string;
  readonly isVerbose: boolean;
  readonly paths: readonly string[];
}

/** `tar cf - PATH`, `tar -xmf - -C FOLDER`. Undefined with the option that is not known. */
function asked(args: readonly string[]): Asked | { readonly unknown: string } {
  let [action, archive, folder, isVerbose] = ['', '-', '', false];
  const paths: string[] = [];
  const rest = [...args];
  let isFirst = true;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const isOption = arg.startsWith('-') && arg !== '-';
    if (!isOption && !isFirst) {
      paths.push(arg);
      continue;
    }
    isFirst = false;
    if (arg.startsWith('--')) {
      if (arg !== '--no-same-owner' && arg !== '--no-same-permissions') return { unknown: arg };
      continue;
    }
    for (const letter of arg.replace(/^-/, '')) {
      if ('cxt'.includes(letter)) action = letter;
      else if (letter === 'f') archive = rest.shift() ?? '-';
      else if (letter === 'C') folder = rest.shift() ?? '';
      else if (letter === 'v') isVerbose = true;
      else if (!'mpo'.includes(letter)) return { unknown: letter };
    }
  }
  return { action, archive, folder, isVerbose, paths };
}

/** Whether these options are played; undefined stands for a word that depends on variables. */
export function knowsTar(words: readonly (string | undefined)[]): boolean {
  const wanted = asked(words.map(word => word ?? 'word'));
  return !('unknown' in wanted) && wanted.action !== '';
}

/** The command. */
export const tar: PlainCommand = call => {
  const wanted = asked(call.args);
  if ('unknown' in wanted) {
    call.err(`tar: unrecognized option '${wanted.unknown}'\n`);
    return 1;
  }
  switch (wanted.action) {
    case 'c':
      return pack(call, wanted);
    case 'x':
    case 't':
      return unpack(call, wanted);
    default:
      call.err('tar: must specify one of -c, -x or -t\n');
      return 1;
  }
};

function pack({ host, out, err }: CommandCall, wanted: Asked): number {
  const parts: Uint8Array[] = [];
  let status = 0;
  let isRootTold = false;
  for (const named of wanted.paths) {
    const path = named.startsWith('/') ? named : `${wanted.folder}/${named}`;
    const found = entriesAt(host.files, path.replace(/(.)\/+$/, '$1'));
    if (found.length === 0) {
      err(`tar: ${named}: No such file or directory\n`);
      status = 1;
    }
    if (named.startsWith('/') && found.length > 0 && !isRootTold) {
      isRootTold = true;
      err("tar: removing leading '/' from member names\n");
    }
    for (const { at, isFolder } of found) {
      const inside = `${named.replace(/\/+$/, '')}${at.slice(path.replace(/\/+$/, '').length)}`;
      const name = inside.replace(/^\/+/, '') + (isFolder ? '/' : '');
      const content = isFolder ? new Uint8Array() : bytesOfText(host.files.read(at) ?? '');
      const { mode = 0o644, uid = 0, gid = 0 } = host.files.stat(at) ?? {};
      if (wanted.isVerbose) (wanted.archive === '-' ? err : out)(`${name}\n`);
      parts.push(...member({ name, mode, uid, gid, isFolder, content }, host.nowMs()));
    }
  }
  parts.push(new Uint8Array(2 * blockBytes));
  const archive = textOfBytes(joined(parts));
  if (wanted.archive === '-') out(archive);
  else if (!host.files.write(wanted.archive, archive)) {
    err(
      `tar: can't open '${wanted.archive}': ${host.files.problem(wanted.archive, 'write') ?? ''}\n`,
    );
    return 1;
  }
  if (status !== 0) err('tar: error exit delayed from previous errors\n');
  return status;
}

/** A file, or a folder with all that is in it. */
function entriesAt(
  files: CommandCall['host']['files'],
  path: string,
): readonly { readonly at: string; readonly isFolder: boolean }[] {
  const facts = files.stat(path);
  if (facts !== undefined && !facts.isFolder) return [{ at: path, isFolder: false }];
  const below = [
    ...files.folders(`${path}/`).map(at => ({ at, isFolder: true })),
    ...files.list(`${path}/`).map(at => ({ at, isFolder: false })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  if (facts === undefined && below.length === 0) return [];
  return [{ at: path, isFolder: true }, ...below];
}

interface Member {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly isFolder: boolean;
  readonly content: Uint8Array;
}

function member({ name, mode, uid, gid, isFolder, content }: Member, nowMs: number): Uint8Array[] {
  const header = new Uint8Array(blockBytes);
  const put = (text: string, at: number): void => header.set(bytesOfText(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  const { prefix, last } = splitName(name);
  put(last, 0);
  put(octal(mode & 0o7777, 7), 100);
  put(octal(uid, 7), 108);
  put(octal(gid, 7), 116);
  put(octal(content.length, 11), 124);
  put(octal(Math.floor(nowMs / 1_000), 11), 136);
  put(' '.repeat(8), 148);
  put(isFolder ? '5' : '0', 156);
  put('ustar\0' + '00', 257);
  put(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return [header, content, new Uint8Array(padding(content.length))];
}

/** Names of more than 100 characters stand in two fields, split at a slash. */
function splitName(name: string): { readonly prefix: string; readonly last: string } {
  if (name.length <= 100) return { prefix: '', last: name };
  const cut = name.indexOf('/', name.length - 101);
  return { prefix: name.slice(0, cut), last: name.slice(cut + 1) };
}

function padding(length: number): number {
  return (blockBytes - (length % blockBytes)) % blockBytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function unpack({ host, input, out, err }: CommandCall, wanted: Asked): number {
  const text = wanted.archive === '-' ? input.rest() : host.files.read(wanted.archive);
  if (text === undefined) {
    err(`tar: can't open '${wanted.archive}': No such file or directory\n`);
    return 1;
  }
  const members = membersOf(bytesOfText(text));
  if (members === undefined) {
    err('tar: invalid tar magic\n');
    return 1;
  }
  for (const { name, mode, isFolder, content } of members) {
    if (wanted.action === 't' || wanted.isVerbose) out(`${name}\n`);
    if (wanted.action === 't') continue;
    const path = `${wanted.folder === '' ? '' : `${wanted.folder}/`}${name.replace(/\/+$/, '')}`;
    const isDone = isFolder
      ? host.files.stat(path) !== undefined || host.files.makeFolder(path)
      : host.files.write(path, textOfBytes(content), mode);
    if (isDone) continue;
    err(`tar: can't open '${name}': ${host.files.problem(path, 'write') ?? 'File exists'}\n`);
    return 1;
  }
  return 0;
}

/** What is in an archive; undefined when it is none. Long names come ahead of their members (GNU, pax). */
function membersOf(bytes: Uint8Array): readonly Member[] | undefined {
  const members: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + blockBytes <= bytes.length;) {
    const header = bytes.subarray(at, at + blockBytes);
    if (header.every(byte => byte === 0)) break;
    const field = (from: number, length: number): string =>
      textOfBytes(header.subarray(from, from + length)).replace(/\0[^]*$/, '');
    if (!field(257, 6).startsWith('ustar')) return undefined;
    const size = Number.parseInt(field(124, 12), 8) || 0;
    const content = bytes.subarray(at + blockBytes, at + blockBytes + size);
    at += blockBytes + size + padding(size);
    const type = field(156, 1);
    if (type === 'L') longName = textOfBytes(content).replace(/\0+$/, '');
    else if (type === 'x') longName = /\d+ path=([^\n]*)\n/.exec(textOfBytes(content))?.[1];
    else if (type === '' || type === '0' || type === '5') {
      const prefix = field(345, 155);
      const name = longName ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`);
      const mode = Number.parseInt(field(100, 8), 8) & 0o7777;
      members.push({ name, mode, uid: 0, gid: 0, isFolder: type === '5', content });
      longName = undefined;
    }
  }
  return members;
}
