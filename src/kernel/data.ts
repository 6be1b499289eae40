import { openData } from '../data/openData.ts';

/** The one database of this process, which costs nothing until the first query. */
export const data = openData();
