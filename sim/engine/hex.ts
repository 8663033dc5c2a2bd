/** Numbers in hexadecimal digits. */

/** The codes of the digits, by their values. */
export const hexCodes: readonly number[] = [...'0123456789abcdef'].map(digit =>
  digit.charCodeAt(0),
);

/** So many words of 32 bits, eight digits each: one flat string, as what is put together keeps its parts. */
export function hexText(words: number, next: () => number): string {
  const codes = new Array<number>(8 * words);
  let at = 0;
  for (let word = 0; word < words; word++) {
    const bits = next();
    for (let shift = 28; shift >= 0; shift -= 4) codes[at++] = hexCodes[(bits >>> shift) & 15] ?? 0;
  }
  return String.fromCharCode.apply(undefined, codes);
}
