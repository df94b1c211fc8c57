export * from './token-secret.ts';
export * from './tokens.ts';
