/** A value as upstream makes a quantity of it. */

/** What Go makes an integer of that is none, on amd64. */
const noInteger = -(2n ** 63n);

/** In thousandths, cut off. @upstream resource.NewMilliQuantity(int64(value*1000.0)) */
export function milliQuantity(value: number): string {
  const thousandths = Math.trunc(value * 1000);
  const isInteger = Math.abs(thousandths) < 2 ** 63;
  return `${isInteger ? BigInt(thousandths) : noInteger}m`;
}
