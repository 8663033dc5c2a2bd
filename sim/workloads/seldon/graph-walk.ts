/** A request's way through a graph. @upstream seldon-core v1.17.1 executor/predictor/predictor_process.go */
import { isRecord } from '../../api/equality.js';
import type { Random } from '../../engine/random.js';
import { hasMethod, type GraphUnit } from './graph.js';
import type { Protocol, Step } from './protocols.js';

/** What came of a request. */
export type Outcome =
  | { readonly isOk: true; readonly message: unknown }
  | { readonly isOk: false; readonly error: string };

/** Asks a unit at a path. */
export type Ask = (
  unit: GraphUnit,
  path: string,
  message: unknown,
  done: (outcome: Outcome) => void,
) => void;

const allBranches = -1;

/** Walks graphs; it keeps nothing of a walk. */
export class GraphWalk {
  constructor(
    private readonly protocol: Protocol,
    private readonly ask: Ask,
    private readonly random: Random,
  ) {}

  /** The unit before its children, its children, and the unit after them. */
  predict(unit: GraphUnit, message: unknown, done: (outcome: Outcome) => void): void {
    this.step(unit, 'input', message, before =>
      after(before, done, given =>
        this.children(unit, given, within =>
          after(within, done, got => this.step(unit, 'output', got, done)),
        ),
      ),
    );
  }

  private step(
    unit: GraphUnit,
    step: 'input' | 'output',
    message: unknown,
    done: (outcome: Outcome) => void,
  ): void {
    if (!hasMethod(unit, step === 'input' ? 'TRANSFORM_INPUT' : 'TRANSFORM_OUTPUT')) {
      return done({ isOk: true, message });
    }
    this.call(unit, step, message, done);
  }

  private call(
    unit: GraphUnit,
    step: Step,
    message: unknown,
    done: (outcome: Outcome) => void,
  ): void {
    const path = this.protocol.pathOf(unit, step);
    if (path === undefined) return done({ isOk: false, error: `${step} is not implemented` });
    this.ask(unit, path, message, done);
  }

  private children(unit: GraphUnit, message: unknown, done: (outcome: Outcome) => void): void {
    const { children = [] } = unit;
    if (children.length === 0) return done({ isOk: true, message });
    const given = hasMethod(unit, 'TRANSFORM_INPUT') ? this.protocol.chained(message) : message;
    this.branch(unit, given, outcome =>
      after(outcome, done, branch => {
        const chosen =
          branch === allBranches ? children : children.slice(Number(branch)).slice(0, 1);
        if (chosen.length > 0) return this.gather(unit, chosen, given, done);
        const error = `Failed to get route: branch ${String(branch)} of ${unit.name} is not there`;
        done({ isOk: false, error });
      }),
    );
  }

  private branch(unit: GraphUnit, message: unknown, done: (outcome: Outcome) => void): void {
    if (unit.implementation === 'RANDOM_ABTEST') {
      const ratio = unit.parameters?.find(({ name }) => name === 'ratioA')?.value ?? '0.5';
      return done({ isOk: true, message: this.random.float() < Number(ratio) ? 0 : 1 });
    }
    if (!hasMethod(unit, 'ROUTE')) return done({ isOk: true, message: allBranches });
    this.call(unit, 'route', message, outcome =>
      after(outcome, done, routed => done({ isOk: true, message: branchIn(routed) })),
    );
  }

  /** All at once; the answers in the order of the children. */
  private gather(
    unit: GraphUnit,
    chosen: readonly GraphUnit[],
    message: unknown,
    done: (outcome: Outcome) => void,
  ): void {
    const answers: unknown[] = [];
    let left = chosen.length;
    let failure: Outcome | undefined;
    chosen.forEach((child, index) =>
      this.predict(child, message, outcome => {
        if (outcome.isOk) answers[index] = outcome.message;
        else failure ??= outcome;
        if (--left > 0) return;
        if (failure !== undefined) done(failure);
        else this.combine(unit, answers, done);
      }),
    );
  }

  private combine(
    unit: GraphUnit,
    answers: readonly unknown[],
    done: (outcome: Outcome) => void,
  ): void {
    if (!hasMethod(unit, 'AGGREGATE')) return done({ isOk: true, message: answers[0] });
    this.call(unit, 'aggregate', { seldonMessages: answers }, done);
  }
}

function after(
  outcome: Outcome,
  done: (outcome: Outcome) => void,
  next: (message: unknown) => void,
): void {
  if (outcome.isOk) next(outcome.message);
  else done(outcome);
}

/** The first number of a router's answer. */
function branchIn(message: unknown): unknown {
  const data = isRecord(message) ? message['data'] : undefined;
  if (!isRecord(data)) return undefined;
  const { ndarray, tensor } = data;
  const values = isRecord(tensor) ? tensor['values'] : ndarray;
  return Array.isArray(values) ? (values as readonly unknown[]).flat(Infinity)[0] : undefined;
}
