/** What the placeholders of one scenario were seen to stand for. */

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** What a placeholder of each class may stand for. */
export const patterns: Readonly<Record<string, string>> = {
  uid: uuid,
  auditID: uuid,
  rv: '\\d+',
  listrv: '\\d+',
  nodePort: '\\d+',
  certHash: '[0-9a-f]{64}',
  generated: '[a-z0-9.-]+',
  suffix: '[a-z0-9]{5}',
  clusterIP: '[0-9a-f.:]+',
  ip: '[0-9a-f.:]+',
  token: '[\\w.-]+',
  continue: '[\\w=-]+',
  kid: '[\\w-]+',
  hookURL: 'https://[\\w.:]+',
  hookCA: '[\\w+/=]+',
  time: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z',
  age: '[\\w<>]+',
  any: '[\\s\\S]*',
};

/** A placeholder in a text. */
export const placeholder = new RegExp(
  `\\{\\{(${Object.keys(patterns).join('|')})(?::\\d+)?\\}\\}`,
  'g',
);

/** Classes of which two numbers never stand for one value. */
const distinctClasses = new Set(['uid', 'rv', 'auditID', 'clusterIP', 'nodePort']);

/** Whether a binding may stand for a value that another name stands for: versions of lists. */
export interface BindOptions {
  readonly mayRepeat?: boolean;
}

/** The values that placeholders stand for. */
export class Memory {
  private constructor(
    private readonly values: Map<string, unknown>,
    private readonly repeating: Set<string>,
  ) {}

  static empty(): Memory {
    return new Memory(new Map(), new Set());
  }

  /** A copy, to try something out. */
  fork(): Memory {
    return new Memory(new Map(this.values), new Set(this.repeating));
  }

  /** Says why `value` cannot be what `name` stands for, or remembers it. */
  bind(name: string, value: unknown, { mayRepeat = false }: BindOptions = {}): string | undefined {
    if (this.values.has(name)) {
      const known = String(this.values.get(name));
      return known === String(value) ? undefined : `${name} was ${known}`;
    }
    if (mayRepeat) this.repeating.add(name);
    const other = this.sameValue(name, value);
    if (other !== undefined && !mayRepeat)
      return `${name} is new, but ${String(value)} is ${other}`;
    this.values.set(name, value);
    return undefined;
  }

  private sameValue(name: string, value: unknown): string | undefined {
    const [ofClass = ''] = name.split(':');
    if (!distinctClasses.has(ofClass)) return undefined;
    for (const [key, known] of this.values) {
      if (key.split(':')[0] !== ofClass || this.repeating.has(key)) continue;
      if (String(known) === String(value)) return key;
    }
    return undefined;
  }

  /** Fills the placeholders of a request in: strings, object keys, and whole values such as a port number. */
  fill(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(item => this.fill(item));
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([key, item]) => [this.fill(key), this.fill(item)]);
      return Object.fromEntries(entries as [string, unknown][]);
    }
    if (typeof value !== 'string') return value;
    if (value.startsWith('{{') && value.endsWith('}}')) {
      const whole = this.values.get(value.slice(2, -2));
      if (whole !== undefined) return whole;
    }
    return value.replace(placeholder, text => {
      const known = this.values.get(text.slice(2, -2));
      if (known === undefined)
        throw new Error(`the request needs ${text}, which no answer has shown`);
      return String(known);
    });
  }
}
