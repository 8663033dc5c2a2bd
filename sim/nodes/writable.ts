/** Objects of the API while they are being built: only their maker may change them. */

/** The same, with fields that can be set. Spreads with conditions are slow where it counts. */
export type Writable<T> = { -readonly [Field in keyof T]: T[Field] };
