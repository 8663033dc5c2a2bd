/** The exact Kolmogorov distribution, by a power of Durbin's matrix. */

interface Scaled {
  readonly cells: Float64Array;
  /** The cells stand for themselves times 2 to this. */
  readonly exponent: number;
}

const scaleBits = 128;
const scale = 2 ** scaleBits;

/**
 * The chance that the distance of `size` values is below `distance`: Marsaglia, Tsang and Wang (2003).
 * Takes a time of (size x distance)^3, so it is for small ones.
 */
export function durbinBelow(size: number, distance: number): number {
  const k = Math.ceil(size * distance);
  const order = 2 * k - 1;
  const { cells, exponent } = power(matrixOf(order, k - size * distance), order, size);
  let value = cells[(k - 1) * order + k - 1] as number;
  let bits = exponent;
  for (let i = 1; i <= size; i++) {
    value = (value * i) / size;
    if (value < 1 / scale) {
      value *= scale;
      bits -= scaleBits;
    }
  }
  return value * 2 ** bits;
}

/** Ones on and below the first upper diagonal, over factorials, less what the fraction takes at two edges. */
function matrixOf(order: number, fraction: number): Float64Array {
  const cells = new Float64Array(order * order);
  const inverse = [1];
  for (let n = 1; n <= order; n++) inverse.push((inverse[n - 1] as number) / n);
  for (let row = 0; row < order; row++) {
    for (let column = 0; column <= Math.min(row + 1, order - 1); column++) {
      cells[row * order + column] = inverse[row - column + 1] as number;
    }
  }
  for (let n = 1; n <= order; n++) {
    const edge = (1 - fraction ** n) * (inverse[n] as number);
    cells[(n - 1) * order] = edge;
    cells[(order - 1) * order + order - n] = edge;
  }
  const corner = 1 - 2 * fraction ** order + Math.max(2 * fraction - 1, 0) ** order;
  cells[(order - 1) * order] = corner * (inverse[order] as number);
  return cells;
}

function power(base: Float64Array, order: number, exponent: number): Scaled {
  let result: Scaled | undefined;
  let square: Scaled = { cells: base, exponent: 0 };
  for (let left = exponent; ; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      result = result === undefined ? square : product(result, square, order);
    }
    if (left <= 1) return result ?? square;
    square = product(square, square, order);
  }
}

function product(a: Scaled, b: Scaled, order: number): Scaled {
  const cells = new Float64Array(order * order);
  for (let row = 0; row < order; row++) {
    for (let middle = 0; middle < order; middle++) {
      const factor = a.cells[row * order + middle] as number;
      if (factor === 0) continue;
      for (let column = 0; column < order; column++) {
        const at = row * order + column;
        cells[at] = (cells[at] as number) + factor * (b.cells[middle * order + column] as number);
      }
    }
  }
  const exponent = a.exponent + b.exponent;
  const centre = cells[(order * order - 1) / 2] as number;
  if (centre <= scale) return { cells, exponent };
  return { cells: cells.map(cell => cell / scale), exponent: exponent + scaleBits };
}
