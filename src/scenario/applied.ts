/** What became of a manifest that a step applied, told and held to what was expected. */
import type { Applied } from '../cluster.js';
import type { Manifest } from '../input/manifests.js';
import { adviceFor } from './advice.js';
import type { Narrator } from './narrator.js';
import { sameCauses } from './same-causes.js';
import type { Step } from './scenario.js';

type Expected = NonNullable<NonNullable<Step['apply']>['expect']>;

/** Tells what became of it; returns what is not as expected. */
export function unexpected(
  applied: Applied,
  given: {
    readonly manifest: Manifest;
    readonly expect: Expected;
    readonly narrator: Pick<Narrator, 'say'>;
  },
): string | undefined {
  const { manifest, expect, narrator } = given;
  const { file, line, object } = manifest;
  const what = `${object.kind ?? ''} ${object.metadata.name ?? ''}`;
  const place = `${file}:${line}`;
  for (const warning of applied.warnings) narrator.say('warning', `${place}: ${warning}`);
  const { message, status } = applied;
  if (message === undefined) {
    narrator.say('apply', `${what} ${status === 201 ? 'created' : 'configured'}`);
    if (expect.status === undefined || expect.status < 300) return undefined;
    return `${place}: ${what} was taken, although ${expect.status} was expected`;
  }
  narrator.say('refused', `${what}: ${status} ${message}`);
  const { place: nearer, next } = adviceFor(applied, manifest);
  for (const advice of next) narrator.say('next', advice);
  if (expect.status === undefined) {
    return [`${nearer}: ${what} refused: ${message}`, ...next.map(one => `next: ${one}`)].join(
      '\n',
    );
  }
  if (expect.status !== status) {
    return `${nearer}: ${what} got ${status}, not ${expect.status}: ${message}`;
  }
  if (expect.message === undefined || sameCauses(expect.message, message)) return undefined;
  return `${nearer}: ${what} was refused with another message: ${message}`;
}
