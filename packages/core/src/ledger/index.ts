export * from './verify-ledger.ts';
