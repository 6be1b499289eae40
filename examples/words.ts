/** A month of all years together; shares go from 0 to 1. */
export type Month = { month: string; strikes: number; damaged: number; large: number };

/** A species; shares go from 0 to 1, the cost is in dollars. */
export type Species = {
  species: string;
  strikes: number;
  damaged: number;
  cost: number;
  of_strikes: number;
  of_cost: number;
};

/** The row with the largest value in a column. */
export function most<Row, Column extends keyof Row>(rows: readonly Row[], column: Column): Row {
  return rows.reduce((best, row) => (row[column] > best[column] ? row : best));
}

/** `38 %`, and one digit more for a small share: `1.9 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.095 ? 1 : 0)} %`;
}

/** `15.4 million dollars`, `912 thousand dollars`. */
export function dollars(amount: number): string {
  return amount >= 1e6
    ? `${(amount / 1e6).toFixed(1)} million dollars`
    : `${Math.round(amount / 1000)} thousand dollars`;
}

/** A share as a person would say it: `more than every second time`, `one time in 7`. */
export function oneIn(share: number): string {
  if (share === 0) return 'not once';
  if (share > 0.9) return 'nearly every time';
  return share > 0.5 ? 'more than every second time' : `one time in ${Math.round(1 / share)}`;
}
