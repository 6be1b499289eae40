import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const retry = 1; // real processes, browsers and samplers on two shared cores; what fails twice fails

const unit = {
  name: 'unit',
  include: ['test/**/*.test.ts'],
  exclude: ['test/e2e/**', 'test/fixtures/**'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  retry,
  env: { MEMOIR_KEY_FILE: join(tmpdir(), 'memoir-test-key') }, // not the one of whoever runs the tests
};

/** Tests that drive a real VS Code window, which takes its time. */
const window = {
  name: 'window',
  include: ['test/e2e/window/**/*.test.ts'],
  testTimeout: 120_000,
  hookTimeout: 180_000,
  retry,
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { extends: true, test: unit },
      { extends: true, test: window },
    ],
  },
});
