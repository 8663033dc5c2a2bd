/** Solves a symmetric, positive definite system by Cholesky's factors. */
/**
 * The solution of `matrix` x = `right`; undefined when rounding has left the matrix singular. Only the lower triangle of the matrix, row after row, is read; it is
 * overwritten by its factor.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const size = right.length;
  if (!factor(matrix, size)) return undefined;
  const solution = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    let rest = solution[row] ?? 0;
    for (let column = 0; column < row; column++) {
      rest -= (matrix[row * size + column] ?? 0) * (solution[column] ?? 0);
    }
    solution[row] = rest / (matrix[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row--) {
    let rest = solution[row] ?? 0;
    for (let below = row + 1; below < size; below++) {
      rest -= (matrix[below * size + row] ?? 0) * (solution[below] ?? 0);
    }
    solution[row] = rest / (matrix[row * size + row] ?? 1);
  }
  return solution;
}

/** Whether the matrix could be factored. */
function factor(matrix: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * size + column] ?? 0;
      for (let before = 0; before < column; before++) {
        rest -= (matrix[row * size + before] ?? 0) * (matrix[column * size + before] ?? 0);
      }
      if (row === column) {
        if (!(rest > 0)) return false;
        matrix[row * size + row] = Math.sqrt(rest);
      } else {
        matrix[row * size + column] = rest / (matrix[column * size + column] ?? 1);
      }
    }
  }
  return true;
}
