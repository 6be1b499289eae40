import { resolve } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import type { CellChoice } from '../../src/profile/cellTarget.ts';
import { type ProfileRequest, profileCell, profileFunction } from '../../src/profile/profiler.ts';
import type { Profiled } from '../../src/profile/report.ts';
import type { FunctionCost, LineCost, ProfileResult } from '../../src/protocol/profileResult.ts';
import { TempFolder } from '../support/temp.ts';

/** CPU work in proportion to `n`, which nothing can optimise away. */
export const KERNEL = `
export function kernel(n) {
  let x = 1;
  for (let i = 0; i < n * 1000; i++) x = (x * 1103515245 + 12345 + i) % 2147483647;
  return x;
}
`;

/** A folder of sources whose functions are profiled by a real child process. */
export class ProfiledFolder extends TempFolder {
  profile(file: string, name: string, request: Partial<ProfileRequest> = {}): Promise<Profiled> {
    return profileFunction(
      { seconds: 4, memoryMB: 256, ...request, file: this.file(file), target: request.target ?? { name } },
      ENVIRONMENT,
    );
  }

  profileCell(
    notebook: string,
    program: CellChoice['program'],
    cell: CellChoice['cell'],
    known: Partial<Pick<CellChoice, 'records' | 'cacheDirectory'>>,
  ): Promise<Profiled> {
    const choice = { records: new Map(), cacheDirectory: null, ...known, notebook: this.file(notebook), program, cell };
    return profileCell(choice, { seconds: 3, memoryMB: 256 }, ENVIRONMENT);
  }
}

const ENVIRONMENT = {
  script: resolve('src/profile/main.ts'),
  memoir: resolve('src/index.ts'),
  nodePath: null,
  log: silentLog,
};

export function lineOf({ cpu }: ProfileResult, file: string, line: number): LineCost | undefined {
  return cpu?.lines.find((cost) => cost.file.endsWith(file) && cost.line === line);
}

export function functionOf({ cpu }: ProfileResult, name: string): FunctionCost | undefined {
  return cpu?.functions.find((cost) => cost.name === name);
}

/** A line's total as a share of the whole in percent. */
export function totalPercent(result: ProfileResult, file: string, line: number): number {
  const sum = result.cpu!.functions.reduce((all, { selfMs }) => all + selfMs, 0);
  return ((lineOf(result, file, line)?.totalMs ?? 0) / sum) * 100;
}
