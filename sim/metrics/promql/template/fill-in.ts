/** Fills templates of alerts in: annotations and labels. */
import { QueryFault } from '../fault.js';
import {
  isTrue,
  knowsFunction,
  templateFunctions,
  type TemplateFunction,
  type TemplateWorld,
} from './functions.js';
import { printed } from './number-text.js';
import {
  parseTemplate,
  TemplateFault,
  type Command,
  type Operand,
  type Piece,
  type Pipeline,
} from './syntax.js';

/** A template, ready to be filled in. */
export interface Template {
  /** As it is written. */
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** What a template tells of. */
export interface TemplateData {
  readonly labels: Readonly<Record<string, string>>;
  readonly externalLabels: Readonly<Record<string, string>>;
  /** The text of a histogram. */
  readonly value: number | string;
}

/** Reads a template, or says what is wrong with it. */
export function readTemplate(text: string): Template | { readonly error: string } {
  try {
    return { text, pieces: parseTemplate(text, knowsFunction) };
  } catch (error) {
    if (error instanceof TemplateFault || error instanceof QueryFault)
      return { error: error.message };
    throw error;
  }
}

/** The text; what cannot be told stands there as Prometheus writes it. */
export function fillIn({ pieces }: Template, data: TemplateData, world: TemplateWorld): string {
  try {
    return new Filling(settingOf(data, world)).text(pieces);
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return `<error expanding template: error executing template: ${error.message}>`;
  }
}

/** What a template is filled in with. */
export interface TemplateSetting {
  readonly dot: unknown;
  /** Besides `$`. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, TemplateFunction>>;
  /** A field of a value, or a TemplateFault. */
  readonly fieldOf: (value: unknown, name: string) => unknown;
}

/**
 * The text.
 *
 * @throws TemplateFault for what cannot be told.
 */
export function filled(pieces: readonly Piece[], setting: TemplateSetting): string {
  return new Filling(setting).text(pieces);
}

function settingOf(
  { labels, externalLabels, value }: TemplateData,
  world: TemplateWorld,
): TemplateSetting {
  const externalURL = world.externalUrl ?? '';
  return {
    dot: {
      Labels: labels,
      ExternalLabels: externalLabels,
      ExternalURL: externalURL,
      Value: value,
    },
    variables: { labels, externalLabels, externalURL, value },
    functions: templateFunctions(world),
    fieldOf,
  };
}

type Variables = Map<string, unknown>;

class Filling {
  private readonly functions: TemplateSetting['functions'];
  private readonly fieldOf: TemplateSetting['fieldOf'];
  private variables: Variables;
  private dot: unknown;

  constructor({ dot, variables, functions, fieldOf: field }: TemplateSetting) {
    this.functions = functions;
    this.fieldOf = field;
    this.dot = dot;
    this.variables = new Map<string, unknown>([['', dot], ...Object.entries(variables)]);
  }

  text(pieces: readonly Piece[]): string {
    return pieces.map(piece => this.piece(piece)).join('');
  }

  private piece(piece: Piece): string {
    switch (piece.kind) {
      case 'text':
        return piece.text;
      case 'output':
        return printed(this.pipeline(piece.pipeline));
      case 'declare':
        this.variables.set(piece.name, this.pipeline(piece.pipeline));
        return '';
      case 'if':
        return this.text(isTrue(this.pipeline(piece.pipeline)) ? piece.inner : piece.otherwise);
      case 'with': {
        const value = this.pipeline(piece.pipeline);
        if (!isTrue(value)) return this.text(piece.otherwise);
        return this.within(
          value,
          piece.names.map(name => [name, value]),
          piece.inner,
        );
      }
      case 'range':
        return this.range(piece);
    }
  }

  private range({
    pipeline,
    names,
    inner,
    otherwise,
  }: Piece & { readonly kind: 'if' | 'with' | 'range' }): string {
    const value = this.pipeline(pipeline);
    const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(value)
      ? value.map((one, index) => [BigInt(index), one])
      : Object.entries(Object(value)).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) return this.text(otherwise);
    return entries
      .map(([key, one]) => {
        const told = names.length > 1 ? [key, one] : [one];
        return this.within(
          one,
          names.map((name, index) => [name, told[index]]),
          inner,
        );
      })
      .join('');
  }

  /** The dot is another within a block, and its variables end with it. */
  private within(
    dot: unknown,
    names: readonly (readonly [string, unknown])[],
    pieces: readonly Piece[],
  ): string {
    const { dot: before, variables } = this;
    this.dot = dot;
    this.variables = new Map([...variables, ...names]);
    const text = this.text(pieces);
    this.dot = before;
    this.variables = variables;
    return text;
  }

  private pipeline(pipeline: Pipeline): unknown {
    let result: { readonly value: unknown } | undefined;
    for (const command of pipeline) result = { value: this.command(command, result) };
    return result?.value;
  }

  private command(
    [first, ...rest]: Command,
    before: { readonly value: unknown } | undefined,
  ): unknown {
    if (first === undefined) return undefined;
    const given = [
      ...rest.map(one => this.operand(one)),
      ...(before === undefined ? [] : [before.value]),
    ];
    if (first.kind === 'function') return this.apply(first.name, given);
    if (given.length > 0) throw new TemplateFault("can't give argument to non-function");
    return this.operand(first);
  }

  private apply(name: string, given: readonly unknown[]): unknown {
    const own = this.functions[name];
    if (own === undefined) throw new TemplateFault(`function ${JSON.stringify(name)} not defined`);
    return own(...given);
  }

  private operand(operand: Operand): unknown {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'function':
        return this.apply(operand.name, []);
      case 'dot':
        return operand.fields.reduce(this.fieldOf, this.dot);
      case 'variable':
        if (!this.variables.has(operand.name)) {
          throw new TemplateFault(`undefined variable "$${operand.name}"`);
        }
        return operand.fields.reduce(this.fieldOf, this.variables.get(operand.name));
      case 'group':
        return operand.fields.reduce(this.fieldOf, this.pipeline(operand.pipeline));
    }
  }
}

/** A label that is not there is ''. A sample shows its parts under Go's names, too. */
function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) {
    throw new TemplateFault(`can't evaluate field ${name} in ${printed(value)}`);
  }
  const record = value as Readonly<Record<string, unknown>>;
  return record[name] ?? record[name.toLowerCase()] ?? '';
}
