/** Which plug-ins have a say in what, tier by tier. @upstream volcano v1.15.1 pkg/scheduler/conf/scheduler_conf.go */

/** A plug-in, and what of it is switched off. */
export interface PluginOption {
  readonly name: string;
  /** By the names that the file has for them; what is not named is on. */
  readonly switches: Readonly<Record<string, boolean>>;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Plug-ins that decide together; the next tier is asked where these do not decide. */
export type Tier = readonly PluginOption[];

/** The plug-ins of each tier that have a part, in order. */
export function partsOf<T>(
  tiers: readonly Tier[],
  parts: Readonly<Record<string, T>>,
  by: string,
): readonly (readonly T[])[] {
  return tiers.map(tier =>
    tier.flatMap(({ name, switches }) => {
      const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
      return part === undefined || switches[by] === false ? [] : [part];
    }),
  );
}

/** Whether a plug-in is there, and this part of it is not switched off. */
export function isOn(tiers: readonly Tier[], plugin: string, by: string): boolean {
  return tiers.some(tier =>
    tier.some(({ name, switches }) => name === plugin && switches[by] !== false),
  );
}
