/**
 * Whether a script reads files that only its image could hold: what comes of it then is not known, and the
 * script is not, though every command in it is.
 */
import type { Container } from '../../api/kinds/core.js';
import { filesOfImage, mayHold } from '../files/image-files.js';
import { baseName, literal, scriptOf } from './knows.js';
import { parseScript } from './parse.js';
import type { Command, Redirection, Script, Word } from './syntax.js';

/** How many of its words come before the files. */
const readers: Readonly<Record<string, number>> = {
  cat: 0,
  head: 0,
  tail: 0,
  wc: 0,
  sort: 0,
  grep: 1,
};
const writers: ReadonlySet<string> = new Set(['touch', 'mkdir', 'cp', 'mv', 'tee']);

/** What the kernel or the kubelet brings, and what no image brings. */
const brought =
  /^\/(dev|proc|sys|tmp|run|var\/run)\/|^\/etc\/(hostname|hosts|resolv\.conf|passwd|group)$/;

/** For a command line of which all names are known. */
export function readsImageFiles(command: readonly string[], container: Container): boolean {
  const [name = '', ...args] = command;
  const walk = new Reads();
  const base = baseName(name);
  if (base === 'sh' || base === 'ash') {
    walk.script(parseScript(scriptOf(args) ?? ''));
  } else {
    walk.simple(command.map(text => [{ kind: 'text', text, isQuoted: true }]));
  }
  const { image = '', volumeMounts = [] } = container;
  const known = new Set(Object.keys(filesOfImage(image)).map(path => `/${path}`));
  const given = [...walk.written, ...volumeMounts.map(({ mountPath }) => mountPath)];
  return walk.read.some(
    path =>
      !walk.isLost &&
      path.startsWith('/') &&
      !brought.test(path) &&
      !known.has(path) &&
      !given.some(one => path === one || path.startsWith(`${one.replace(/\/$/, '')}/`)) &&
      mayHold(image, path),
  );
}

/** Gathers what a script names. */
class Reads {
  readonly read: string[] = [];
  readonly written: string[] = [];
  /** It writes where its variables say. */
  isLost = false;

  script(script: Script): void {
    for (const { first, rest } of script) {
      for (const { commands } of [first, ...rest.map(({ pipeline }) => pipeline)]) {
        commands.forEach(command => this.command(command));
      }
    }
  }

  private command(command: Command): void {
    command.redirections.forEach(redirection => this.redirection(redirection));
    switch (command.kind) {
      case 'simple':
        command.assignments.forEach(({ value }) => this.word(value));
        return this.simple(command.words);
      case 'function':
        return this.command(command.body);
      case 'loop':
        this.script(command.condition);
        return this.script(command.body);
      case 'if':
        command.branches.forEach(({ condition, body }) => this.script([...condition, ...body]));
        return this.script(command.otherwise ?? []);
      case 'case':
        return command.branches.forEach(({ body }) => this.script(body));
      case 'group':
      case 'for':
        return this.script(command.body);
    }
  }

  private redirection({ kind, target }: Redirection): void {
    if (kind === 'duplicate' || kind === 'here') return;
    this.named(kind === 'read' ? this.read : this.written, target);
  }

  /** A command and its arguments. */
  simple(words: readonly Word[]): void {
    words.forEach(word => this.word(word));
    const [first = [], ...rest] = words;
    const base = baseName(literal(first) ?? '');
    const paths = rest.filter(word => literal(word)?.startsWith('-') !== true);
    if (writers.has(base)) paths.forEach(word => this.named(this.written, word));
    // A number belongs to the option before it: `head -n 5 /a`.
    const before = readers[base];
    if (before !== undefined) paths.slice(before).forEach(word => this.named(this.read, word));
  }

  private named(names: string[], word: Word): void {
    const text = literal(word);
    if (text !== undefined) names.push(text);
    else if (names === this.written) this.isLost = true;
  }

  private word(word: Word): void {
    for (const part of word) if (part.kind === 'command') this.script(part.script);
  }
}
