/** The five steps of heat, from cold to hot, as each kind of theme shows them. */
export const HEAT_COLOURS = {
  light: ['#f8dfa8', '#f3bd62', '#e58b2a', '#c05a12', '#853208'],
  dark: ['#4f3720', '#7f4c1b', '#b7691c', '#e8983a', '#ffd583'],
  contrast: ['#5a3d1e', '#8f5618', '#cc7c1f', '#f5a742', '#ffe29a'],
  contrastLight: ['#f8d693', '#eda944', '#d4761a', '#a84a0b', '#6b2703'],
} as const;
