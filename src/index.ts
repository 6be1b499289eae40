import { data } from './kernel/data.ts';

export { UserError } from './base/errors.ts';
export type { Table } from './data/table.ts';
export { chart, vegaLite } from './kernel/chart.ts';
export { display } from './kernel/display.ts';
export { image } from './kernel/displayImage.ts';
export { html, md } from './kernel/displayMarkup.ts';
export { tableView } from './kernel/displayTable.ts';
export { checkbox, select, slider, text } from './kernel/widgets.ts';

/** Opens a file, rows or columns as a lazy table. */
export const load = data.load;
/** A query as a lazy table: values are bound as parameters, tables take part as relations. */
export const sql = data.sql;
