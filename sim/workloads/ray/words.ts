/** What a command of Ray's says: which program it is, and its flags. */

/** A command, as far as it is one of Ray's. */
export type RayCommand =
  | { readonly role: 'head' | 'worker'; readonly flags: Flags }
  | { readonly role: 'wait'; readonly address: string }
  | { readonly role: 'autoscaler' }
  | { readonly role: 'submit'; readonly text: string };

/** `--num-cpus=1` and `--block`, which is then empty. */
export type Flags = Readonly<Record<string, string>>;

/** The command, where its words, or the script that a shell is given, start one of Ray's programs. */
export function rayCommand(words: readonly string[]): RayCommand | undefined {
  const text = words.join(' ');
  // KubeRay's own submitter takes the options of `ray job submit`.
  if (/(^|\/)submitter$/.test(words[0] ?? '')) {
    return { role: 'submit', text: `ray job submit ${words.slice(1).map(quoted).join(' ')}` };
  }
  if (!/\bray\b/.test(text)) return undefined;
  const wait = /\bray health-check --address (\S+)/.exec(text);
  if (/\bray job submit\b/.test(text)) return { role: 'submit', text };
  const start = /\bray start\b([^;&|\n]*)/.exec(text);
  if (start !== null) {
    const flags = flagsOf(start[1] ?? '');
    return { role: flags['head'] === undefined ? 'worker' : 'head', flags };
  }
  if (/\bray kuberay-autoscaler\b/.test(text)) return { role: 'autoscaler' };
  return wait === null ? undefined : { role: 'wait', address: wait[1] ?? '' };
}

/** The flags of `--head  --num-cpus=1 --resources='{"a": 1}' --address x`. */
export function flagsOf(text: string): Flags {
  const flags: Record<string, string> = {};
  const pattern = /--([a-z][a-z0-9-]*)(?:(?:=|\s+(?!-))('[^']*'|"[^"]*"|\S+))?/g;
  for (const [, name = '', value = ''] of text.matchAll(pattern)) {
    flags[name] = value.replace(/^(['"])(.*)\1$/, '$2');
  }
  return flags;
}

/** The host and the port of `name:6379`. */
export function placeOf(address: string, portByDefault: number) {
  const [, host = '', port] = /^(?:[a-z]+:\/\/)?([^:/]+)(?::(\d+))?/.exec(address) ?? [];
  return { host, port: port === undefined ? portByDefault : Number(port) };
}

/** A word as a shell is told it. */
function quoted(word: string): string {
  return /[\s"]/.test(word) ? JSON.stringify(word) : word;
}
