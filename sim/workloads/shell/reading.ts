/** What a shell does while its input still comes: it waits for what is read, and runs each command when it is whole. */
import { type Input, InputAwaited } from './input.js';
import type { Run, Streams } from './job.js';
import { isWhole } from './parse.js';

/** Does what may read: as long as what it reads has not come, it waits and begins anew. */
export function* reading(input: Input, start: () => Run | number): Run {
  for (;;) {
    try {
      const run = start();
      return typeof run === 'number' ? run : yield* run;
    } catch (error) {
      if (!(error instanceof InputAwaited)) throw error;
    }
    yield { kind: 'answer', start: go => input.whenMore(go) };
  }
}

/** A shell that reads what it is to do. */
interface Reader {
  status: number;
  readonly streams: Streams;
  text(text: string): Run;
}

/** Runs the commands of the input as they come, to its end. */
export function* typed(shell: Reader): Run {
  const { stdin } = shell.streams;
  let text = '';
  for (;;) {
    let line: string | undefined;
    yield* reading(stdin, () => {
      line = stdin.line();
      return 0;
    });
    if (line === undefined) return text === '' ? shell.status : yield* shell.text(text);
    text += line;
    if (!isWhole(text)) continue;
    shell.status = yield* shell.text(text);
    text = '';
  }
}
