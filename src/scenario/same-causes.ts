/** Compares the messages of refusals. */

/** Several causes come in any order: a real server walks a map whose order is not fixed. */
export function sameCauses(wanted: string, got: string): boolean {
  const parts = (text: string): string => {
    const list = /\[(.*)\]/s.exec(text)?.[1];
    return list === undefined ? text : text.replace(list, list.split(', ').sort().join(', '));
  };
  return parts(wanted) === parts(got);
}
