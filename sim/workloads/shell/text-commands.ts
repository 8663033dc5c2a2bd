/** Commands that move files about or work on text. */
import type { CommandCall, PlainCommand } from './commands.js';
import { awk } from './awk.js';
import { expr } from './expr.js';
import { grep } from './grep.js';
import { lineCommands, linesOf } from './line-commands.js';

/** As many lines as `yes` prints: in a pipe something cuts it off. */
const yesLines = 20_000;

const nothing: PlainCommand = () => 0;

/** All of them by name. */
export const textCommands: Readonly<Record<string, PlainCommand>> = {
  awk,
  ...lineCommands,
  basename: ({ args: [path = '', suffix = ''], out }) => {
    const name =
      path
        .replace(/(.)\/+$/, '$1')
        .split('/')
        .at(-1) || '/';
    const isEnded = suffix !== '' && name !== suffix && name.endsWith(suffix);
    out(`${isEnded ? name.slice(0, -suffix.length) : name}\n`);
    return 0;
  },
  cp: call => moved(call, { isCopy: true }),
  cut: ({ args, input, host, out }) => {
    const option = (name: string) => {
      const at = args.findIndex(arg => arg.startsWith(name));
      return at < 0 ? undefined : args[at]?.slice(name.length) || args[at + 1];
    };
    const divider = option('-d') ?? '\t';
    const wanted = (option('-f') ?? '1').split(',').map(Number);
    const values = [divider, option('-f')];
    const path = args.find(arg => !arg.startsWith('-') && !values.includes(arg));
    const text = path === undefined ? input.rest() : (host.files.read(path) ?? '');
    for (const line of linesOf(text)) {
      const fields = line.split(divider);
      // A line without the divider is printed as a whole.
      const shown = fields.length === 1 ? fields : wanted.map(field => fields[field - 1] ?? '');
      out(`${shown.join(divider)}\n`);
    }
    return 0;
  },
  dirname: ({ args: [path = ''], out }) => {
    const plain = path.replace(/(.)\/+$/, '$1');
    const at = plain.lastIndexOf('/');
    out(`${at < 0 ? '.' : plain.slice(0, at).replace(/\/+$/, '') || '/'}\n`);
    return 0;
  },
  expr,
  grep,
  mv: call => moved(call, { isCopy: false }),
  sync: nothing,
  yes: ({ args, out }) => {
    out(`${args[0] ?? 'y'}\n`.repeat(yesLines));
    return 0;
  },
};

/** To a folder, a file goes under its own name. What only the image could hold is taken to be there, empty. */
function moved(call: CommandCall, { isCopy }: { readonly isCopy: boolean }): number {
  const { args, host } = call;
  const paths = args.filter(arg => !arg.startsWith('-'));
  const to = paths.at(-1) ?? '';
  const isFolder = to.endsWith('/') || host.files.stat(to)?.isFolder === true;
  const sources = paths.slice(0, -1);
  // Without a source the one that lacks is named, as it stands.
  const statuses = (sources.length === 0 ? [''] : sources).map(from => {
    const name = from.replace(/\/+$/, '').split('/').at(-1) ?? '';
    const inside = name === '.' ? to : `${to.replace(/\/$/, '')}/${name}`;
    return movedOne(call, { from, target: isFolder ? inside : to, isCopy });
  });
  return statuses.every(status => status === 0) ? 0 : 1;
}

interface Move {
  readonly from: string;
  readonly target: string;
  readonly isCopy: boolean;
}

function movedOne(call: CommandCall, { from, target, isCopy }: Move): number {
  const { args, host, out, err } = call;
  const { files } = host;
  if (files.stat(from)?.isFolder === true) return movedFolder(call, { from, target, isCopy });
  const content = files.read(from) ?? (isCopy && files.mayHold(from) ? '' : undefined);
  if (content === undefined) {
    const failed = isCopy ? "cp: can't stat" : "mv: can't rename";
    err(`${failed} '${from}': No such file or directory\n`);
    return 1;
  }
  if (args.some(arg => /^-\w*v/.test(arg))) out(`'${from}' -> '${target}'\n`);
  if (!isCopy) files.remove(from);
  return files.write(target, content) ? 0 : 1;
}

/** All that is below it; `cp` wants to be told that it may. */
function movedFolder(call: CommandCall, { from, target, isCopy }: Move): number {
  const { args, host, err } = call;
  if (isCopy && !args.some(arg => /^-\w*[rRa]/.test(arg) || arg === '--recursive')) {
    err(`cp: omitting directory '${from}'\n`);
    return 1;
  }
  const { files } = host;
  const above = `${from.replace(/\/\.?$/, '')}/`;
  const isTaken = [...files.list(above)].map(path => {
    const content = files.read(path);
    const isWritten =
      content !== undefined && files.write(`${target}/${path.slice(above.length)}`, content);
    if (!isCopy) files.remove(path);
    return isWritten;
  });
  if (isTaken.length === 0) files.makeFolder(target);
  return isTaken.every(Boolean) ? 0 : 1;
}

/** Whether a command serves or follows until it is stopped. */
export function neverEnds(name: string, args: readonly string[]): boolean {
  const has = (flag: string) => args.some(arg => arg.startsWith('-') && arg.includes(flag));
  if (name === 'nc') return has('l');
  return (name === 'httpd' || name === 'tail') && args.some(arg => arg.startsWith('-f'));
}
