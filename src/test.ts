export { UserError } from './base/errors.ts';
export { type AppTest, type AppTestOptions, type AppTestWidget, appTest } from './server/appTest.ts';
export type { AppTestCell } from './server/appTestCell.ts';
