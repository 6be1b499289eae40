import type { Locator } from 'playwright-core';

/** The parts of a canvas that are used here; the DOM's own types stay out of code that runs in Node. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
}

/** What is drawn on a canvas: how many colours, and a number that changes with the picture. */
export interface Drawing {
  readonly colours: number;
  readonly digest: number;
}

/** Looks at a canvas pixel by pixel. A blank one has a single colour. */
export async function drawingOn(canvas: Locator): Promise<Drawing> {
  return canvas.evaluate((element) => {
    const { width, height, getContext } = element as unknown as Canvas;
    const pixels = new Uint32Array(getContext.call(element, '2d').getImageData(0, 0, width, height).data.buffer);
    let digest = 0;
    for (const pixel of pixels) digest = (Math.imul(digest, 31) + pixel) | 0;
    return { colours: new Set(pixels).size, digest };
  });
}
