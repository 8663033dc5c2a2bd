/** Reads the parameters of a trigger. @upstream kedacore/keda v2.20.2 pkg/scalers/scalersconfig/typed_config.go */
import { goQuote } from '../../../api/go-text.js';
import type { ScalerSettings } from './scaler.js';

const trues = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const falses = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);
const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** The parameters, and what was wrong with them. */
export class Parameters {
  private readonly errors: string[] = [];

  constructor(private readonly settings: ScalerSettings) {}

  /** All that was wrong, one to a line; undefined: nothing. */
  get error(): string | undefined {
    return this.errors.length === 0 ? undefined : this.errors.join('\n');
  }

  /** Says that something is wrong. */
  refuse(error: string): void {
    this.errors.push(error);
  }

  /** A text; without one otherwise it must be there. */
  text(name: string, otherwise?: string): string {
    const value = (this.settings.trigger.metadata[name] ?? '').trim();
    if (value !== '') return value;
    if (otherwise === undefined) {
      this.refuse(`missing required parameter ${goQuote(name)} in [triggerMetadata]`);
    }
    return otherwise ?? '';
  }

  /** One of several texts. */
  choice(name: string, choices: readonly string[], otherwise: string): string {
    const value = this.text(name, otherwise);
    if (choices.includes(value)) return value;
    const quoted = `parameter ${goQuote(name)} value ${goQuote(value)}`;
    this.refuse(`${quoted} must be one of [${choices.join(' ')}]`);
    return otherwise;
  }

  /** A number. */
  number(name: string, otherwise?: number): number {
    const text = this.text(name, otherwise === undefined ? undefined : String(otherwise));
    if (text === '') return 0;
    if (jsonNumber.test(text)) return Number(text);
    return this.unset(name, text, `unable to unmarshal to field type float64: ${jsonError(text)}`);
  }

  /** A whole number. */
  integer(name: string): number {
    const text = this.text(name);
    if (text === '' || /^-?(?:0|[1-9][0-9]*)$/.test(text)) return Number(text);
    const problem = jsonNumber.test(text)
      ? `json: cannot unmarshal number ${text} into Go value of type int64`
      : jsonError(text);
    return this.unset(name, text, `unable to unmarshal to field type int64: ${problem}`);
  }

  /** Yes or no. */
  flag(name: string, otherwise: boolean): boolean {
    const text = this.text(name, String(otherwise));
    if (trues.has(text)) return true;
    if (falses.has(text)) return false;
    const problem = `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`;
    this.unset(name, text, `unable to parse boolean value ${goQuote(text)}: ${problem}`);
    return otherwise;
  }

  private unset(name: string, text: string, problem: string): number {
    this.refuse(`unable to set param ${goQuote(name)} value ${goQuote(text)}: ${problem}`);
    return 0;
  }
}

/** What encoding/json says of a text that begins with what no number begins with. */
function jsonError(text: string): string {
  const [first = ''] = text;
  if (!/[-0-9]/.test(first)) {
    return `invalid character '${first}' looking for beginning of value`;
  }
  const rest = /^-?[0-9]*(.)/.exec(text)?.[1] ?? '';
  return `invalid character '${rest}' after top-level value`;
}
