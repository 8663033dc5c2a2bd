/** What a query gives. */
import type { Labels } from './labels.js';

/** One series at one instant. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
  /** Its name goes once the whole query is answered, where names are dropped late. */
  readonly isNameless?: boolean;
}

/** One series over a range. */
export interface RangeElement {
  readonly labels: Labels;
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly isNameless?: boolean;
}

/** A value at an instant. */
export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'vector'; readonly elements: readonly Element[] }
  | { readonly kind: 'matrix'; readonly ranges: readonly RangeElement[]; readonly window: Window };

/** The range that a matrix covers: its left end is not part of it. */
export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Remarks on a query that has an answer all the same. */
export class Notes {
  readonly warnings = new Set<string>();
  readonly infos = new Set<string>();

  warn(text: string): void {
    this.warnings.add(`PromQL warning: ${text}`);
  }

  inform(text: string): void {
    this.infos.add(`PromQL info: ${text}`);
  }
}

/** A vector's value. */
export const vectorOf = (elements: readonly Element[]): Value => ({ kind: 'vector', elements });
/** A scalar's value. */
export const scalarOf = (value: number): Value => ({ kind: 'scalar', value });
