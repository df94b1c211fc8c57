export * from './ledger-queries.ts';
