export * from './ledger-queries.ts';
export * from './result-pages.ts';
export * from './target-summary.ts';
