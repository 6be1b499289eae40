// Started by bench/profiler.ts: opens a profile file as the editor and its page do, and prints what that took as JSON.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { readProfileFile } from '../../src/profile/profileFile.ts';
import { visibleBoxes } from '../../webview/flameBoxes.ts';
import { FlameTree } from '../../webview/flameTree.ts';

const before = process.cpuUsage();
const started = performance.now();
const { timeline, samples } = readProfileFile(readFileSync(process.argv[2]!));
const hostMB = peakMB();
const tree = new FlameTree(timeline!, true); // a CPU profile has one; the other views are made when they are first looked at
const boxes = visibleBoxes(tree, { from: 0, to: tree.total[0]! }, 1400).length;
const ms = performance.now() - started;
const cpuMs = process.cpuUsage(before).user / 1000;
console.log(JSON.stringify({ ms, cpuMs, hostMB, peakMB: peakMB(), samples, boxes }));

function peakMB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
