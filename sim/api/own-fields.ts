/** Objects whose keys users choose: `__proto__` is a fine key of a ConfigMap, and one as any other. */

/** Sets a field, whatever it is called. */
export function putField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else {
    const plain = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(object, key, plain);
  }
}

/** The field of the object itself, if there is one: not what it inherits. */
export function ownField<T>(
  object: Readonly<Record<string, T>> | undefined,
  key: string,
): T | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A copy that can be given more fields: one by a spread would then have a hidden class of its own. */
export function copied(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.hasOwn(object, '__proto__') ? { ...object } : Object.assign({}, object);
}
