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

/** To a folder, a file goes under its own name. */
function moved({ args, host, out, err }: CommandCall, { isCopy }: { readonly isCopy: boolean }) {
  const [from = '', to = ''] = args.filter(arg => !arg.startsWith('-'));
  const content = host.files.read(from);
  if (content === undefined) {
    const failed = isCopy ? "cp: can't stat" : "mv: can't rename";
    err(`${failed} '${from}': No such file or directory\n`);
    return 1;
  }
  const folder = to.endsWith('/') ? to : `${to}/`;
  const isFolder = to.endsWith('/') || host.files.stat(to)?.isFolder === true;
  const target = isFolder ? `${folder}${from.split('/').at(-1) ?? ''}` : to;
  if (args.some(arg => /^-\w*v/.test(arg))) out(`'${from}' -> '${target}'\n`);
  if (!isCopy) host.files.remove(from);
  return host.files.write(target, content) ? 0 : 1;
}

/** Whether a command serves or follows until it is stopped. */
export function neverEnds(name: string, args: readonly string[]): boolean {
  const has = (flag: string) => args.some(arg => arg.startsWith('-') && arg.includes(flag));
  if (name === 'nc') return has('l');
  return (name === 'httpd' || name === 'tail') && args.some(arg => arg.startsWith('-f'));
}
