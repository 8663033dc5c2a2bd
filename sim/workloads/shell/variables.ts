/** The variables of a shell: which of them its commands are given, and which may not change. */
export class Variables {
  private readonly values = new Map<string, string>();
  private readonly exported = new Set<string>();
  private readonly fixed = new Set<string>();
  /** `set -a`: whatever is set is handed on. */
  exportsAll = false;

  /** Those of a process that is started with an environment. */
  static of(environment: Iterable<readonly [string, string]>): Variables {
    const made = new Variables();
    for (const [name, value] of environment) {
      made.values.set(name, value);
      made.exported.add(name);
    }
    return made;
  }

  /** The same for a subshell: what it changes stays with it. */
  copy(): Variables {
    const copied = new Variables();
    for (const [name, value] of this.values) copied.values.set(name, value);
    for (const name of this.exported) copied.exported.add(name);
    for (const name of this.fixed) copied.fixed.add(name);
    copied.exportsAll = this.exportsAll;
    return copied;
  }

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  /** Sets it; undefined unsets it. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) {
      this.values.delete(name);
      this.exported.delete(name);
      return;
    }
    this.values.set(name, value);
    if (this.exportsAll) this.exported.add(name);
  }

  isFixed(name: string): boolean {
    return this.fixed.has(name);
  }

  isExported(name: string): boolean {
    return this.exported.has(name);
  }

  /** `readonly`. */
  fix(name: string): void {
    this.fixed.add(name);
  }

  /** `export`, or `export -n`. */
  export(name: string, isExported = true): void {
    if (isExported) this.exported.add(name);
    else this.exported.delete(name);
  }

  /** As it is now; the function that is returned makes it so again. */
  remembered(name: string): () => void {
    const value = this.values.get(name);
    const isExported = this.exported.has(name);
    return () => {
      this.set(name, value);
      this.export(name, isExported);
    };
  }

  /** Those of another program that this shell starts. */
  handedOn(): Variables {
    return Variables.of(this.environment());
  }

  /** What a command that is started is given. */
  *environment(): Iterable<readonly [string, string]> {
    for (const [name, value] of this.values) if (this.exported.has(name)) yield [name, value];
  }

  /** All of them, by name. */
  all(): readonly (readonly [string, string])[] {
    return [...this.values].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
