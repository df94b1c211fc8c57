export * from './first-token.ts';
export * from './token-secret.ts';
export * from './tokens.ts';
