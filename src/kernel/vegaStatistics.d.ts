declare module 'vega-statistics' {
  /** Bins of round numbers, as Vega makes them. */
  export function bin(options: object): { readonly start: number; readonly stop: number; readonly step: number };
}
