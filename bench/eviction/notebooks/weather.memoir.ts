// %% Which years
import { chart, md, select, slider } from 'memoir';

const city = select('City', ['Bergen', 'Oslo', 'Tromsø', 'Trondheim']);

// %% Smoothing
const window = slider('Days to smooth over', { min: 1, max: 61, step: 10, value: 31 });

// %% Temperatures
const warmth = { Bergen: 8, Oslo: 6, Tromsø: 3, Trondheim: 5 }[city];
const measured = Array.from({ length: 365 * 20 }, (_, day) => {
  const noise = Math.sin(day * 12.9898 + warmth) * 43758.5453;
  return warmth + day / 3650 - 9 * Math.cos((2 * Math.PI * day) / 365.25) + 6 * (noise - Math.floor(noise) - 0.5);
});

// %% Smoothed
const smooth = measured.map((_, day) => {
  const near = measured.slice(Math.max(0, day - window), day + window + 1);
  return near.reduce((sum, one) => sum + one, 0) / near.length;
});

// %% Trend
const draws = 400;
const slopes = Array.from({ length: draws }, (_, draw) => {
  let [sx, sy, sxx, sxy] = [0, 0, 0, 0];
  for (let at = 0; at < 3000; at++) {
    const x = (at * 7919 + draw * 104_729) % smooth.length;
    sx += x;
    sy += smooth[x]!;
    sxx += x * x;
    sxy += x * smooth[x]!;
  }
  return ((3000 * sxy - sx * sy) / (3000 * sxx - sx * sx)) * 3652.5;
}).sort((a, b) => a - b);

// %% Neighbours
const alike = Array.from({ length: 20 }, (_, year) => {
  const one = smooth.slice(year * 365, year * 365 + 365);
  return Array.from({ length: 20 }, (_, other) => {
    const two = smooth.slice(other * 365, other * 365 + 365);
    return Math.hypot(...one.map((value, day) => value - two[day]!));
  });
});

// %% Twenty years
chart(
  smooth.flatMap((degrees, day) => (day % 3 === 0 ? [{ day, degrees }] : [])),
  { mark: 'line', x: 'day', y: 'degrees' },
);

// %% Which years are alike
chart(
  alike.flatMap((row, year) => row.map((distance, other) => ({ year, other, distance }))),
  { mark: 'rect', x: 'year', y: 'other', color: 'distance' },
);

// %% In words
md`${city} gets ${slopes[draws / 2]!.toFixed(2)} degrees warmer in ten years, between ${slopes[Math.floor(draws * 0.025)]!.toFixed(2)} and ${slopes[Math.floor(draws * 0.975)]!.toFixed(2)}.`;
