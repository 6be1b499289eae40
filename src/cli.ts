#!/usr/bin/env node
import { UserError } from './base/errors.ts';
import { version } from './base/version.ts';
import { UsageError } from './cli/arguments.ts';
import type { Command } from './cli/command.ts';
import { isRecentEnough, OLDEST_NODE } from './process/forkNode.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./cli/run.ts')).run,
  plan: async () => (await import('./cli/plan.ts')).plan,
  watch: async () => (await import('./cli/watch.ts')).watch,
  test: async () => (await import('./cli/test.ts')).test,
  check: async () => (await import('./cli/check.ts')).check,
  app: async () => (await import('./cli/app.ts')).app,
  export: async () => (await import('./cli/export.ts')).exporting,
  import: async () => (await import('./cli/import.ts')).importing,
  cache: async () => (await import('./cli/cache.ts')).cache,
  profile: async () => (await import('./cli/profile.ts')).profile,
  capture: async () => (await import('./cli/profileCapture.ts')).capture,
  benchmark: async () => (await import('./cli/benchmark.ts')).benchmark,
  status: async () => (await import('./cli/status.ts')).status,
};

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(args[0]);
  if (name === 'version' || name === '--version') return say(version);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) return unknown(name);
  if (!isRecentEnough(process.versions.node)) {
    return complain(
      `Memoir needs Node.js ${OLDEST_NODE} or newer; this is ${process.versions.node}. Install a newer one.`,
      1,
    );
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) return help(name);
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\n\nUsage: ${command.usage}`, 2);
    if (error instanceof UserError) return complain(error.message, 1);
    throw error;
  }
}

async function help(name: string | undefined): Promise<number> {
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) return name === undefined ? say(await overview()) : unknown(name);
  const { summary, usage } = await load();
  return say(`${summary}\n\nUsage: ${usage}`);
}

async function unknown(name: string): Promise<number> {
  return complain(`There is no command "${name}".\n\n${await overview()}`, 2);
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(9)} ${(await load()).summary}`),
  );
  return `Memoir ${version}: reactive TypeScript notebooks that remember.\n\n${lines.join('\n')}\n\nmemoir help <command> tells how each is called.`;
}

function say(text: string): number {
  console.log(text);
  return 0;
}

function complain(text: string, code: number): number {
  console.error(text);
  return code;
}
