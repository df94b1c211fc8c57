// biome-ignore lint/style/noDefaultExport: this is how Jest finds the function.
export { beginTestRun as default } from './test-run.ts';
