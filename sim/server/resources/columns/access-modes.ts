/** How access modes are shown. @upstream pkg/apis/core/v1/helper/helpers.go */

const shortNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX`: in this order, each once. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.entries(shortNames)
    .filter(([mode]) => modes?.includes(mode) === true)
    .map(([, short]) => short)
    .join(',');
}
