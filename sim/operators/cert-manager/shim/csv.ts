/** One line of comma-separated values. @upstream encoding/csv */

const value = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/** The values; undefined where the line is empty or badly quoted. */
export function splitValues(line: string): readonly string[] | undefined {
  if (line === '' || /[\r\n]/.test(line)) return undefined;
  const values: string[] = [];
  value.lastIndex = 0;
  for (;;) {
    const found = value.exec(line);
    if (found === null) return undefined;
    const [, quoted, plain = '', end] = found;
    values.push(quoted?.replace(/""/g, '"') ?? plain);
    if (end === '') return values;
  }
}
